"""The clock: exchange sessions, decision instants, and when a price bar is known.

Sessions are naive dates (midnight, no zone) of the New York Stock Exchange; instants are UTC.
"""

from __future__ import annotations

import warnings
from functools import cache, lru_cache
from typing import Any

import exchange_calendars as xcals
import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError

NEW_YORK = "America/New_York"
FIRST_SESSION, LAST_SESSION = "1990-01-01", "2035-12-31"
_DECISION_TIME = pd.Timedelta(hours=17)
_DECISION_WEEKDAY = 3  # Thursday: the H.4.1 is out at 16:30


@cache
def _xnys() -> Any:
    with warnings.catch_warnings():  # exchange_calendars 4.13 under pandas 3.1
        warnings.filterwarnings("ignore", "Series.values returning an ndarray", DeprecationWarning)
        return xcals.get_calendar("XNYS", start=FIRST_SESSION, end=LAST_SESSION)


def sessions(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """XNYS sessions from `first` to `last`, both included, as naive dates.

    The calendar is kept from 1990 to 2035; earlier dates are left out.
    """
    every = _xnys().sessions
    chosen = every[(every >= first) & (every <= last)]
    return pd.DatetimeIndex(np.asarray(chosen, dtype="datetime64[ns]"), name="session")


def session_closes(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Closing instants (UTC, early closes included) of the sessions `days`.

    Raises
    ------
    DataError
        One of `days` is no session.
    """
    known, closes = _closing_table()
    wanted = days.as_unit("ns").asi8
    position = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    strange = known[position] != wanted
    if strange.any():
        raise DataError("Not an exchange session", received=f"{days[int(np.argmax(strange))]:%Y-%m-%d}")
    return pd.DatetimeIndex(closes[position].astype("datetime64[ns]")).tz_localize("UTC")


@cache
def _closing_table() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sessions and their closes as nanoseconds: a look-up by position is a hundred times faster than by label."""
    calendar = _xnys()
    closes = pd.DatetimeIndex(calendar.closes.array).as_unit("ns").asi8
    return pd.DatetimeIndex(calendar.sessions).as_unit("ns").asi8, closes


@lru_cache(maxsize=64)  # studies of one sweep ask for the same day, and for the same decisions
def last_day_without_news(last: pd.Timestamp) -> pd.Timestamp:
    """The day before the session that follows `last`: until then no stock trades."""
    return sessions(last + pd.Timedelta(days=1), last + pd.Timedelta(days=14))[0] - pd.Timedelta(days=1)


def session_opens_after(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Opening instant of the first session strictly after each of `days` (naive dates)."""
    calendar = _xnys()
    position = np.searchsorted(calendar.sessions.to_numpy(), days.to_numpy(), side="right")
    return pd.DatetimeIndex(calendar.opens.array[position]).as_unit("ns")


def bars_known(days: pd.DatetimeIndex, *, crypto: bool) -> pd.DatetimeIndex:
    """When the daily bar of each of `days` is complete and public.

    A stock's bar is known at the session's close; a crypto bar of day D at 00:00 UTC of D+1, which is
    after the close of New York.
    """
    if crypto:
        return (days + pd.Timedelta(days=1)).tz_localize("UTC").as_unit("ns")
    return session_closes(days)


@lru_cache(maxsize=64)
def decision_instants(first: pd.Timestamp, last: pd.Timestamp, *, every: str = "weekly") -> pd.DatetimeIndex:
    """Instants (UTC) at which information is cut: 17:00 New York, each Thursday or each session.

    Parameters
    ----------
    first, last : Timestamp
        Naive dates; both included.
    every : {"weekly", "daily"}
        Weekly decisions fall on Thursdays, holiday or not: a Thursday that is no session still has a
        decision, filled at the next session.
    """
    if every == "daily":
        days = sessions(first, last)
    else:
        days = pd.date_range(first, last, freq="D", unit="ns")
        days = days[days.day_of_week == _DECISION_WEEKDAY]
    local = (pd.DatetimeIndex(days) + _DECISION_TIME).tz_localize(NEW_YORK)
    return pd.DatetimeIndex(local.tz_convert("UTC").as_unit("ns"), name="decision")
