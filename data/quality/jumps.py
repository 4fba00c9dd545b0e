"""Gates on the moves of one ticker: false ticks, splits that were not adjusted for, and moves that nothing explains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..assets import AssetClass, asset_class
from ..findings import Finding
from .spans import span

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


class _Bounds(NamedTuple):
    """Factors by which a price may move in a day: when it is back a day later, and when it stays."""

    back: float
    stays: float


# Wider than anything in thirty years of daily prices; halved is a split sooner than a crash, -45 % is a crash.
_BOUNDS: dict[AssetClass, _Bounds] = {
    "bills": _Bounds(1.02, 1.05),
    "etf": _Bounds(1.2, 1.9),
    "equity": _Bounds(1.35, 1.9),
    "crypto": _Bounds(3.0, 10.0),
}
_REMAINS = 0.25  # share of a false tick that may remain, as the market moves too
_SMALLEST_SPLIT = np.log(1.2)


def jump_findings(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    """Findings on the moves from row to row of the adjusted closes.

    Parameters
    ----------
    ticker : str
        Its class decides how wild a day may be.
    bars : DataFrame
        `PRICE_COLUMNS` but ``date``, which is the index.
    """
    bounds = _BOUNDS[asset_class(ticker)]
    move = np.diff(np.log(bars["adj_close"].to_numpy()), prepend=np.nan)
    ticks = _false_ticks(move, np.log(bounds.back))
    splits = _still_in_the_closes(move, bars["split"].to_numpy())
    stays = np.setdiff1d(np.flatnonzero(np.abs(move) > np.log(bounds.stays)), [*ticks, *(ticks + 1), *splits])
    days = pd.DatetimeIndex(bars.index)
    if len(ticks):
        message = f"The price jumped by {_size(move, ticks)} and was back a day later: probably a false tick."
        yield Finding("warning", ticker, span(days[ticks]), message, "Compare with another source and correct the row.")
    if len(splits):
        message = f"The adjusted closes still move by {_size(move, splits)} on the day of a split."
        remedy = "Download the whole history anew: the source has not adjusted it yet."
        yield Finding("error", ticker, span(days[splits]), message, remedy)
    if len(stays):
        message = f"The price moved by {_size(move, stays)} in a day and stayed there: a split, or another unit?"
        remedy = "See whether the closes are adjusted for splits, and compare with another source."
        yield Finding("warning", ticker, span(days[stays]), message, remedy)


def _false_ticks(move: Floats, wild: float) -> Rows:
    """Rows whose price is left again at the next row, as far as it was reached."""
    there, back = move[:-1], move[1:]
    return np.flatnonzero((np.abs(there) > wild) & (np.abs(there + back) < _REMAINS * np.abs(there)))


def _still_in_the_closes(move: Floats, split: Floats) -> Rows:
    """Rows with a recorded split that explains the move better than no split does."""
    ratio = np.log(np.where(split > 0, split, 1.0))
    return np.flatnonzero((np.abs(ratio) > _SMALLEST_SPLIT) & (np.abs(move + ratio) < np.abs(move)))


def _size(move: Floats, rows: Rows) -> str:
    others = f" (and on {len(rows) - 1} more days)" if len(rows) > 1 else ""
    return f"{np.expm1(move[rows[0]]):+.0%}{others}"
