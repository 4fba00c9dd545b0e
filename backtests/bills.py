"""The bill rate: what money earns without taking part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..data.clock import session_closes
from ..data.releases import Releases
from ..errors import DataError


def bond_equivalent(discount_percent: pd.Series[float]) -> pd.Series[float]:
    """Bond-equivalent yield in percent of a 91-day bill quoted on bank discount: 365 d / (360 - 91 d)."""
    discount = discount_percent / 100.0
    return 100.0 * 365.0 * discount / (360.0 - 91.0 * discount)


def bill_returns(releases: Releases, sessions: pd.DatetimeIndex) -> pd.Series[float]:
    """Simple return of three-month bills from each session to the next.

    Parameters
    ----------
    releases : Releases
        Holds DGS3MO (percent, bond-equivalent) or DTB3 (percent, bank discount).
    sessions : DatetimeIndex, shape (n,)
        Naive session dates.

    Returns
    -------
    Series, shape (n,)
        The yield known at the previous session's close, accrued over the calendar days to this one; the first
        session, which has no predecessor, uses its own close and one day.

    Raises
    ------
    DataError
        No bill rate was public at the first session.
    """
    accruals = bill_accruals(releases, sessions)
    if np.isnan(accruals["opening"].iloc[0]):
        raise no_bill_rate(sessions[0])
    returns = accruals["accrued"]
    returns.iloc[0] = accruals["opening"].iloc[0]
    return returns.rename("bills")


def bill_accruals(releases: Releases, sessions: pd.DatetimeIndex) -> pd.DataFrame:
    """Bill returns for backtests that may begin at any of the sessions.

    Parameters
    ----------
    releases, sessions
        As in `bill_returns`.

    Returns
    -------
    DataFrame, shape (n, 2)
        ``accrued``: from the session before to this one. ``opening``: what stands in its place when a backtest begins
        at this session: its own close's yield over one day. NaN where no bill rate was public.
    """
    closes = session_closes(sessions)
    quoted = pd.Series(releases.as_of("DGS3MO", closes).value, index=sessions)
    discount = pd.Series(releases.as_of("DTB3", closes).value, index=sessions)
    yields = quoted.fillna(bond_equivalent(discount))
    days = pd.Series(sessions, index=sessions).diff().dt.days
    return pd.DataFrame(
        {"accrued": _accrual(yields.ffill().shift(1), days), "opening": _accrual(yields, 1.0)}, index=sessions
    )


def no_bill_rate(session: pd.Timestamp) -> DataError:
    """Error for a backtest that begins on `session`, before any bill rate was public."""
    return DataError(
        f"No bill rate is known on {session:%Y-%m-%d}",
        expected="the series DGS3MO or DTB3 from before the backtest starts",
        remedy="Add fred/DGS3MO.csv to the data folder, or start the study later with --set clock.start=DATE.",
    )


def _accrual(percent: pd.Series[float], days: pd.Series[Any] | float) -> pd.Series[float]:
    return percent / 100.0 * days / 365.0
