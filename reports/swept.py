"""What was swept: the parameters in the words of their grid, the members, and the span that all charts share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from ..backtests.performance import SESSIONS_PER_YEAR


@dataclass(frozen=True)
class Parameter:
    """A parameter that was swept.

    Attributes
    ----------
    name : str
        Dotted key of the study, and the column of the table.
    values : str
        What it was varied over, in words.
    preset : float, str or None
        The study's own value; None where it has none.
    words : tuple of str
        Its values in their order, where they are no numbers; the preset's need not be one of them.
    log : bool
        Whether equal ratios are equally far apart.
    linked : str
        Name of the group of parameters that it varies together with; empty for none.
    """

    name: str
    values: str
    preset: float | str | None
    words: tuple[str, ...] = ()
    log: bool = False
    linked: str = ""

    @property
    def own(self) -> str:
        """The study's own value in words."""
        return f"{self.preset:.6g}" if isinstance(self.preset, int | float) else self.preset or "not set"


class Span(NamedTuple):
    """Sharpe ratios that an axis or a scale of colours covers."""

    low: float
    high: float


def span_of(sharpe: pd.Series[float], preset: float, *, years: float) -> Span:
    """From the least to the most of all, and at least one standard error either way of the middle.

    The standard error of an annual Sharpe ratio is about ``1 / sqrt(years)`` (Lo, 2002, for small ratios). Axes that
    zoom into less make hills of what is flat.
    """
    values = [*sharpe.dropna(), *([preset] if math.isfinite(preset) else [])]
    low, high = min(values), max(values)
    middle, half = (low + high) / 2, max((high - low) / 2 * 1.05, 1.0 / math.sqrt(years))
    return Span(middle - half, middle + half)


@dataclass(frozen=True, eq=False)
class Swept:
    """What was measured.

    Attributes
    ----------
    parameters : tuple of Parameter
        What was swept, in the order of the grid.
    sample : str
        ``grid`` for all combinations, or how the members were drawn.
    members : DataFrame, shape (members that ran, columns)
        The parameters by their names, figures by theirs (``sharpe`` among them), ``sessions``; NaN where a figure is
        not defined.
    preset : Mapping of str to float
        Figures of the study itself.
    """

    parameters: tuple[Parameter, ...]
    sample: str
    members: pd.DataFrame
    preset: Mapping[str, float]

    @property
    def years(self) -> float:
        """Years of 252 sessions that the members cover, the median one."""
        return float(self.members["sessions"].median()) / SESSIONS_PER_YEAR

    @property
    def span(self) -> Span:
        """Sharpe ratios that all charts cover."""
        return span_of(self.members["sharpe"], self.preset["sharpe"], years=self.years)
