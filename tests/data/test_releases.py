"""The as-of join against a brute-force loop, and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.data.releases import Releases
from tidegate.errors import DataError

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2020-01-01")


def table(rows):
    """Rows of (period day, released day, value) as release rows of series X."""
    return pd.DataFrame(
        {
            "series": "X",
            "period": [START + DAY * p for p, _, _ in rows],
            "released": [(START + DAY * r).tz_localize("UTC") for _, r, _ in rows],
            "value": [float(v) for _, _, v in rows],
        }
    )


def instants(days):
    return pd.DatetimeIndex([(START + DAY * day).tz_localize("UTC") for day in days])


def test_latest_period_in_its_latest_vintage():
    releases = Releases(table([(0, 5, 1.0), (1, 6, 2.0), (0, 7, 10.0), (1, 8, 20.0)]))
    answer = releases.as_of("X", instants([4, 5, 6, 7, 8]))
    assert np.isnan(answer.value[0])
    assert answer.value[1:].tolist() == [1.0, 2.0, 2.0, 20.0]


def test_a_late_release_of_an_old_period_does_not_displace_a_newer_period():
    releases = Releases(table([(1, 5, 2.0), (0, 9, 1.0)]))
    assert releases.as_of("X", instants([9])).value.tolist() == [2.0]


def test_the_period_limit_steps_back_to_what_was_public():
    releases = Releases(table([(0, 5, 1.0), (1, 20, 2.0), (2, 6, 3.0)]))
    limit = pd.DatetimeIndex([START + DAY])
    assert releases.as_of("X", instants([10]), limit).value.tolist() == [1.0]
    assert releases.as_of("X", instants([20]), limit).value.tolist() == [2.0]


def test_a_release_counts_from_its_very_instant():
    releases = Releases(table([(0, 5, 1.0)]))
    just_before = instants([5]) - pd.Timedelta(1, "ns")
    assert np.isnan(releases.as_of("X", just_before).value[0])
    assert releases.as_of("X", instants([5])).value[0] == 1.0


def test_unknown_series_is_unknown_not_an_error():
    answer = Releases(table([(0, 5, 1.0)])).as_of("Y", instants([9]))
    assert np.isnan(answer.value[0])
    assert pd.isna(answer.period[0])


def test_history_is_the_vintage():
    releases = Releases(table([(0, 5, 1.0), (1, 6, 2.0), (0, 7, 10.0)]))
    assert releases.history("X", instants([6])[0]).tolist() == [1.0, 2.0]
    assert releases.history("X", instants([7])[0]).tolist() == [10.0, 2.0]


def test_the_same_instant_in_another_zone_is_the_same_release():
    rows = table([(0, 5, 1.0), (1, 6, 2.0)])
    elsewhere = rows.assign(released=rows["released"].dt.tz_convert("Asia/Tokyo"))
    times = instants([5, 6])
    assert Releases(elsewhere).as_of("X", times).value.tolist() == Releases(rows).as_of("X", times).value.tolist()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (table([(0, 5, np.nan)]), "no finite value"),
        (table([(0, 5, 1.0), (0, 5, 2.0)]), "two values"),
        (table([(0, 5, 1.0)]).drop(columns="released"), "lacks columns"),
    ],
)
def test_broken_tables_are_refused(rows, words):
    with pytest.raises(DataError, match=words):
        Releases(rows)


def brute_force(rows, time, limit):
    """The definition, read aloud: the latest period among rows released by `time`, in its latest vintage."""
    known = [(p, r, v) for p, r, v in rows if r <= time and p <= limit]
    if not known:
        return np.nan
    newest = max(p for p, _, _ in known)
    return max((r, v) for p, r, v in known if p == newest)[1]


ROWS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 30), st.integers(-5, 5)), max_size=25, unique_by=lambda row: row[:2]
)


@settings(max_examples=200, deadline=None)
@given(rows=ROWS, queries=st.lists(st.tuples(st.integers(-2, 33), st.integers(-2, 15)), min_size=1, max_size=15))
def test_as_of_equals_brute_force(rows, queries):
    releases = Releases(table(rows))
    times = instants([time for time, _ in queries])
    limits = pd.DatetimeIndex([START + DAY * limit for _, limit in queries])
    limited = [brute_force(rows, time, limit) for time, limit in queries]
    free = [brute_force(rows, time, 99) for time, _ in queries]
    np.testing.assert_array_equal(releases.as_of("X", times, limits).value, limited)
    np.testing.assert_array_equal(releases.as_of("X", times).value, free)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, time=st.integers(0, 30))
def test_what_is_known_at_t_does_not_depend_on_later_releases(rows, time):
    whole = Releases(table(rows))
    cut = whole.known_at(instants([time])[0])
    times = instants(range(time + 1))
    np.testing.assert_array_equal(whole.as_of("X", times).value, cut.as_of("X", times).value)
