"""The time charts of the regime page, as plotly figures without a legend of their own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..backtests.performance import drawdown
from ..backtests.result import Backtest
from ..signals.result import REGIMES, Waterline

REGIME_COLOURS = {"ABUNDANT": "#0072b2", "NEUTRAL": "#6b7280", "SCARCE": "#d55e00"}
BAND_COLOURS = {
    "ABUNDANT": "rgba(0,114,178,0.20)",
    "NEUTRAL": "rgba(107,114,128,0.10)",
    "SCARCE": "rgba(230,130,0,0.26)",
}
# Paul Tol's "bright" and "muted" schemes: distinct under every common colour blindness.
LINES = {
    "strategy": {"color": "#111827", "width": 2.2},
    "constant_mix": {"color": "#4b5563", "width": 1.6, "dash": "dash"},
    "speculative": {"color": "#aa3377", "width": 1.3},
    "near_cash_flow": {"color": "#228833", "width": 1.3},
}
EVENT_MARKS = {
    "easing": ("triangle-up", REGIME_COLOURS["ABUNDANT"]),
    "tightening": ("triangle-down", REGIME_COLOURS["SCARCE"]),
    "stress": ("x", "#111827"),
}
FURTHER_COLOURS = ("#332288", "#44aa99", "#999933", "#882255", "#cc6677")
BLOCK_COLOURS = ("#332288", "#88ccee", "#117733", "#ddcc77", "#cc6677", "#aa4499", "#44aa99", "#999933")
SLEEVE_COLOURS = {
    "speculative": "#aa3377",
    "near_cash_flow": "#228833",
    "other": "#ddcc77",
    "CASH": "#c4c8ce",
}

LAYOUT = {
    "template": "none",
    "font": {"family": "system-ui, sans-serif", "size": 12, "color": "#1f2937"},
    "showlegend": False,
    "hoverlabel": {"namelength": -1},
}
AXIS = {"fixedrange": True, "gridcolor": "#e5e7eb", "zerolinecolor": "#9ca3af"}

Window = tuple[str, str]


def equity_chart(
    strategy: Backtest, rivals: Mapping[str, Backtest], regime_by_session: pd.Series[str], *, window: Window
) -> go.Figure:
    """Growth of one dollar, on a log axis, over the regime in force."""
    figure = time_figure(
        window, height=400, overlay={"type": "log", "tickmode": "linear", "dtick": "D2", "tickformat": "~g"}
    )
    _add_bands(figure, regime_by_session)
    further = cycle(FURTHER_COLOURS)
    for name, backtest in {**rivals, "strategy": strategy}.items():
        line = LINES.get(name) or {"color": next(further), "width": 1.2, "dash": "dot"}
        growth = backtest.value / backtest.capital
        first = {"legendrank": 1} if name == "strategy" else {}  # drawn last, on top, but named first
        add_line(figure, growth, name, line=line, hovertemplate="%{y:.2f}", **first)
    return figure


def waterline_chart(
    waterline: Waterline,
    thresholds: tuple[float, float] | None,
    *,
    window: Window,
    events: pd.DataFrame | None = None,
) -> go.Figure:
    """The waterline over its regime, and below it the part of it that each block contributes; `events` as marks."""
    figure = time_figure(window, height=560, overlay={"domain": [0.47, 1.0]})
    figure.update_layout(
        yaxis_domain=[0.47, 1.0],
        yaxis3={**_axis(), "domain": [0.0, 0.40]},
        xaxis_anchor="y3",
        barmode="relative",
        bargap=0,
    )
    _add_bands(figure, waterline.regime)
    add_line(figure, waterline.fundamental, "fundamental (without tells)", line=_thin("#aa3377"))
    add_line(figure, waterline.level, "waterline", line=LINES["strategy"])
    for level in (s * t for t in thresholds or () for s in (-1, 1)):
        figure.add_hline(y=level, yref="y2", line={"color": "#374151", "width": 1, "dash": "dot"})
    if events is not None:
        _add_events(figure, events.loc[window[0] : window[1]], foot=float(waterline.level.min()))
    _add_contributions(figure, waterline.contributions)
    caption(figure, "Waterline", 1.0)
    caption(figure, "Contribution of each block", 0.40)
    return figure


def strip_chart(called: pd.Series[str], true: pd.Series[str], *, window: Window) -> go.Figure:
    """Called and true regime, one thin row each."""
    figure = time_figure(window, height=120, overlay={"visible": False})
    _add_bands(figure, called, rows=(0.55, 1.0), colours=REGIME_COLOURS)
    _add_bands(figure, true, rows=(0.0, 0.45), colours=REGIME_COLOURS)
    figure.update_yaxes(selector={"range": (0, 1)}, visible=True, tickvals=[0.22, 0.78], ticktext=["true", "called"])
    figure.update_layout(margin_t=6)
    return figure


def allocation_chart(weights: pd.DataFrame, sleeves: Mapping[str, tuple[str, ...]], *, window: Window) -> go.Figure:
    """Weight of each sleeve and of cash: stacked, or as lines when something is held short."""
    figure = time_figure(window, height=280, overlay={"tickformat": ".0%"})
    held = by_sleeve(weights, sleeves)
    stacked = bool((held >= -1e-9).all(axis=None))
    for name in map(str, held.columns):
        colour = SLEEVE_COLOURS.get(name, SLEEVE_COLOURS["other"])
        style = {"stackgroup": "weights", "fillcolor": colour} if stacked else {}
        line = {"color": colour, "width": 0.5 if stacked else 1.5}
        add_line(figure, held[name], name, line=line, hovertemplate="%{y:.1%}", **style)
    if stacked:
        figure.update_layout(yaxis2_range=[0, 1])
    return figure


def drawdown_chart(portfolios: Mapping[str, Backtest], *, window: Window) -> go.Figure:
    """Fall of each portfolio from its highest value so far, the capital included."""
    figure = time_figure(window, height=260, overlay={"tickformat": ".0%", "rangemode": "tozero"})
    for name, backtest in portfolios.items():
        fall = drawdown(backtest.value, capital=backtest.capital)
        add_line(figure, fall, name, line=LINES[name], hovertemplate="%{y:.1%}")
    return figure


def by_sleeve(weights: pd.DataFrame, sleeves: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Sum weights per sleeve; assets of none become ``other``; ``CASH`` stands last."""
    sleeve_of = {asset: name for name, assets in sleeves.items() for asset in assets} | {"CASH": "CASH"}
    names = [sleeve_of.get(str(asset), "other") for asset in weights.columns]
    order = [name for name in (*sleeves, "other", "CASH") if name in names]
    return weights.T.groupby(names).sum().T[order]


def by_block(contributions: pd.DataFrame) -> pd.DataFrame:
    """Sum the contributions of the indicators of each block, in the order the blocks appear."""
    blocks = [str(column).partition(".")[0] for column in contributions.columns]
    return contributions.T.groupby(blocks).sum(min_count=1).T[list(dict.fromkeys(blocks))]


def spells(regime: pd.Series[str]) -> pd.DataFrame:
    """Merge consecutive equal regimes into rows ``regime``, ``start``, ``end``; missing ones leave a hole."""
    named = regime.astype(object).where(regime.notna(), "")
    starts = named.index[named.ne(named.shift(1))]
    merged = pd.DataFrame(
        {"regime": named[starts].to_numpy(), "start": starts, "end": starts[1:].append(named.index[-1:])}
    )
    return merged[merged["regime"] != ""].reset_index(drop=True)


def days(index: pd.Index[Any] | pd.Series[Any]) -> list[str]:
    """Dates as plotly reads them; a decision stands at its day in New York."""
    times = pd.DatetimeIndex(index)
    return list((times if times.tz is None else times.tz_convert("America/New_York")).strftime("%Y-%m-%d"))


def time_figure(window: Window, *, height: int, overlay: Mapping[str, object]) -> go.Figure:
    """Frame of a chart over time, with the bands' axis `y` from 0 to 1, and the data's axis `y2` in front of it."""
    layout = {
        **LAYOUT,
        "height": height,
        "margin": {"l": 52, "r": 14, "t": 22, "b": 28},
        "hovermode": "x unified",
        "xaxis": {"type": "date", "range": window, "showgrid": False, "hoverformat": "%Y-%m-%d"},
        "yaxis": {"range": (0, 1), "visible": False, "fixedrange": True, "showgrid": False},
        # Left alone, an overlaying axis takes its ticks from the hidden one behind it.
        "yaxis2": {**_axis(), "tickmode": "auto", "overlaying": "y", **overlay},
    }
    return go.Figure(layout=layout)


def _axis() -> dict[str, object]:
    return {**AXIS, "side": "left"}


def _thin(colour: str) -> dict[str, object]:
    return {"color": colour, "width": 1}


def add_line(figure: go.Figure, values: pd.Series[float], name: str, **style: object) -> None:
    """One line of daily or weekly values on the data's axis."""
    style.setdefault("hovertemplate", "%{y:+.2f}")
    figure.add_scatter(
        x=days(values.index),
        y=values.to_numpy(dtype=float),
        name=name.replace("_", " "),
        mode="lines",
        yaxis="y2",
        **style,
    )


def _add_bands(
    figure: go.Figure,
    regime: pd.Series[str],
    *,
    rows: tuple[float, float] = (0.0, 1.0),
    colours: Mapping[str, str] = BAND_COLOURS,
) -> None:
    """One filled trace per regime, with a hole between two spells: thousands of shapes would be slow."""
    merged = spells(regime)
    low, high = rows
    for name in REGIMES:
        x: list[str | None] = []
        y: list[float | None] = []
        mine = merged[merged["regime"] == name]
        for start, end in zip(days(mine["start"]), days(mine["end"]), strict=True):
            x += [start, start, end, end, None]
            y += [low, high, high, low, None]
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            mode="lines",
            fill="toself",
            fillcolor=colours[name],
            line={"width": 0},
            hoverinfo="skip",
        )


def _add_contributions(figure: go.Figure, contributions: pd.DataFrame) -> None:
    parts = by_block(contributions)
    apart = np.diff(pd.DatetimeIndex(parts.index).as_unit("ms").asi8)
    one_decision = float(np.median(apart)) if len(apart) else None
    for block, colour in zip(parts, cycle(BLOCK_COLOURS), strict=False):
        figure.add_bar(
            x=days(parts.index),
            y=parts[block].to_numpy(dtype=float),
            name=block,
            marker={"color": colour, "line": {"width": 0}},
            width=one_decision,
            offset=0,
            yaxis="y3",
            hovertemplate="%{y:+.2f}",
        )


def _add_events(figure: go.Figure, events: pd.DataFrame, *, foot: float) -> None:
    """One mark per dated event along the foot of the waterline; its name shows on hover."""
    for direction, (symbol, colour) in EVENT_MARKS.items():
        mine = events[events["direction"] == direction]
        figure.add_scatter(
            x=days(mine.index),
            y=np.full(len(mine), foot),
            text=mine["event"].tolist(),
            name=direction,
            mode="markers",
            marker={"symbol": symbol, "size": 8, "color": colour},
            yaxis="y2",
            hovertemplate="%{text}",
        )


def caption(figure: go.Figure, text: str, top: float) -> None:
    """Words above the part of a figure that ends at `top`, a share of its height."""
    figure.add_annotation(
        text=text, x=0, y=top, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False
    )
