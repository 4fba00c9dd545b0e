"""From daily paths to releases: which periods a series has, how its values are rounded, when they come out.

Everything comes out by the dictionary's own rules, some of it late (`lateness`), so no value is pseudo-PIT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

from ..dictionary import SeriesSpec, spec_of
from ..release_rules import release_instants
from ..releases import Releases
from .balance_sheets import REPO_FACILITY_OPENS
from .shocks import Array

_WEDNESDAY, _FRIDAY = 2, 4
_EVERY_CALENDAR_DAY = frozenset({"DFF", "IORB", "IOER", "DFEDTARU"})
_FIRST = {
    "RRPONTSYD": REPO_FACILITY_OPENS,
    "SOFR": pd.Timestamp("2018-04-03"),
    "IORB": pd.Timestamp("2021-07-29"),
}
_LAST = {"IOER": pd.Timestamp("2021-07-28")}
_DECIMALS_BY_UNIT = {"percent": 2, "percentage points": 2, "USD mn": 0, "USD bn": 1, "index": 2, "USD": 2}
_DECIMALS = {"NFCI": 5, "THREEFYTP10": 4, "RRPONTSYD": 3, "GDP": 3, "TOTBKCR": 4, "TLAACBW027SBOG": 4}


@dataclass(frozen=True, eq=False)
class Publication:
    """Releases of one series, in columns of equal length."""

    series: str
    periods: pd.DatetimeIndex
    released: pd.DatetimeIndex
    values: Array


def periods_of(spec: SeriesSpec, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The dates among `days` that a series of the dictionary has values for."""
    if spec.frequency == "weekly":
        chosen = days[days.day_of_week == (_FRIDAY if spec.id == "NFCI" else _WEDNESDAY)]
    elif spec.frequency == "monthly":
        chosen = days[days.day == 1]
    elif spec.frequency == "quarterly":
        chosen = days[(days.day == 1) & (days.month % 3 == 1)]
    elif spec.id in _EVERY_CALENDAR_DAY:
        chosen = days
    else:
        chosen = business_days(days)
    first, last = _FIRST.get(spec.id, days[0]), _LAST.get(spec.id, days[-1])
    return chosen[(chosen >= first) & (chosen <= last)]


def rounded(series: str, values: Array) -> Array:
    """`values` with as many decimals as the real series has."""
    return values.round(_DECIMALS.get(series, _DECIMALS_BY_UNIT[spec_of(series).unit]))


def publish(paths: Mapping[str, Array], days: pd.DatetimeIndex) -> list[Publication]:
    """First releases of every path at its own frequency, by the dictionary's rules."""
    return [_publish_one(series, path, days) for series, path in paths.items()]


def releases_until(publications: Sequence[Publication], end: pd.Timestamp) -> Releases:
    """All publications in one table, without what is released after `end`."""
    table = pd.concat(
        [
            pd.DataFrame({"series": p.series, "period": p.periods, "released": p.released, "value": p.values})
            for p in publications
        ],
        ignore_index=True,
    )
    return Releases(table[table["released"] <= end])


def business_days(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Those of `days` that are US business days: weekdays without federal holidays."""
    return days[np.is_busday(days.to_numpy().astype("datetime64[D]"), busdaycal=_calendar())]


def on_business_day(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Each of `days`, moved to the next business day where it is none."""
    dates = days.to_numpy().astype("datetime64[D]")
    moved = np.busday_offset(dates, 0, roll="forward", busdaycal=_calendar())
    return pd.DatetimeIndex(moved).as_unit("ns")


@cache
def _calendar() -> np.busdaycalendar:
    holidays = USFederalHolidayCalendar().holidays("1990-01-01", "2036-12-31")
    return np.busdaycalendar(holidays=holidays.to_numpy().astype("datetime64[D]"))


def _publish_one(series: str, path: Array, days: pd.DatetimeIndex) -> Publication:
    spec = spec_of(series)
    periods = periods_of(spec, days)
    values = path[days.get_indexer(periods)]
    return Publication(series, periods, release_instants(spec, periods), rounded(series, values))
