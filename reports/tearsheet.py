"""The tearsheet: quantstats' charts and counts under our own headline figures.

quantstats stands behind this module only, and is imported when a page is rendered. Its report page is not
used: that one drops leading zero returns, zero-fills a benchmark that ends early, counts years in rows and
prints ratios by other definitions. Its chart functions get returns that were aligned before; what it gets
wrong (yearly bars, logarithmic axis, drawdown table) is made in the modules beside this one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import matplotlib as mpl
import pandas as pd
from markupsafe import Markup, escape
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ..backtests.performance import FLAT, SESSIONS_PER_YEAR, excess_returns, years_of
from .tearsheet_figures import (
    FONT,
    SIZE,
    canvas,
    growth_figure,
    svg,
    tidy_dates,
    tidy_legend,
    with_opening,
    yearly_figure,
)
from .tearsheet_inputs import Tearsheet
from .tearsheet_page import Chart, Page, Table, html
from .tearsheet_tables import (
    NOTHING,
    Row,
    drawdown_rows,
    headline_rows,
    percent,
    ratio,
    relation,
    yearly_returns,
    yearly_rows,
)

__all__ = ["Tearsheet", "render_tearsheet"]

WINDOW = 126
HALF_A_YEAR = "6 months"
MONTHS_OF_A_DISTRIBUTION = 12
# Rolling sums round at 1e-10; a window that varies less than this does not vary.
FLAT_WINDOW = 1e-8
LOOK = {"figsize": SIZE, "fontname": FONT, "subtitle": False, "show": False, "ylabel": ""}

COUNTS: dict[str, Callable[[float], str]] = {
    "Total return": percent,
    "Best day": percent,
    "Worst day": percent,
    "Best month": percent,
    "Worst month": percent,
    "Days up, of the days that moved": percent,
    "Months up, of the months that moved": percent,
    "Skewness, daily": ratio,
    "Excess kurtosis, daily": ratio,
    "Daily Value-at-Risk 95 % (normal)": percent,
}

DEFINITIONS = (
    "CAGR runs by calendar days from the day before the first session. Volatility, Sharpe and Sortino ratios "
    "are annualised with 252 sessions, the ratios over the bill rate.",
    "The maximum drawdown counts a loss on the first session. Turnover is half of what was traded over the "
    "mean value. n/a: not defined for this history.",
)
YOUNG = "This history is shorter than a year: growth is not annualised, and every figure is mostly noise."


def render_tearsheet(sheet: Tearsheet) -> str:
    """Render the whole page; nothing is written to disk.

    Parameters
    ----------
    sheet : Tearsheet
        Aligned returns and measured figures.

    Returns
    -------
    str
        Self-contained HTML: no script, no address, the same bytes for the same sheet.
    """
    full_year = years_of(sheet.sessions) >= 1.0
    qs = _quantstats()
    with canvas(), warnings.catch_warnings():
        # seaborn still calls what matplotlib is about to retire; a user can do nothing about it.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        charts = tuple(_charts(qs, sheet))
    further = _further_rows(qs, sheet)
    return html(
        Page(
            title=sheet.title,
            period=_period(sheet),
            notes=sheet.notes if full_year else (*sheet.notes, YOUNG),
            synthetic=sheet.synthetic,
            tables=_tables(sheet, further, full_year=full_year),
            charts=charts,
            definitions=(*DEFINITIONS, f"Charts by QuantStats {qs.__version__}."),
        )
    )


def _quantstats() -> Any:
    # Importing it restyles matplotlib for the whole process, the first time only: both are undone here.
    with mpl.rc_context():
        import quantstats
    return quantstats


def _charts(qs: Any, sheet: Tearsheet) -> Iterator[Chart]:
    both = sheet.both
    yield from _path_charts(qs, both)
    yield _chart("Returns by calendar year", yearly_figure(yearly_returns(both)))
    if len(both) >= 2 * WINDOW:
        yield from _rolling_charts(qs, sheet)
    if _has_distribution(both):
        yield _chart("Distribution of monthly returns", _histogram(qs, both))
    if sheet.returns.std(ddof=1) > FLAT:
        yield _chart(f"Monthly returns of {sheet.name} (%)", _heatmap(qs, sheet.returns), wide=True)


def _path_charts(qs: Any, both: pd.DataFrame) -> Iterator[Chart]:
    ours, theirs = (column for _, column in with_opening(both, value=0.0).items())
    if _spans_a_doubling(both):
        yield _chart("Growth of 1 USD, logarithmic axis", _timeline(growth_figure(both)))
    else:
        figure = qs.plots.returns(ours, theirs, prepare_returns=False, **LOOK)
        yield _chart("Cumulative return", _timeline(figure, shares=True))
    figure = qs.plots.drawdown(ours, **LOOK)
    yield _chart(f"Drawdown of {ours.name}, dashed: its mean", _timeline(figure, shares=True))


def _spans_a_doubling(both: pd.DataFrame) -> bool:
    # Below that a logarithmic axis has no tick and says nothing that the linear one does not.
    growth = (1.0 + both).cumprod().to_numpy(dtype=float)
    return bool(growth.min() > 0 and growth.max() > 2 * growth.min())


def _rolling_charts(qs: Any, sheet: Tearsheet) -> Iterator[Chart]:
    both = sheet.both
    window = {"period": WINDOW, "periods_per_year": SESSIONS_PER_YEAR}
    ours, theirs = (column for _, column in both.items())
    figure = qs.plots.rolling_volatility(ours, theirs, **window, **LOOK)
    yield _chart(f"Volatility over {HALF_A_YEAR}, dashed: its mean", _timeline(figure, shares=True))
    excess = both.apply(excess_returns, bill_returns=sheet.bill_returns)
    # A window without variation has no Sharpe ratio, and quantstats would draw 1e14.
    if (excess.rolling(WINDOW).std().min() > FLAT_WINDOW).all():
        # Over bills already, so quantstats' own risk-free rate (which it gets wrong) stays zero.
        ours, theirs = (column for _, column in excess.items())
        figure = qs.plots.rolling_sharpe(ours, theirs, rf=0.0, **window, **LOOK)
        yield _chart(f"Sharpe ratio over bills, {HALF_A_YEAR}, dashed: its mean", _timeline(figure))


def _has_distribution(both: pd.DataFrame) -> bool:
    monthly = (1.0 + both).resample("ME").prod()
    return len(monthly) >= MONTHS_OF_A_DISTRIBUTION and bool((monthly.std(ddof=1) > FLAT).all())


def _histogram(qs: Any, both: pd.DataFrame) -> Figure:
    ours, theirs = (column for _, column in both.items())
    figure: Figure = qs.plots.histogram(ours, theirs, prepare_returns=False, **LOOK)
    axes = figure.axes[0]
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    legend = axes.get_legend()
    if legend is not None:
        legend.set_title("")
    axes.set_ylabel("density")
    return figure


def _heatmap(qs: Any, returns: pd.Series[float]) -> Figure:
    look = {**LOOK, "figsize": (8.0, 2.0), "ylabel": False}
    look.pop("subtitle")
    figure: Figure = qs.plots.monthly_heatmap(returns, returns_label="", cbar=False, annot_size=8, **look)
    sessions = pd.DatetimeIndex(returns.index)
    lived = set(zip(sessions.year, sessions.month, strict=True))
    months = product(sorted(set(sessions.year)), range(1, 13))
    # quantstats prints 0.00 for months without a session.
    for month, text in zip(months, figure.axes[0].texts, strict=True):
        text.set_text(text.get_text() if month in lived else "")
    return figure


def _timeline(figure: Figure, *, shares: bool = False) -> Figure:
    tidy_dates(figure)
    tidy_legend(figure)
    if shares:
        figure.axes[0].yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure


def _chart(title: str, figure: Figure, *, wide: bool = False) -> Chart:
    # Names inside the drawing were escaped by matplotlib.
    return Chart(title, Markup(svg(figure, label=str(escape(title)))), wide=wide)  # noqa: S704


def _tables(sheet: Tearsheet, further: list[Row], *, full_year: bool) -> tuple[Table, ...]:
    names = ("Figure", sheet.name, sheet.benchmark_name)
    headline = headline_rows(sheet.performance, sheet.benchmark_performance, full_year=full_year)
    return (
        Table("Headline figures", names, headline),
        Table(
            "Calendar years",
            ("Year", sheet.name, sheet.benchmark_name, "Difference, points"),
            yearly_rows(yearly_returns(sheet.both)),
        ),
        Table(
            f"Deepest drawdowns of {sheet.name}",
            ("Began", "Deepest", "Recovered", "Days", "Depth"),
            drawdown_rows(sheet.returns),
        ),
        Table("Further figures", names, further),
    )


def _further_rows(qs: Any, sheet: Tearsheet) -> list[Row]:
    columns = [_counts(qs.stats, column) for _, column in sheet.both.items()]
    rows = [(label, *(show(column[label]) for column in columns)) for label, show in COUNTS.items()]
    beta, correlation = relation(sheet.both)
    return [
        *rows,
        (f"Beta to {sheet.benchmark_name}", ratio(beta), NOTHING),
        (f"Correlation with {sheet.benchmark_name}", ratio(correlation), NOTHING),
    ]


def _counts(stats: Any, returns: pd.Series[float]) -> dict[str, float]:
    """Only what quantstats defines without a risk-free rate, a year's length or a heuristic."""
    asked = {"prepare_returns": False}
    figures = {
        "Total return": stats.comp(returns),
        "Best day": stats.best(returns, **asked),
        "Worst day": stats.worst(returns, **asked),
        "Best month": stats.best(returns, aggregate="ME", **asked),
        "Worst month": stats.worst(returns, aggregate="ME", **asked),
    }
    if returns.std(ddof=1) > FLAT:
        figures |= {
            "Days up, of the days that moved": stats.win_rate(returns, **asked),
            "Months up, of the months that moved": stats.win_rate(returns, aggregate="ME", **asked),
            "Skewness, daily": stats.skew(returns, **asked),
            "Excess kurtosis, daily": stats.kurtosis(returns, **asked),
            "Daily Value-at-Risk 95 % (normal)": stats.value_at_risk(returns, confidence=0.95, **asked),
        }
    return {label: float(figures.get(label, math.nan)) for label in COUNTS}


def _period(sheet: Tearsheet) -> str:
    first, last = sheet.sessions[[0, -1]]
    return (
        f"{first:%Y-%m-%d} to {last:%Y-%m-%d}, {len(sheet.sessions)} sessions. "
        f"{sheet.name} against {sheet.benchmark_name}."
    )
