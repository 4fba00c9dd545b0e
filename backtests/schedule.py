"""The order schedule: target weights on the sessions that fill them, and on no other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .config import ExecutionConfig
from .lag import fill_sessions

_LONGEST_DEFERRAL = 5  # sessions


def order_schedule(targets: pd.DataFrame, prices: pd.DataFrame, execution: ExecutionConfig) -> pd.DataFrame:
    """Target weights by fill session.

    Parameters
    ----------
    targets : DataFrame, shape (decisions, assets)
        Only the decisions that send orders.
    prices : DataFrame, shape (sessions, assets)
        Closes; NaN where an asset did not trade.
    execution : ExecutionConfig
        Lag, and what a missing price does.

    Returns
    -------
    DataFrame, shape (fills, assets)
        Indexed by fill session. Decisions without a later session are pending and left out; of two decisions that fill
        at the same session the later counts.

    Raises
    ------
    DataError
        A needed price is missing on a fill session and ``missing_fill`` is "error", or none appears within five
        sessions.
    """
    sessions = pd.DatetimeIndex(prices.index)
    fills = fill_sessions(pd.DatetimeIndex(targets.index), sessions, lag=execution.lag)
    filled = np.asarray(fills.notna())
    weights = targets.to_numpy(dtype=float)[filled]
    rows = sessions.get_indexer(fills[filled])
    priced = prices[targets.columns].notna().to_numpy()
    needed = weights != 0
    needed[1:] |= weights[:-1] != 0
    for k in np.flatnonzero((needed & ~priced[rows]).any(axis=1)):
        found = _priced_row(int(rows[k]), needed[k], priced, execution)
        if found is None:
            raise _missing_price(targets.columns[needed[k] & ~priced[rows[k]]], sessions[rows[k]])
        rows[k] = found
    schedule = pd.DataFrame(weights, index=sessions[rows].rename("session"), columns=targets.columns)
    return schedule[~schedule.index.duplicated(keep="last")]


def _priced_row(
    row: int, needed: npt.NDArray[np.bool_], priced: npt.NDArray[np.bool_], execution: ExecutionConfig
) -> int | None:
    """`row`, or the first one after it that prices every needed asset when deferral is allowed."""
    horizon = 1 if execution.missing_fill == "error" else 1 + _LONGEST_DEFERRAL
    whole = priced[row : row + horizon, needed].all(axis=1)
    return row + int(np.argmax(whole)) if whole.any() else None


def _missing_price(absent: pd.Index[str], day: pd.Timestamp) -> DataError:
    return DataError(
        f"No price of {', '.join(absent)} on the fill session {day:%Y-%m-%d}",
        expected="a price for every asset that is bought or held",
        remedy="Complete the prices, or set execution.missing_fill = 'defer' to wait up to five sessions.",
    )
