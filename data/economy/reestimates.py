"""Series whose history a model writes anew: financial conditions and the term premium.

NFCI. The estimate for week t made in week u is the mean of the truth over the weeks t - H to min(t + H, u), plus
an error that shrinks as u - t grows: later vintages see both sides of the week. Each week the last H weeks are
estimated again, and with the first release of each year the whole history. Today's file therefore knows what came
after, and says more about the truth than any vintage did at the time.

THREEFYTP10. A model with parameters (c, d) gives c + (1 + d) times the truth; every third year begins with new
parameters, and with the whole history under them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..dictionary import spec_of
from ..release_rules import release_instants
from .publication import Publication, periods_of, rounded
from .shocks import Array, Shocks

Rows = npt.NDArray[np.int64]
_HORIZON = 10  # weeks
_FIRST_ERROR, _SHRINKS, _LEAST_ERROR = 0.05, 0.8, 0.005
_NEW_MODEL_EVERY = 3  # years
_MODEL_ERROR = (0.10, 0.06)  # of c (percentage points) and d


def conditions_publications(path: Array, days: pd.DatetimeIndex, shocks: Shocks) -> list[Publication]:
    """Every vintage of NFCI: new weeks, estimates of the last weeks, and each January the whole history."""
    first = _first_releases("NFCI", path, days)
    count = len(first.periods)
    weekly = shocks.stream("conditions_revision").standard_normal((count, _HORIZON + 1))
    yearly = shocks.stream("conditions_history")
    whole = _year_starts(first.released)
    vintages = []
    for age in range(_HORIZON + 1):
        made_in = np.arange(age, count)
        made_in = made_in[~np.isin(made_in, whole)]
        vintages.append(_estimate(first, made_in - age, made_in, weekly[made_in - age, age]))
    for week in whole.tolist():
        made_in = np.full(week + 1, week)
        vintages.append(_estimate(first, np.arange(week + 1), made_in, yearly.standard_normal(week + 1)))
    return vintages


def term_premium_publications(path: Array, days: pd.DatetimeIndex, shocks: Shocks) -> list[Publication]:
    """Every vintage of THREEFYTP10: the days of each week under the model in force, and refits of the whole history."""
    first = _first_releases("THREEFYTP10", path, days)
    starts = _year_starts(first.released)
    starts = starts[first.released[starts].year % _NEW_MODEL_EVERY == 0]
    drawn = shocks.stream("term_premium_models").standard_normal((len(starts) + 1, 2))
    level, slope = (drawn * _MODEL_ERROR / np.sqrt(np.arange(len(drawn)) + 1.0)[:, None]).T
    model = np.searchsorted(first.released[starts], first.released, side="right")
    vintages = [_with_values(first, level[model] + (1.0 + slope[model]) * first.values)]
    for number, start in enumerate(starts.tolist(), start=1):
        # The days released together with the new model are in the first vintage already.
        history = replace(
            first,
            periods=first.periods[:start],
            released=first.released[np.full(start, start)],
            values=first.values[:start],
        )
        vintages.append(_with_values(history, level[number] + (1.0 + slope[number]) * history.values))
    return vintages


RE_ESTIMATED = {"NFCI": conditions_publications, "THREEFYTP10": term_premium_publications}


def _first_releases(series: str, path: Array, days: pd.DatetimeIndex) -> Publication:
    """The truth, unrounded, at the instants of its first releases."""
    spec = spec_of(series)
    periods = periods_of(spec, days)
    return Publication(series, periods, release_instants(spec, periods), path[days.get_indexer(periods)])


def _year_starts(released: pd.DatetimeIndex) -> Rows:
    """Position of the first release of every year but the first."""
    return np.flatnonzero(np.diff(released.year)) + 1


def _estimate(truth: Publication, week: Rows, made_in: Rows, drawn: Array) -> Publication:
    total = np.concatenate([[0.0], np.cumsum(truth.values)])
    begin, end = np.maximum(week - _HORIZON, 0), np.minimum(week + _HORIZON, made_in) + 1
    error = np.maximum(_FIRST_ERROR * _SHRINKS ** (made_in - week), _LEAST_ERROR)
    smooth = (total[end] - total[begin]) / (end - begin)
    values = rounded(truth.series, smooth + error * drawn)
    return Publication(truth.series, truth.periods[week], truth.released[made_in], values)


def _with_values(publication: Publication, values: Array) -> Publication:
    return replace(publication, values=rounded(publication.series, values))
