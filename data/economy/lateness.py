"""Late releases: the calendar is a promise, and now and then it is not kept.

Nothing is ever earlier than its rule. The H.4.1 and the money stock are late at random, all series of one release
together. Once in seven years the government shuts down in October, and GDP waits until two weeks after it reopens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ..clock import NEW_YORK
from ..dictionary import spec_of
from .publication import Publication, on_business_day
from .shocks import Shocks

_H41_RULE = "next_day_h41"
_H41_SHARE, _H41_DAYS = 0.01, 1
_MONEY_SHARE, _MONEY_DAYS = 0.04, 4
_YEARS = 7
_SHORTEST, _LONGEST = 32, 40  # days: past the advance estimate of 30 October, reported before the second one
_CATCHING_UP = pd.Timedelta(days=14)


def with_delays(publications: Sequence[Publication], days: pd.DatetimeIndex, shocks: Shocks) -> list[Publication]:
    """The publications, some of them later than planned; `days` are the days of the world."""
    drawn = shocks.stream("late_release").random(len(days))
    closures = _shutdowns(days, shocks)
    delayed = []
    for publication in publications:
        local = publication.released.tz_convert(NEW_YORK).tz_localize(None)
        date = local.normalize()
        # What is planned after the last day of the world is dropped later on: any draw will do.
        draw = drawn[np.minimum((date - days[0]).days, len(days) - 1)]
        if spec_of(publication.series).release_rule == _H41_RULE:
            later = on_business_day(date + pd.to_timedelta(np.where(draw < _H41_SHARE, _H41_DAYS, 0), unit="D"))
        elif publication.series == "M2SL":
            later = on_business_day(date + pd.to_timedelta(np.where(draw < _MONEY_SHARE, _MONEY_DAYS, 0), unit="D"))
        elif publication.series == "GDP":
            later = _after_shutdowns(date, closures)
        else:
            delayed.append(publication)
            continue
        released = (later + (local - date)).tz_localize(NEW_YORK).tz_convert("UTC").as_unit("ns")
        delayed.append(replace(publication, released=released))
    return delayed


def _shutdowns(days: pd.DatetimeIndex, shocks: Shocks) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """First day closed and day of reopening of every shutdown."""
    stream = shocks.stream("shutdown")
    closures = []
    for year in range(days[0].year, days[-1].year + 1, _YEARS):
        closed = pd.Timestamp(year + int(stream.integers(_YEARS)), 10, 1)
        closures.append((closed, closed + pd.Timedelta(days=int(stream.integers(_SHORTEST, _LONGEST + 1)))))
    return closures


def _after_shutdowns(date: pd.DatetimeIndex, closures: list[tuple[pd.Timestamp, pd.Timestamp]]) -> pd.DatetimeIndex:
    for closed, reopened in closures:
        inside = (date >= closed) & (date < reopened)
        date = date.where(~inside, reopened + _CATCHING_UP)
    return on_business_day(date)
