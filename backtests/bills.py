"""The bill rate: what money earns without taking part."""

from __future__ import annotations

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
    closes = session_closes(sessions)
    quoted = pd.Series(releases.as_of("DGS3MO", closes).value, index=sessions)
    discount = pd.Series(releases.as_of("DTB3", closes).value, index=sessions)
    yields = quoted.fillna(bond_equivalent(discount))
    if np.isnan(yields.iloc[0]):
        raise DataError(
            f"No bill rate is known on {sessions[0]:%Y-%m-%d}",
            expected="the series DGS3MO or DTB3 from before the backtest starts",
            remedy="Add fred/DGS3MO.csv to the data folder, or start the study later with --set clock.start=DATE.",
        )
    days = pd.Series(sessions, index=sessions).diff().dt.days.fillna(1.0)
    known = yields.ffill().shift(1).fillna(yields.iloc[0])
    return (known / 100.0 * days / 365.0).rename("bills")
