"""Histories of a measure: what it was at each decision, and how its past looked from every later one.

Standardising an indicator asks for its history as it is known at the decision. Where inputs are revised, that history
changes: the growth of M2 two years ago is another number today than it was then. Nothing is rescanned for that. Each
release that revises a period some earlier decision had used gives one pair (earlier decision, later decision), the
measure is evaluated once over all pairs, and running sums take each change in where it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.releases import nanoseconds
from ..errors import ConfigError
from .known import Known, Read

Measure = Callable[[Known], "pd.Series[float]"]
Rows = npt.NDArray[np.int64]
_PROBES = 16  # rows asked for once more, out of order
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class History:
    """A measure at n decisions and m revisions of it.

    Attributes
    ----------
    values : Series, shape (n,)
        The measure at each decision, as known then; NaN where it was not.
    rows, seen_at : ndarray of int, shape (m,)
        Decision `rows` looks different from decision `seen_at` (a later one) on; sorted by rows, then seen_at.
    revised : ndarray, shape (m,)
        What it is from then on.
    """

    values: pd.Series[float]
    rows: Rows
    seen_at: Rows
    revised: Floats

    def walk(self) -> Iterator[Floats]:
        """For each decision in turn the values up to it as they looked from it; the next step changes them in place."""
        seen = np.array(self.values, dtype=np.float64)
        order = np.argsort(self.seen_at, kind="stable")
        told = np.searchsorted(self.seen_at[order], np.arange(len(seen) + 1))
        for row in range(len(seen)):
            news = order[told[row] : told[row + 1]]
            seen[self.rows[news]] = self.revised[news]
            yield seen[: row + 1]


def history_of(measure: Measure, known: Known, *, name: str = "") -> History:
    """Evaluate a measure at every decision and at every pair in which a revision shows.

    Parameters
    ----------
    measure : callable
        Looks at each row of `known` by itself.
    known : Known
        Decisions in ascending order.
    name : str
        What a refusal calls the measure; its own name when not given.

    Returns
    -------
    History
        Information set of what is seen from decision t: releases with ``released <= t``.

    Raises
    ------
    ConfigError
        The measure looks at more than its own row.
    """
    recorder = known.recording()
    values = measure(recorder)
    rows, seen_at = _revisions(recorder)
    if not len(rows):
        return unrevised(values)
    probe = np.linspace(0, len(values) - 1, _PROBES).astype(np.int64)
    told = np.array(measure(known.seen_from(np.append(rows, probe), np.append(seen_at, probe))), dtype=np.float64)
    _refuse_neighbours(name or measure.__name__, np.array(values, dtype=np.float64)[probe], told[len(rows) :])
    return History(values, rows, seen_at, told[: len(rows)])


def unrevised(values: pd.Series[float]) -> History:
    """A history that looks the same from every decision."""
    nothing = np.empty(0, np.int64)
    return History(values, nothing, nothing, np.empty(0))


def _refuse_neighbours(name: str, values: Floats, alone: Floats) -> None:
    """A measure that looks at other rows answers differently when its rows are asked for out of order."""
    if not np.allclose(values, alone, equal_nan=True):
        raise ConfigError(
            f"Indicator {name} looks at more than one decision at a time",
            expected="a measure that answers each row by itself: use known.change and known.at to look back",
            remedy="Or declare standardisation='none' and standardise it yourself.",
        )


def _revisions(recorder: Known) -> tuple[Rows, Rows]:
    """Pairs (decision, later decision) between which a period that the decision looked at was revised."""
    count = len(recorder.decisions)
    found = [_of_series(recorder, read) for read in recorder.read or []]
    pairs = np.unique(np.concatenate([rows * count + later for rows, later in found] or [np.empty(0, np.int64)]))
    return pairs // count, pairs % count


def _of_series(recorder: Known, read: Read) -> tuple[Rows, Rows]:
    times = nanoseconds(recorder.decisions)
    rows, released = recorder.market.releases.line(read.series).later_releases(times, read.period)
    later = np.searchsorted(times, released)
    inside = later < len(times)
    return rows[inside], later[inside].astype(np.int64)
