"""The charts of the walk-forward page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..backtests.result import Backtest
from .charts import AXIS, add_line, caption, days, time_figure
from .swept import span_of

LINES = {
    "walk_forward": {"color": "#111827", "width": 2.2},
    "preset": {"color": "#0072b2", "width": 1.8},
    "constant_mix": {"color": "#4b5563", "width": 1.6, "dash": "dash"},
    "median_member": {"color": "#999933", "width": 1.2, "dash": "dot"},
    "hindsight": {"color": "#aa3377", "width": 1.2, "dash": "dot"},
}
_GRID = {"gridcolor": "#e5e7eb", "zerolinecolor": "#9ca3af"}
_CHOSEN, _OTHERS = "#d55e00", "#9ca3af"
_ROW, _GAP, _FEW = 15, 46, 16  # pixels of a row and between two parameters; rows that are all labelled
_LONGEST = 20  # letters of a label


@dataclass(frozen=True, eq=False)
class Parameter:
    """One swept parameter, and the value that each window chose.

    Attributes
    ----------
    name : str
        Dotted key.
    chosen : tuple, one value for each window
        Numbers, or words.
    rows : tuple
        All values of the grid in the order of the chart; empty where they were drawn from a range.
    preset : float or str
        The study's own value; the grid need not have it.
    """

    name: str
    chosen: tuple[float | str, ...]
    rows: tuple[float | str, ...]
    preset: float | str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The chosen values as people read them."""
        return tuple(map(_label, self.chosen))

    def height(self, value: float | str) -> float | None:
        """Where a value stands: its row, between two rows, or the number itself; None where it has no place."""
        if value in self.rows:
            return float(self.rows.index(value))
        if isinstance(value, str):
            return None
        numbers = [float(each) for each in self.rows if not isinstance(each, str)]
        if not self.rows:
            return float(value)
        inside = len(numbers) == len(self.rows) and numbers[0] < value < numbers[-1]
        return float(np.interp(value, numbers, range(len(numbers)))) if inside else None


def _label(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def growth_chart(portfolios: Mapping[str, Backtest]) -> go.Figure:
    """Growth of one dollar out of sample, on a log axis."""
    dates = days(next(iter(portfolios.values())).value.index)
    overlay = {"type": "log", "tickmode": "linear", "dtick": "D2", "tickformat": "~g"}
    figure = time_figure((dates[0], dates[-1]), height=400, overlay=overlay)
    for rank, name in reversed(list(enumerate(portfolios, start=1))):  # the first is drawn last, on top
        growth = portfolios[name].value / portfolios[name].capital
        add_line(figure, growth, name, line=LINES[name], hovertemplate="%{y:.2f}", legendrank=rank)
    return figure


def stability_chart(parameters: Sequence[Parameter], starts: Sequence[pd.Timestamp], end: pd.Timestamp) -> go.Figure:
    """Chosen value of each parameter by test, as steps; the values of the grid are the rows, the preset's is dashed."""
    heights = [_ROW * min(max(len(each.rows), 4), _FEW) for each in parameters]
    total = sum(heights) + _GAP * len(heights)
    dates = days(pd.DatetimeIndex([*starts, end]))
    figure = time_figure((dates[0], dates[-1]), height=total + 32, overlay={"visible": False})
    figure.update_layout(margin_t=4, xaxis_anchor=f"y{len(parameters) + 2}", yaxis2_overlaying=None)
    top = 1.0
    for place, (parameter, height) in enumerate(zip(parameters, heights, strict=True), start=3):
        high = top - _GAP / 2 / total
        low = high - height / total
        _add_steps(figure, parameter, dates, place, (max(low, 0.0), high))
        top = low - _GAP / 2 / total
    return figure


def _add_steps(
    figure: go.Figure, parameter: Parameter, dates: list[str], place: int, domain: tuple[float, float]
) -> None:
    heights, labels = [parameter.height(value) for value in parameter.chosen], parameter.labels
    figure.add_scatter(
        x=dates,
        y=[*heights, heights[-1]],
        text=[escape(text, quote=False) for text in (*labels, labels[-1])],
        name=parameter.name,
        mode="lines",
        line={"shape": "hv", "color": _CHOSEN, "width": 2.5},
        yaxis=f"y{place}",
        hovertemplate="%{text}",
    )
    own = parameter.height(parameter.preset)
    if own is not None:
        line = {"color": "#374151", "width": 1.5, "dash": "dash"}
        figure.add_shape(type="line", xref="paper", x0=0, x1=1, yref=f"y{place}", y0=own, y1=own, line=line)
    figure.update_layout({f"yaxis{place}": {**_row_axis(parameter), "domain": domain, "anchor": "x"}})
    caption(figure, parameter.name, domain[1])


def _row_axis(parameter: Parameter) -> dict[str, object]:
    axis: dict[str, object] = {**AXIS, "zeroline": False, "side": "left", "automargin": True}
    if not parameter.rows:
        return axis
    every = max(1, int(np.ceil(len(parameter.rows) / _FEW)))
    shown = list(range(0, len(parameter.rows), every))
    labels = [escape(_short(_label(parameter.rows[row])), quote=False) for row in shown]
    return axis | {"range": [-0.6, len(parameter.rows) - 0.4], "tickvals": shown, "ticktext": labels}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def decay_chart(marks: pd.DataFrame) -> go.Figure:
    """What a member had more than the median member, in test against in training: one mark for each in each window.

    Parameters
    ----------
    marks : DataFrame, shape (marks, 4)
        ``train`` and ``test`` less those of the median member of the window, ``label``, and whether it was ``chosen``.
    """
    figure = _scatter_figure(height=420, x="above the median member in training")
    figure.update_layout(yaxis={"title": {"text": "in the test"}, **_GRID}, margin_l=58)
    for name, chosen, colour, size in (("members", False, _OTHERS, 5), ("chosen", True, _CHOSEN, 10)):
        table = marks[marks["chosen"] == chosen]
        figure.add_scatter(
            x=table["train"].to_numpy(dtype=float),
            y=table["test"].to_numpy(dtype=float),
            text=table["label"].tolist(),
            name=name,
            mode="markers",
            marker={"color": colour, "size": size, "opacity": 1.0 if chosen else 0.5},
            hovertemplate="%{text}<br>training %{x:+.2f}, test %{y:+.2f}<extra></extra>",
        )
    ends = [float(marks["train"].min()), float(marks["train"].max())]
    line = {"color": "#374151", "width": 1, "dash": "dot"}
    figure.add_scatter(x=ends, y=ends, name="a kept promise", mode="lines", line=line, hoverinfo="skip")
    return figure


def paths_chart(sharpes: Sequence[float], preset: float, *, years: float) -> go.Figure:
    """Sharpe ratio of each path as a mark on one line, and that of the preset; what is close shall look close."""
    figure = _scatter_figure(height=130, x="Sharpe ratio")
    figure.update_xaxes(range=span_of(pd.Series(sharpes, dtype=float), preset, years=years))
    figure.update_layout(yaxis={"visible": False, "range": [-1, 1], "fixedrange": True})
    for name, values, colour, symbol in (
        ("paths", list(sharpes), _CHOSEN, "circle"),
        ("preset, same sessions", [preset], "#0072b2", "diamond"),
    ):
        figure.add_scatter(
            x=values,
            y=[0.0] * len(values),
            name=name,
            mode="markers",
            marker={"color": colour, "size": 11, "symbol": symbol, "opacity": 0.75},
            hovertemplate="%{x:.2f}",
        )
    return figure


def _scatter_figure(*, height: int, x: str) -> go.Figure:
    """Frame of a chart that is not over time."""
    layout = {
        "template": "none",
        "height": height,
        "margin": {"l": 20, "r": 20, "t": 10, "b": 46},
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": "#1f2937"},
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {"type": "linear", "title": {"text": x}, **_GRID},
    }
    return go.Figure(layout=layout)
