"""The order schedule: target weights on the sessions that fill them, and on no other."""

from __future__ import annotations

import numpy as np
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
    fills = fill_sessions(pd.DatetimeIndex(targets.index), pd.DatetimeIndex(prices.index), lag=execution.lag)
    schedule = targets.set_axis(fills).loc[fills.notna()]
    needed = (schedule > 0) | (schedule.shift(1) > 0)
    priced = prices[targets.columns].notna()
    days = list(schedule.index)
    for row in np.flatnonzero((needed.to_numpy() & ~priced.loc[schedule.index].to_numpy()).any(axis=1)):
        days[row] = _priced_session(days[row], needed.iloc[row], priced, execution)
    schedule = schedule.set_axis(pd.DatetimeIndex(days, name="session"))
    return schedule[~schedule.index.duplicated(keep="last")]


def _priced_session(
    day: pd.Timestamp, needed: pd.Series[bool], priced: pd.DataFrame, execution: ExecutionConfig
) -> pd.Timestamp:
    """`day`, or the first session after it that prices every needed asset when deferral is allowed."""
    assets = needed.index[needed]
    horizon = 1 if execution.missing_fill == "error" else 1 + _LONGEST_DEFERRAL
    window = priced[assets].loc[day:].iloc[:horizon].all(axis="columns")
    if not window.any():
        absent = assets[~priced[assets].loc[day].to_numpy()]
        raise DataError(
            f"No price of {', '.join(absent)} on the fill session {day:%Y-%m-%d}",
            expected="a price for every asset that is bought or held",
            remedy="Complete the prices, or set execution.missing_fill = 'defer' to wait up to five sessions.",
        )
    return pd.Timestamp(window.index[int(np.argmax(window.to_numpy()))])
