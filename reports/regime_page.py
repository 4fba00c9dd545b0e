"""The regime page: one HTML file that says what the regime was, why, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from ..backtests.result import Backtest
from ..errors import DataError
from ..signals.result import REGIMES, Waterline
from . import charts
from .page_parts import environment, figures_as_json, percent
from .regime_table import regime_table

TITLES = {
    "equity": "Growth of one dollar",
    "waterline": "The waterline, and what it is made of",
    "strip": "Called and true regime",
    "allocation": "What was held",
    "drawdown": "Drawdown",
}


@dataclass(frozen=True, eq=False)
class RegimePage:
    """Everything the regime page shows, as plain frames.

    Attributes
    ----------
    study, title, description : str
        Name of the study, heading of the page, one line on what it does.
    synthetic : bool
        True when the data come from the embedded economy.
    notes : tuple of str
        Caveats on data and names: pseudo-PIT series, names chosen with hindsight.
    waterline : Waterline
        The signal; its last decision is the page's "now".
    strategy : Backtest
        The portfolio that follows the regime.
    rivals : Mapping of str to Backtest
        ``constant_mix``, the sleeves held, other benchmarks.
    sleeves : Mapping of str to tuple of str
        Tickers of ``speculative`` and ``near_cash_flow``.
    regime_by_session : Series of str
        Regime in force at the end of each session, after its fill.
    true_regime : Series of str, optional
        Only in the synthetic economy: the regime that really ruled each session.
    bill_returns : Series
        Simple daily returns of bills, for every session of the backtests.
    evidence, audit, performance : Mapping
        As in ``summary.json``; a figure that was not computed is None or NaN.
    target : Mapping of str to float, optional
        Target weights (asset or CASH) set at the last decision; without them the page tells the weights held.
    events : DataFrame, optional
        Dated policy events (index of days; ``direction``, ``event``), marked on the waterline.
    thresholds : tuple of float, optional
        Entry and exit of ABUNDANT, mirrored for SCARCE; None for a classifier without thresholds.
    provenance : Mapping of str to str
        Further lines for the foot of the page, such as source, data hash and configuration hash.
    """

    study: str
    title: str
    description: str
    synthetic: bool
    notes: tuple[str, ...]
    waterline: Waterline
    strategy: Backtest
    rivals: Mapping[str, Backtest]
    sleeves: Mapping[str, tuple[str, ...]]
    regime_by_session: pd.Series[str]
    true_regime: pd.Series[str] | None
    bill_returns: pd.Series[float]
    evidence: Mapping[str, Any]
    audit: Mapping[str, Any]
    performance: Mapping[str, Mapping[str, float]]
    target: Mapping[str, float] | None = None
    thresholds: tuple[float, float] | None = (0.5, 0.2)
    events: pd.DataFrame | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def timed_and_untimed(self) -> dict[str, Backtest]:
        """The strategy and, when there is one, the constant mix it is judged against."""
        return {"strategy": self.strategy} | {k: v for k, v in self.rivals.items() if k == "constant_mix"}


def render_regime_page(content: RegimePage) -> str:
    """Render the page as one self-contained HTML document; equal content gives equal bytes.

    Raises
    ------
    DataError
        When no decision has a regime, or when regimes or bill returns do not cover every session.
    """
    drawn = _charts(content)
    sessions = content.regime_by_session.index
    return (
        environment()
        .get_template("regime.html.j2")
        .render(
            page=content,
            now=_now(content),
            regimes=REGIMES,
            flips=len(charts.spells(content.regime_by_session)) - 1,
            years=(sessions[-1] - sessions[0]).days / 365.25,
            charts=drawn,
            by_regime=_by_regime(content),
            indicators=_indicators(content.waterline),
            figures=figures_as_json(drawn),
            plotly=Markup(get_plotlyjs()),  # noqa: S704 - plotly's own code, not anybody's input
        )
    )


def _now(content: RegimePage) -> dict[str, Any]:
    waterline = content.waterline
    merged = charts.spells(waterline.regime)
    if merged.empty:
        raise DataError("No decision has a regime", remedy="Start the study later or measure more indicators.")
    spell, instant = merged.iloc[-1], waterline.decisions[-1]
    blocks = charts.by_block(waterline.contributions).iloc[-1].sort_values(ascending=False)
    days = charts.days(content.strategy.value.index)
    return {
        "regime": spell["regime"],
        "since": charts.days(pd.DatetimeIndex([spell["start"]]))[0],
        "decisions": int((waterline.decisions >= spell["start"]).sum()),
        "level": waterline.level.iloc[-1],
        "fundamental": waterline.fundamental.iloc[-1],
        "coverage": waterline.coverage.iloc[-1],
        "held": bool(waterline.held.iloc[-1]),
        "as_of": instant,
        "new_york": instant.tz_convert("America/New_York"),
        "blocks": list(blocks.items()),
        "sleeves": _sleeves_now(content),
        "first": days[0],
        "filled": days[-1],
    }


def _sleeves_now(content: RegimePage) -> list[tuple[str, float, list[tuple[str, float]]]]:
    """Sleeve, its weight, and the weights inside it that are not zero."""
    last = content.strategy.weights.iloc[-1] if content.target is None else pd.Series(dict(content.target))
    totals = charts.by_sleeve(last.to_frame().T.astype(float), content.sleeves).iloc[0]
    return [
        (str(name), total, [(a, last[a]) for a in content.sleeves.get(str(name), ()) if last.get(a)])
        for name, total in totals.items()
    ]


def _charts(content: RegimePage) -> list[dict[str, Any]]:
    days = charts.days(content.strategy.value.index)
    window = (days[0], max(days[-1], charts.days(content.waterline.decisions[-1:])[0]))
    called, true = content.regime_by_session, content.true_regime
    figures = {
        "equity": charts.equity_chart(content.strategy, content.rivals, called, window=window),
        "waterline": charts.waterline_chart(
            content.waterline, content.thresholds, window=window, events=content.events
        ),
        "strip": None if true is None else charts.strip_chart(called, true, window=window),
        "allocation": charts.allocation_chart(content.strategy.weights, content.sleeves, window=window),
        "drawdown": charts.drawdown_chart(content.timed_and_untimed, window=window),
    }
    explained = _explained(content)
    return [
        {"id": name, "title": TITLES[name], "explained": explained[name], "figure": figure}
        for name, figure in figures.items()
        if figure is not None
    ]


def _explained(content: RegimePage) -> dict[str, str]:
    dotted = ""
    if content.thresholds is not None:
        enter, leave = content.thresholds
        dotted = f" Dotted: SCARCE is entered below {-enter:g} and left above {-leave:g}; ABUNDANT mirrored."
    marked = ""
    if content.events is not None:
        marked = " Triangles: easing (up) and tightening (down) announced, crosses: stress; never part of the score."
    return {
        "equity": "Log axis; the colours behind are the regime in force. Drag to zoom all charts at once, "
        "double-click to return; the entries under a chart switch its lines on and off.",
        "waterline": "Above: the waterline at each decision, in its own standard deviations, over the regime "
        f"called.{dotted}{marked} Below: the contributions of the blocks, which add up to the waterline.",
        "strip": "Only a made-up economy knows its true regime. "
        f"The call was right in {_agreement(content)} of sessions.",
        "allocation": "Weights at the end of each session, summed per sleeve.",
        "drawdown": "Fall from the highest value so far, starting capital included.",
    }


def _agreement(content: RegimePage) -> str:
    if content.true_regime is None:
        return percent(None)
    called = content.regime_by_session
    common = called.index.intersection(content.true_regime.index)
    return percent(float(called[common].eq(content.true_regime[common]).mean()), 0)


def _by_regime(content: RegimePage) -> dict[str, pd.DataFrame]:
    return {
        name: regime_table(backtest.returns, content.regime_by_session, content.bill_returns)
        for name, backtest in content.timed_and_untimed.items()
    }


def _indicators(waterline: Waterline) -> list[dict[str, Any]]:
    names = [str(name) for name in waterline.indicators.columns]
    standardised, parts = waterline.indicators.iloc[-1], waterline.contributions.iloc[-1]
    rows = []
    for name, following in zip(names, [*names[1:], ""], strict=True):
        block, _, indicator = name.partition(".")
        absent = bool(pd.isna(standardised[name]))
        rows.append(
            {
                "block": block,
                "indicator": indicator,
                "standardised": standardised[name],
                "contribution": parts[name],
                "reason": waterline.missing.get(name, "no value") if absent else "",
                "closes": following.partition(".")[0] != block,
            }
        )
    return rows
