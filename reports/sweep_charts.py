"""The charts of a sweep: how its members are distributed, and what each parameter has to do with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from .charts import AXIS, LAYOUT
from .sweep_tables import spread, spread_by_tenth
from .swept import Parameter, Span

POINTS = 2_000  # drawn at most; quantiles are always over all members
REPEATED = 5  # members a value from which on quantiles at each value say more than points
_TENTHS = 50  # members from which on quantiles over tenths say something
_BINS = 50
_LABEL = 24  # characters
MARGIN = {"l": 52, "r": 14, "t": 14, "b": 44}
INK, MEMBERS = "#111827", "#332288"
BANDS = (("q05", "q95", "rgba(51,34,136,0.12)"), ("q25", "q75", "rgba(51,34,136,0.26)"))  # nine tenths, middle half


def histogram(sharpe: pd.Series[float], preset: float) -> go.Figure:
    """Sharpe ratios of all members, their quartiles as dotted lines, the study's own as a line with its name."""
    figure = bare_figure(height=300)
    known = sharpe.dropna()
    edges = np.histogram_bin_edges(known, bins=min(_BINS, max(5, round(2.0 * math.sqrt(len(known))))))
    counts, edges = np.histogram(known, bins=edges)
    figure.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=np.diff(edges),
        marker={"color": "#8b84c4", "line": {"width": 1, "color": "#fff"}},
        customdata=np.column_stack([edges[:-1], edges[1:]]),
        hovertemplate="%{customdata[0]:.3f} to %{customdata[1]:.3f}: %{y:,} members<extra></extra>",
    )
    top = float(counts.max())
    for share in (0.25, 0.5, 0.75):
        line = {"color": MEMBERS, "width": 1.5, "dash": "solid" if share == 0.5 else "dot"}
        figure.add_scatter(x=[known.quantile(share)] * 2, y=[0, top], mode="lines", line=line, hoverinfo="skip")
    if math.isfinite(preset):
        figure.add_scatter(x=[preset] * 2, y=[0, top * 1.08], mode="lines", line=_own_line(), hoverinfo="skip")
        figure.add_annotation(
            text=f"the study itself {preset:.2f}", x=preset, y=top * 1.08, yanchor="bottom", showarrow=False
        )
    figure.update_yaxes(title="members", rangemode="tozero", range=[0, top * 1.22], dtick=None if top > 5 else 1)
    figure.update_xaxes(title="Sharpe ratio", showgrid=False)
    return figure


def parameter_chart(table: pd.DataFrame, parameter: Parameter, preset: float, *, span: Span, grid: bool) -> go.Figure:
    """Sharpe ratio against one parameter.

    Parameters
    ----------
    table : DataFrame, shape (members, columns)
        ``sharpe``, and the parameter by its name.
    parameter : Parameter
        Which.
    preset : float
        Sharpe ratio of the study itself; marked at its own value.
    span : Span
        What the axis of the Sharpe ratio covers; the same in all charts of a sweep.
    grid : bool
        Whether the members are all combinations, or else a sample.

    Returns
    -------
    Figure
        Numbers: the median with bands; points as well where hardly a value comes twice. Words: a row for each.
    """
    known = table[[parameter.name, "sharpe"]].dropna()
    if parameter.words:
        return _rows(known, parameter, preset, span)
    values, sharpe = known[parameter.name], known["sharpe"]
    figure = bare_figure(height=300)
    repeated = grid or len(known) >= REPEATED * values.nunique()
    if repeated:
        _add_bands(figure, spread(values, sharpe))
    else:
        if len(known) >= _TENTHS:
            _add_bands(figure, spread_by_tenth(values, sharpe))
        _add_points(figure, values, sharpe)
    if isinstance(parameter.preset, int | float):
        figure.add_scatter(
            x=[parameter.preset] * 3,
            y=[span.low, preset, span.high],
            mode="lines+markers",
            line=_own_line(),
            marker={"symbol": "diamond", "color": INK, "size": [0, 11, 0], "line": {"width": 1.5, "color": "#fff"}},
            hovertemplate="the study itself<br>%{x:.4~g}: " + f"{preset:.2f}<extra></extra>",
        )
    figure.update_xaxes(showgrid=False, zeroline=False)
    if parameter.log:
        figure.update_xaxes(type="log", dtick="D2", tickformat="~g")
    figure.update_yaxes(range=span, tickformat=".2f")
    return figure


def panels(figures: Sequence[go.Figure], titles: Sequence[str]) -> go.Figure:
    """Several charts as one figure, two in a row."""
    columns = min(2, len(figures))
    rows = math.ceil(len(figures) / columns)
    whole = make_subplots(rows, columns, subplot_titles=list(titles), vertical_spacing=min(0.12, 0.3 / rows))
    for place, figure in enumerate(figures):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        whole.add_traces(figure.data, rows=where["row"], cols=where["col"])
        whole.update_xaxes(figure.layout.xaxis, **where)
        whole.update_yaxes(figure.layout.yaxis, **where)
    return whole.update_layout(
        **LAYOUT, height=60 + 320 * rows, margin={"l": 52, "r": 14, "t": 40, "b": 44}, hovermode="closest"
    )


def _rows(known: pd.DataFrame, parameter: Parameter, preset: float, span: Span) -> go.Figure:
    """A row for each value in words: as long as nine tenths, thick as far as the middle half, a mark at the median."""
    values = list(dict.fromkeys([*parameter.words, *([parameter.preset] if parameter.preset is not None else [])]))
    found = spread(known[parameter.name], known["sharpe"]).reindex(values)
    places = np.arange(len(values))
    figure = bare_figure(height=90 + 30 * len(values))
    for (low, high, _), width in zip(BANDS, (3, 10), strict=True):
        x = np.column_stack([found[low], found[high], np.full(len(values), np.nan)]).ravel()
        line = {"color": "#b7b2dc" if width == 3 else "#8b84c4", "width": width}
        figure.add_scatter(x=x, y=np.repeat(places, 3), mode="lines", line=line, hoverinfo="skip")
    figure.add_scatter(
        x=found["median"],
        y=places,
        mode="markers",
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": MEMBERS}},
        customdata=found.assign(value=[escape(str(each), quote=False) for each in values])[["value", "q25", "q75"]],
        hovertemplate="%{customdata[0]}<br>median %{x:.2f}, half %{customdata[1]:.2f} to %{customdata[2]:.2f}"
        "<extra></extra>",
    )
    if parameter.preset in values:
        figure.add_scatter(
            x=[preset],
            y=[values.index(parameter.preset)],
            mode="markers",
            marker={"symbol": "diamond", "color": INK, "size": 11, "line": {"width": 1.5, "color": "#fff"}},
            hovertemplate=f"the study itself: {preset:.2f}<extra></extra>",
        )
    figure.update_xaxes(range=span, tickformat=".2f")
    figure.update_yaxes(
        range=[len(values) - 0.5, -0.5],
        tickvals=places,
        ticktext=[escape(_short(str(each)), quote=False) for each in values],
        showgrid=False,
        zeroline=False,
        automargin=True,
    )
    return figure


def _add_bands(figure: go.Figure, found: pd.DataFrame) -> None:
    for low, high, colour in BANDS:
        for name, fill in ((low, None), (high, "tonexty")):
            figure.add_scatter(
                x=found.index, y=found[name], mode="lines", line_width=0, fill=fill, fillcolor=colour, hoverinfo="skip"
            )
    figure.add_scatter(
        x=found.index,
        y=found["median"],
        mode="lines+markers" if len(found) <= 30 else "lines",
        line={"color": MEMBERS, "width": 2},
        marker={"size": 5},
        customdata=found[["q25", "q75"]],
        hovertemplate="%{x:.4~g}: median %{y:.2f}, half %{customdata[0]:.2f} to %{customdata[1]:.2f}<extra></extra>",
    )


def _add_points(figure: go.Figure, values: pd.Series[float], sharpe: pd.Series[float]) -> None:
    drawn = np.sort(np.random.default_rng(0).choice(len(values), min(POINTS, len(values)), replace=False))
    figure.add_scatter(
        x=values.iloc[drawn],
        y=sharpe.iloc[drawn],
        mode="markers",
        marker={"size": 4, "color": MEMBERS, "opacity": max(0.15, min(0.6, 150 / len(drawn)))},
        hovertemplate="%{x:.4~g}: %{y:.2f}<extra></extra>",
    )


def bare_figure(*, height: int) -> go.Figure:
    """A frame without anything in it."""
    return go.Figure(
        layout={**LAYOUT, "height": height, "margin": MARGIN, "hovermode": "closest", "xaxis": AXIS, "yaxis": AXIS}
    )


def _own_line() -> dict[str, object]:
    return {"color": INK, "width": 1.5, "dash": "dash"}


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}\u2026"
