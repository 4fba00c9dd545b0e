"""The order schedule: target weights on the sessions that fill them, and on no other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .config import ExecutionConfig
from .lag import fill_rows

_LONGEST_DEFERRAL = 5  # sessions
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


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
    priced = prices[targets.columns].notna().to_numpy()
    rows = fill_rows(pd.DatetimeIndex(targets.index), sessions, lag=execution.lag)
    due = due_orders(targets.to_numpy(dtype=float), rows, priced, execution)
    if due.unpriced is not None:
        row, absent = due.unpriced
        raise missing_price(targets.columns[absent], sessions[row])
    return pd.DataFrame(due.weights, index=sessions[due.rows].rename("session"), columns=targets.columns)


class Due(NamedTuple):
    """Orders by fill session: rows ascending, each once; `unpriced` is the first row that cannot be filled, and why."""

    rows: Rows
    weights: Floats
    unpriced: tuple[int, npt.NDArray[np.bool_]] | None = None


def due_orders(weights: Floats, rows: Rows, priced: npt.NDArray[np.bool_], execution: ExecutionConfig) -> Due:
    """What `order_schedule` does, on arrays.

    Parameters
    ----------
    weights : ndarray, shape (decisions, assets)
        Target weights of the decisions that send orders.
    rows : ndarray of int, shape (decisions,)
        Their fill sessions, ascending (see `fill_rows`).
    priced : ndarray of bool, shape (sessions, assets)
        Where there is a price.
    execution : ExecutionConfig
        What a missing price does.
    """
    filled = int(np.searchsorted(rows, len(priced)))
    weights, rows = weights[:filled], rows[:filled].copy()
    needed = weights != 0
    needed[1:] |= needed[:-1].copy()
    if (needed & ~priced[rows]).any():
        refused = _defer(rows, needed, priced, execution)
        if refused is not None:
            return Due(rows, weights, refused)
    last = np.append(rows[1:] != rows[:-1], np.ones(min(1, len(rows)), dtype=bool))
    return Due(rows[last], weights[last])


def _defer(
    rows: Rows, needed: npt.NDArray[np.bool_], priced: npt.NDArray[np.bool_], execution: ExecutionConfig
) -> tuple[int, npt.NDArray[np.bool_]] | None:
    """Move each of `rows` to where all it needs is priced; the first one that has no such session, if any.

    A decision that waits until the next one fills leaves it what it needs: its own targets are out of date by then.
    """
    for k, due in enumerate(rows.tolist()):
        if k and rows[k - 1] >= due:
            needed[k] |= needed[k - 1]
        found = _priced_row(due, needed[k], priced, execution)
        if found is None:
            return due, needed[k] & ~priced[due]
        rows[k] = found
    return None


def _priced_row(
    row: int, needed: npt.NDArray[np.bool_], priced: npt.NDArray[np.bool_], execution: ExecutionConfig
) -> int | None:
    """`row`, or the first one after it that prices every needed asset when deferral is allowed."""
    horizon = 1 if execution.missing_fill == "error" else 1 + _LONGEST_DEFERRAL
    whole = priced[row : row + horizon, needed].all(axis=1)
    return row + int(np.argmax(whole)) if whole.any() else None


def missing_price(absent: pd.Index[str], day: pd.Timestamp) -> DataError:
    """The refusal to trade what has no price."""
    return DataError(
        f"No price of {', '.join(absent)} on the fill session {day:%Y-%m-%d}",
        expected="a price for every asset that is bought or held",
        remedy="Complete the prices, or set execution.missing_fill = 'defer' to wait up to five sessions.",
    )
