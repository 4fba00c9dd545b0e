"""Heat maps of a sweep: two parameters at a time, the median over all others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from .sweep_charts import INK, bare_figure
from .sweep_tables import medians
from .swept import Parameter, Span

_WIDE = 8  # columns that leave room for numbers in the cells
_TICKS = 12


def heat_maps(table: pd.DataFrame, parameters: Sequence[Parameter], span: Span, *, most: int = 6) -> list[go.Figure]:
    """Median Sharpe ratio over all else for the first pairs of numeric parameters of a grid that vary by themselves."""
    numeric = [each for each in parameters if not each.words and len(table[each.name].unique()) > 1]
    pairs = [
        (left, right)
        for place, left in enumerate(numeric)
        for right in numeric[place + 1 :]
        if not left.linked or left.linked != right.linked
    ]
    return [_heat_map(table, left, right, span) for left, right in pairs[:most]]


def _heat_map(table: pd.DataFrame, across: Parameter, down: Parameter, span: Span) -> go.Figure:
    found = medians(table, across.name, down.name)
    rows, columns = found.shape
    figure = bare_figure(height=100 + min(24, max(6, rows)) * 30)
    written = columns <= _WIDE
    figure.add_heatmap(
        z=found,
        x=np.arange(columns),
        y=np.arange(rows),
        zmin=span.low,
        zmax=span.high,
        colorscale="Cividis",
        showscale=not written,
        colorbar={"thickness": 10, "tickformat": ".2f", "outlinewidth": 0},
        texttemplate="%{z:.2f}" if written else None,
        hoverongaps=False,
        customdata=[[(x, y) for x in found.columns] for y in found.index],
        hovertemplate="%{customdata[0]:.4~g}, %{customdata[1]:.4~g}: median %{z:.2f}<extra></extra>",
    )
    x, y = found.columns.tolist(), found.index.tolist()
    figure.update_xaxes(**_ticks(x, across.name))
    figure.update_yaxes(**_ticks(y, down.name), automargin=True)
    if across.preset in x and down.preset in y:
        _frame(figure, x.index(across.preset), y.index(down.preset))
    return figure


def _ticks(values: Sequence[Any], title: str) -> dict[str, object]:
    shown = range(0, len(values), math.ceil(len(values) / _TICKS))
    words = [f"{values[place]:.4g}" for place in shown]
    return {"tickvals": list(shown), "ticktext": words, "title": title, "showgrid": False, "zeroline": False}


def _frame(figure: go.Figure, x: int, y: int) -> None:
    """A frame around the study's own cell, to be seen on dark and on light."""
    for colour, width in (("#fff", 6), (INK, 3)):
        corners = {"x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.5, "y1": y + 0.5}
        figure.add_shape(type="rect", line={"color": colour, "width": width}, **corners)
