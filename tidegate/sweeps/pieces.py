"""Pieces: runs of sessions over which members are summed, fine enough for months and for what else is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..backtests.measure_many import Segments

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Scoring(Protocol):
    """Further columns for the table of results, made from sums over segments of sessions."""

    @property
    def segment(self) -> Integers:
        """Number of the segment of each session of the market, ascending; -1 belongs to none."""

    def columns(self, sums: Segments) -> Mapping[str, Floats]:
        """Values of some members by the name of the column, shape (members,) each; `sums` (members, segments)."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """The coarsest runs of sessions in which neither the month nor the segment changes.

    Attributes
    ----------
    number : ndarray of int64, shape (sessions,)
        Piece of each session, counted from 0.
    month, segment : ndarray of int64, shape (pieces,)
        Calendar month, counted from 0, and segment of each piece; segment -1 is none.
    """

    number: Integers
    month: Integers
    segment: Integers

    @classmethod
    def of(cls, sessions: pd.DatetimeIndex, segment: npt.NDArray[np.integer[Any]] | None = None) -> Self:
        """Cut the sessions of a market."""
        month = months_of(sessions)
        labels = np.full(len(month), -1) if segment is None else np.asarray(segment, dtype=np.int64)
        begins = np.append(True, (np.diff(month) != 0) | (np.diff(labels) != 0))
        return cls(np.cumsum(begins) - 1, month[begins], labels[begins])

    def growth(self, sums: Segments) -> npt.NDArray[np.float32]:
        """Log growth of each month, shape (members, months); NaN where nothing was held."""
        monthly = _grouped(sums, self.month)
        return np.where(monthly.count > 0, monthly.log_growth, np.nan).astype(np.float32)

    def segments(self, sums: Segments) -> Segments:
        """Sums over segments from sums over pieces."""
        return _grouped(sums, self.segment)


def _grouped(sums: Segments, label: Integers) -> Segments:
    """Add up the pieces of each label; a tape that ends before the market's last session has fewer pieces."""
    width = int(label.max(initial=-1)) + 1
    return Segments(*(_added(getattr(sums, each.name), label, width) for each in fields(Segments)))


def _added(values: Floats, label: Integers, width: int) -> Floats:
    added = np.zeros((len(values), width))
    for piece, group in enumerate(label[: values.shape[1]].tolist()):
        if group >= 0:
            added[:, group] += values[:, piece]
    return added


def months_of(sessions: pd.DatetimeIndex) -> Integers:
    """Number of the calendar month of each session, counted from 0."""
    months = sessions.to_numpy().astype("datetime64[M]").astype(np.int64)
    numbers: Integers = months - months[0]
    return numbers
