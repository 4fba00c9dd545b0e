"""Release rules: from the period a value describes to the instant at which it became public.

A rule is applied only where a source does not say when its values were released; such values are pseudo-PIT.
Where the real time of day varies, a rule names the latest usual one: being late costs a little, being early is a lie.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

from .clock import NEW_YORK, session_opens_after
from .dictionary import SeriesSpec

Days = npt.NDArray[Any]  # of datetime64[D]; numpy's stubs lose the type in date arithmetic
_DAY = np.timedelta64(1, "D")


@cache
def _calendar() -> np.busdaycalendar:
    holidays = USFederalHolidayCalendar().holidays("1950-01-01", "2060-12-31")
    return np.busdaycalendar(holidays=holidays.to_numpy().astype("datetime64[D]"))


def _business_day(days: Days, offset: int = 0) -> Days:
    """The business day on or after `days`, moved by `offset` further business days."""
    return np.busday_offset(days, offset, roll="forward", busdaycal=_calendar())


def _next_business_day(days: Days) -> Days:
    return np.busday_offset(days, 1, roll="backward", busdaycal=_calendar())


def _next_day_h41(days: Days) -> Days:
    """H.4.1: the day after its Wednesday, or a business day later when Wednesday or Thursday is a holiday."""
    open_on_wednesday = np.is_busday(days, busdaycal=_calendar())
    return np.where(open_on_wednesday, _business_day(days + _DAY), _business_day(days + 2 * _DAY))


def _fourth_tuesday_of_next_month(days: Days) -> Days:
    first = (days.astype("datetime64[M]") + 1).astype("datetime64[D]")
    return _business_day(np.busday_offset(first, 3, roll="forward", weekmask="Tue"))


def _after_quarter_end_30_days(days: Days) -> Days:
    following_quarter = (days.astype("datetime64[M]") + 3).astype("datetime64[D]")
    return _business_day(following_quarter + 29 * _DAY)


def _tuesday_after_friday(days: Days) -> Days:
    friday = np.busday_offset(days, 0, roll="forward", weekmask="Fri")
    return _business_day(np.busday_offset(friday, 0, roll="forward", weekmask="Tue"))


_RULES: dict[str, Callable[[Days], Days]] = {
    "same_day": lambda days: days,
    "next_business_day": _next_business_day,
    "next_day_h41": _next_day_h41,
    "after_5_days": lambda days: _business_day(days + 5 * _DAY),
    "after_9_days": lambda days: _business_day(days + 9 * _DAY),
    "fourth_tuesday_of_next_month": _fourth_tuesday_of_next_month,
    "after_quarter_end_30_days": _after_quarter_end_30_days,
    "tuesday_after_friday": _tuesday_after_friday,
}


def release_instants(spec: SeriesSpec, periods: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """When the values of `periods` became public, by the dictionary's rule.

    Parameters
    ----------
    spec : SeriesSpec
        The dictionary's row of the series.
    periods : DatetimeIndex
        Dates that the values describe (for capex and operating cash flow: the filing dates).

    Returns
    -------
    DatetimeIndex
        UTC instants, one per period, in the same order.
    """
    if spec.release_rule == "utc_midnight":
        return (periods + pd.Timedelta(days=1)).tz_localize("UTC").as_unit("ns")
    if spec.release_rule == "filing_then_next_session":
        return session_opens_after(periods)
    days = _RULES[spec.release_rule](periods.to_numpy().astype("datetime64[D]"))
    local = pd.DatetimeIndex(days).as_unit("ns") + pd.Timedelta(f"{spec.release_time_et}:00")
    return local.tz_localize(NEW_YORK).tz_convert("UTC")


_AHEAD = {"same_day", "filing_then_next_session"}  # policy rates are posted ahead; filings are dated by their own day
_LONG_WEEKEND = pd.Timedelta(days=5)
_PERIOD_DAYS = {"monthly": 28, "quarterly": 89}  # from the date of a period to its end, at least


def earliest_instants(spec: SeriesSpec | None, periods: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Before when no value of `periods` can have been public: the end of each period's last day in New York.

    Parameters
    ----------
    spec : SeriesSpec or None
        The dictionary's row of the series; None where it has none: each period is taken for a day.
    periods : DatetimeIndex
        Dates that the values describe.

    Returns
    -------
    DatetimeIndex
        UTC instants, one per period. Values that may be posted ahead of their day, daily values of that very day and
        series that the dictionary does not know are given five days: a long weekend.
    """
    if spec is None:
        return _new_york(periods - _LONG_WEEKEND)
    if spec.release_rule == "utc_midnight":
        return release_instants(spec, periods)
    last = periods + pd.Timedelta(days=_PERIOD_DAYS.get(spec.frequency.split()[0], 0))
    return _new_york(last - _LONG_WEEKEND if spec.release_rule in _AHEAD else last + pd.Timedelta(days=1))


def _new_york(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Midnights of New York with which `days` begin."""
    return days.normalize().tz_localize(NEW_YORK).tz_convert("UTC").as_unit("ns")
