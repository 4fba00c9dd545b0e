"""The page of a sweep: every member at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

if TYPE_CHECKING:
    from .result import SweepResult


def figure(result: SweepResult) -> go.Figure:
    """Sharpe ratio against each swept parameter."""
    return go.Figure(go.Histogram(x=result.ran["sharpe"]))
