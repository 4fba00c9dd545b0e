"""Running moments over a history that is revised as it goes: sums, not rescans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .history import History

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moments:
    """Over the window that ends at each decision, as known then: count of values, mean, mean square, deviation.

    `deviation` is the sample standard deviation; NaN with fewer than two values.
    """

    count: Floats
    mean: Floats
    mean_square: Floats
    deviation: Floats


def moments(history: History, window: int) -> Moments:
    """Moments of the last `window` decisions, seen from each decision.

    Parameters
    ----------
    history : History
        Values and their revisions; NaN does not count.
    window : int
        Decisions a value stays in the window, its own included.

    Notes
    -----
    Each value enters at its decision, is exchanged where a revision shows, and leaves `window` decisions later with
    the value it then has. Sums are taken around the first value, so that few digits are lost.
    """
    values = np.array(history.values, dtype=np.float64)
    inside = history.seen_at < history.rows + window
    rows, seen_at, revised = history.rows[inside], history.seen_at[inside], history.revised[inside]
    before = np.where(_first_of_row(rows), values[rows], np.roll(revised, 1))
    last = values.copy()
    last[rows] = revised
    leaving = last[: max(len(values) - window, 0)]
    known = values[np.isfinite(values)]
    centre = float(known[0]) if len(known) else 0.0

    def total(power: int) -> Floats:
        steps = _powers(values, centre, power)
        np.add.at(steps, seen_at, _powers(revised, centre, power) - _powers(before, centre, power))
        steps[window:] -= _powers(leaving, centre, power)
        return np.cumsum(steps)

    count, first, second = total(0), total(1), total(2)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, first / count, np.nan)
        spread = np.maximum(second - first * mean, 0.0)  # sum of squares around the mean
        deviation = np.where(count > 1, np.sqrt(spread / (count - 1)), np.nan)
        mean_square = spread / count + (mean + centre) ** 2
    return Moments(count, mean + centre, mean_square, deviation)


def _powers(values: Floats, centre: float, power: int) -> Floats:
    """``(value - centre) ** power``, and 0 where there is no value."""
    return np.where(np.isfinite(values), (np.nan_to_num(values) - centre) ** power, 0.0)


def _first_of_row(rows: Rows) -> npt.NDArray[np.bool_]:
    first = np.ones(len(rows), dtype=bool)
    first[1:] = rows[1:] != rows[:-1]
    return first
