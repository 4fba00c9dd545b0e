"""Windows: which sessions a choice is trained on, and which it is tested on."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import ConfigError
from .config import WalkConfig, spelled

_LEAST = 21  # sessions of a training: a criterion over fewer says nothing
Integers = npt.NDArray[np.int64]


class Window(NamedTuple):
    """Rows of sessions: a training, and the test that follows it."""

    train: range
    test: range


def windows(sessions: pd.DatetimeIndex, span: range, config: WalkConfig) -> tuple[Window, ...]:
    """Lay out trainings and tests.

    Parameters
    ----------
    sessions : DatetimeIndex, shape (sessions,)
        Of the market.
    span : range
        Rows on which the study holds something; trainings and tests lie within.
    config : WalkConfig
        Lengths by calendar months; ``purge`` sessions before a test belong to no training of it.

    Returns
    -------
    tuple of Window
        The tests follow one another from the end of the first training to the end of the span. The last one is longer,
        by less than half a test, or shorter where less than a whole one is left.

    Raises
    ------
    ConfigError
        The span is too short for one training and half a test, or the purge leaves too little of a training.
    """
    borders = _borders(sessions, span, config)
    found = []
    for number, (begin, end) in enumerate(pairwise(borders)):
        first = span.start if config.anchored else _row(sessions, span, number * config.test_months)
        found.append(Window(range(first, begin - config.purge), range(begin, end)))
    shortest = min(len(window.train) for window in found)
    if shortest < _LEAST:
        raise ConfigError(
            "The purge leaves too little of a training",
            received=f"{shortest} sessions",
            expected=f"at least {_LEAST}",
            remedy="Use a longer --train or a smaller --purge.",
        )
    return tuple(found)


def _borders(sessions: pd.DatetimeIndex, span: range, config: WalkConfig) -> list[int]:
    """The first row of each test, and the end of the last one."""
    first, last = sessions[span.start], sessions[span.stop - 1]
    borders, months = [], config.train_months
    while first + pd.DateOffset(months=months) <= last:
        borders.append(_row(sessions, span, months))
        months += config.test_months
    half = first + pd.DateOffset(months=months - config.test_months) + _half(config.test_months)
    if borders and last < half:
        borders.pop()
    if not borders:
        raise ConfigError(
            "The data are too short for the walk-forward",
            received=f"{first:%Y-%m-%d} to {last:%Y-%m-%d}",
            expected=f"at least {spelled(config.train_months)} to train on, and half of {spelled(config.test_months)}",
            remedy="Use a shorter --train or --test, or more data.",
        )
    return [*borders, span.stop]


def _row(sessions: pd.DatetimeIndex, span: range, months: int) -> int:
    """The first row so many months after the span began."""
    return int(sessions.searchsorted(sessions[span.start] + pd.DateOffset(months=months)))


def _half(months: int) -> pd.Timedelta:
    return pd.Timedelta(days=months * 365.25 / 24)


def partition(sets: npt.NDArray[np.bool_]) -> Integers:
    """The coarsest segments of which each set is a union.

    Parameters
    ----------
    sets : ndarray of bool, shape (sets, sessions)
        Which sessions belong to each set.

    Returns
    -------
    ndarray of int64, shape (sessions,)
        Number of the segment of each session, ascending from 0; -1 where it belongs to no set.
    """
    inside = sets.any(axis=0)
    changes = np.append(True, (sets[:, 1:] != sets[:, :-1]).any(axis=0))
    return np.where(inside, np.cumsum(changes & inside) - 1, -1).astype(np.int64)


def rows_as_set(rows: range | Integers, sessions: int) -> npt.NDArray[np.bool_]:
    """True on the rows."""
    answer = np.zeros(sessions, dtype=bool)
    answer[np.asarray(rows, dtype=np.int64)] = True
    return answer
