"""Scores: the criterion of each member over each set of sessions, from sums over segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from ..backtests.measure_many import Segments
from ..backtests.performance import FLAT, SESSIONS_PER_YEAR
from .config import Criterion
from .windows import partition

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_EVEN = 1e-6  # a deviation this small beside the returns themselves is rounding


@dataclass(frozen=True, eq=False)
class Scores:
    """What is scored.

    Attributes
    ----------
    criterion : {"sharpe", "sortino", "growth"}
        See `score`.
    names : tuple of str, length sets
        Column of each set in the table of results.
    segment : ndarray of int64, shape (sessions,)
        Segment of each session, -1 for none.
    within : ndarray of bool, shape (sets, segments)
        Which segments make up each set.
    least : ndarray of int64, shape (sets,)
        Sessions of a set on which a member must have been held; its score is NaN otherwise.
    """

    criterion: Criterion
    names: tuple[str, ...]
    segment: Integers
    within: npt.NDArray[np.bool_]
    least: Integers

    @classmethod
    def of(cls, sets: Mapping[str, npt.NDArray[np.bool_]], criterion: Criterion, *, held: Mapping[str, float]) -> Self:
        """Take sets by name, each of shape (sessions,); `held` is the least share of those that need not be whole."""
        table = np.array(list(sets.values()))
        segment = partition(table)
        firsts = np.unique(segment, return_index=True)[1][int((segment == -1).any()) :]
        least = [np.ceil(held.get(name, 1.0) * each.sum() - 1e-9) for name, each in sets.items()]
        return cls(criterion, tuple(sets), segment, table[:, firsts], np.array(least, dtype=np.int64))

    def columns(self, sums: Segments) -> dict[str, Floats]:
        """Score of some members over each set, from sums of shape (members, segments)."""
        answer = {}
        for name, within, least in zip(self.names, self.within, self.least, strict=True):
            whole = Segments(*(getattr(sums, each.name)[:, within].sum(axis=1) for each in fields(Segments)))
            answer[name] = np.where(whole.count >= least, score(self.criterion, whole), np.nan)
        return answer


def score(criterion: Criterion, sums: Segments) -> Floats:
    """The criterion from sums over sessions.

    Parameters
    ----------
    criterion : {"sharpe", "sortino", "growth"}
        Annualised Sharpe or Sortino ratio over bills as `measure` has them, or log growth a year of 252 sessions.
    sums : Segments
        Arrays of one shape.

    Returns
    -------
    ndarray of that shape
        NaN where it is not defined: no variation, fewer than two sessions, a portfolio that became worthless.
    """
    count = sums.count
    with np.errstate(all="ignore"):
        if criterion == "growth":
            return _defined(sums.log_growth / count * SESSIONS_PER_YEAR, count > 1)
        mean, size = sums.excess / count, np.sqrt(sums.squares / count)
        spread = np.sqrt(np.maximum(sums.squares - sums.excess * mean, 0.0) / (count - 1.0))
        risk = spread if criterion == "sharpe" else np.sqrt(sums.downside / count)
        least = np.maximum(FLAT, _EVEN * size) if criterion == "sharpe" else FLAT
        return _defined(mean / risk * np.sqrt(SESSIONS_PER_YEAR), (count > 1) & (risk > least))


def _defined(values: Floats, where: npt.NDArray[np.bool_]) -> Floats:
    return np.where(where & np.isfinite(values), values, np.nan)
