"""The as-of join against a brute-force loop, and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import NO_RELEASES
from tidegate.data.releases import Releases, nanoseconds
from tidegate.errors import DataError

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2020-01-01")
UNITS = ("s", "ms", "us", "ns")


def table(rows, series="X"):
    """Rows of (period day, released day, value) as release rows of one series."""
    periods, released, values = np.array(rows, dtype=float).reshape(-1, 3).T
    return pd.DataFrame({"series": series, "period": dates(periods), "released": instants(released), "value": values})


def dates(days):
    return START.as_unit("ns") + pd.to_timedelta(np.array(days, dtype=float), unit="D")


def instants(days):
    return dates(days).tz_localize("UTC")


def instant(day):
    return instants([day])[0]


def test_latest_period_in_its_latest_vintage():
    releases = Releases(table([(0, 5, 1.0), (1, 6, 2.0), (0, 7, 10.0), (1, 8, 20.0)]))
    answer = releases.as_of("X", instants([4, 5, 6, 7, 8]))
    assert np.isnan(answer.value[0])
    assert answer.value[1:].tolist() == [1.0, 2.0, 2.0, 20.0]


def test_an_answer_says_which_period_and_which_release_it_is():
    releases = Releases(table([(0, 5, 1.0), (1, 6, 2.0), (1, 8, 20.0)]))
    answer = releases.as_of("X", instants([4, 7, 9]))
    assert answer.period.tolist() == [pd.NaT, START + DAY, START + DAY]
    assert answer.released.tolist() == [pd.NaT, instant(6), instant(8)]
    assert str(answer.released.tz) == "UTC"


def test_a_late_release_of_an_old_period_does_not_displace_a_newer_period():
    releases = Releases(table([(1, 5, 2.0), (0, 9, 1.0)]))
    assert releases.as_of("X", instants([9])).value.tolist() == [2.0]


def test_the_period_limit_steps_back_to_what_was_public():
    releases = Releases(table([(0, 5, 1.0), (1, 20, 2.0), (2, 6, 3.0)]))
    limit = pd.DatetimeIndex([START + DAY])
    assert releases.as_of("X", instants([10]), limit).value.tolist() == [1.0]
    assert releases.as_of("X", instants([20]), limit).value.tolist() == [2.0]


def test_without_a_period_or_a_time_nothing_answers():
    releases = Releases(table([(0, 5, 1.0)]))
    assert np.isnan(releases.as_of("X", instants([9]), pd.DatetimeIndex([pd.NaT])).value[0])
    assert np.isnan(releases.as_of("X", pd.DatetimeIndex([pd.NaT]).tz_localize("UTC")).value[0])


def test_a_release_counts_from_its_very_instant():
    releases = Releases(table([(0, 5, 1.0)]))
    just_before = instants([5]) - pd.Timedelta(1, "ns")
    assert np.isnan(releases.as_of("X", just_before).value[0])
    assert releases.as_of("X", instants([5])).value[0] == 1.0
    assert releases.history("X", just_before[0]).empty
    assert len(releases.history("X", instant(5))) == 1


def test_periods_that_come_out_together_are_all_known_and_the_latest_answers():
    releases = Releases(table([(2, 5, 3.0), (0, 5, 1.0), (1, 5, 2.0)]))
    assert releases.as_of("X", instants([5])).value.tolist() == [3.0]
    assert releases.history("X", instant(5)).tolist() == [1.0, 2.0, 3.0]


def test_unknown_series_is_unknown_not_an_error():
    answer = Releases(table([(0, 5, 1.0)])).as_of("Y", instants([9]))
    assert np.isnan(answer.value[0])
    assert pd.isna(answer.period[0])


def test_no_releases_at_all():
    releases = Releases(NO_RELEASES)
    assert releases.series == ()
    assert np.isnan(releases.as_of("X", instants([9]), pd.DatetimeIndex([START])).value).all()
    assert releases.history("X", instant(9)).empty
    assert releases.known_at(instant(9)).table.empty
    assert releases.line("X").vintage_numbers(nanoseconds(instants([9]))).tolist() == [0]


def test_history_is_the_vintage():
    releases = Releases(table([(0, 5, 1.0), (1, 6, 2.0), (0, 7, 10.0)]))
    assert releases.history("X", instants([6])[0]).tolist() == [1.0, 2.0]
    assert releases.history("X", instants([7])[0]).tolist() == [10.0, 2.0]


def test_each_series_has_its_own_rows_and_they_come_out_sorted():
    rows = pd.concat([table([(1, 6, 2.0), (0, 5, 1.0)], "B"), table([(0, 7, 9.0)], "A")], ignore_index=True)
    releases = Releases(rows)
    assert releases.series == ("A", "B")
    assert releases.table["series"].tolist() == ["A", "B", "B"]
    assert releases.table["value"].tolist() == [9.0, 1.0, 2.0]
    assert [releases.as_of(series, instants([7])).value.tolist() for series in ("B", "A")] == [[2.0], [9.0]]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize("unit", UNITS)
def test_zones_and_resolutions_change_nothing(zone, unit):
    rows = table([(0, 5, 1.0), (1, 6, 2.0), (0, 7, 10.0)])
    told = Releases(
        rows.assign(
            period=rows["period"].dt.as_unit(unit), released=rows["released"].dt.tz_convert(zone).dt.as_unit(unit)
        )
    )
    pd.testing.assert_frame_equal(told.table, Releases(rows).table)
    times = instants([4, 5, 6]).tz_convert(zone).as_unit(unit)
    limits = pd.DatetimeIndex([START] * 3).as_unit(unit)
    assert told.as_of("X", times, limits).value.tolist() == pytest.approx([np.nan, 1.0, 1.0], nan_ok=True)
    assert told.as_of("X", times).value[1:].tolist() == [1.0, 2.0]
    assert told.history("X", instant(7).tz_convert(zone).as_unit(unit)).tolist() == [10.0, 2.0]
    assert len(told.known_at(instant(6).tz_convert(zone).as_unit(unit)).table) == 2


def test_the_table_that_was_given_stays_as_it_was():
    rows = table([(1, 6, 2.0), (0, 5, 1.0), (0, 5, 1.0)])
    before = rows.copy(deep=True)
    releases = Releases(rows)
    pd.testing.assert_frame_equal(rows, before)
    assert len(releases.table) == 2
    ascending = table([(0, 5, 1.0), (1, 6, 2.0)])
    releases = Releases(ascending)
    ascending.loc[0, "value"] = 9.0
    assert releases.as_of("X", instants([5])).value.tolist() == [1.0]


BROKEN = [
    (table([(0, 5, np.nan)]), "no finite value"),
    (table([(0, 5, np.inf)]), "no finite value"),
    (table([(0, 5, 1.0), (0, 5, 2.0)]), "two values for period 2020-01-01"),
    (table([(0, 5, 2.0), (1, 5, 1.0), (0, 5, 1.0), (0, 5, 2.0)]), "two values for period 2020-01-01"),
    (table([(0, 5, 1.0)]).drop(columns="released"), "lacks columns; received 'released'"),
    (table([(0, 5, 1.0)]).assign(released=pd.NaT), "not dated; received 'X'"),
    (table([(0, 5, 1.0)]).assign(period=pd.NaT), "not dated; received 'X'"),
    (table([(0, 5, 1.0)]).assign(period=instants([0])), "time zone; received 'UTC'"),
]


@pytest.mark.parametrize(("rows", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_broken_tables_are_refused(rows, words):
    with pytest.raises(DataError, match=words):
        Releases(rows)


def test_the_same_row_twice_is_one_release():
    releases = Releases(table([(0, 5, 1.0), (1, 6, 2.0), (0, 5, 1.0)]))
    assert releases.table["value"].tolist() == [1.0, 2.0]


def brute_force(rows, time, limit=99):
    """The definition, read aloud: the latest period among rows released by `time`, in its latest vintage."""
    known = [(p, r, v) for p, r, v in rows if r <= time and p <= limit]
    if not known:
        return np.nan
    newest = max(p for p, _, _ in known)
    return max((r, v) for p, r, v in known if p == newest)[1]


ROWS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 30), st.integers(-5, 5)), max_size=25, unique_by=lambda row: row[:2]
)
QUERIES = st.lists(st.tuples(st.integers(-2, 33), st.integers(-2, 15)), min_size=1, max_size=15)


@settings(max_examples=200, deadline=None)
@given(rows=ROWS, others=ROWS, queries=QUERIES)
def test_as_of_equals_brute_force(rows, others, queries):
    releases = Releases(pd.concat([table(rows), table(others, "A")], ignore_index=True))
    times = instants([time for time, _ in queries])
    limits = dates([limit for _, limit in queries])
    for series, truth in (("X", rows), ("A", others)):
        limited = [brute_force(truth, time, limit) for time, limit in queries]
        free = [brute_force(truth, time) for time, _ in queries]
        np.testing.assert_array_equal(releases.as_of(series, times, limits).value, limited)
        np.testing.assert_array_equal(releases.as_of(series, times).value, free)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, time=st.integers(-2, 33))
def test_history_equals_brute_force(rows, time):
    periods = sorted({p for p, r, _ in rows if r <= time})
    truth = [brute_force([row for row in rows if row[0] == period], time) for period in periods]
    seen = Releases(table(rows)).history("X", instant(time))
    assert seen.tolist() == truth
    assert seen.index.tolist() == [START + DAY * period for period in periods]


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, queries=QUERIES)
def test_later_releases_are_those_of_the_same_period_after_the_time(rows, queries):
    truth = [
        (query, released)
        for query, (time, period) in enumerate(queries)
        for released in sorted(r for p, r, _ in rows if p == period and r > time)
    ]
    times = instants([time for time, _ in queries])
    periods = dates([period for _, period in queries])
    found, released = Releases(table(rows)).line("X").later_releases(nanoseconds(times), nanoseconds(periods))
    days = (released - nanoseconds(instants([0]))) // DAY.value
    assert list(zip(found.tolist(), days.tolist(), strict=True)) == truth


def test_later_releases_of_a_period_are_not_those_of_its_neighbours():
    line = Releases(table([(0, 20, 1.0), (1, 21, 2.0), *((2, day, 3.0) for day in range(1, 9))])).line("X")
    found, released = line.later_releases(nanoseconds(instants([10, 6])), nanoseconds(dates([1, 2])))
    assert found.tolist() == [0, 1, 1]
    assert released.tolist() == nanoseconds(instants([21, 7, 8])).tolist()


def test_nothing_is_later_than_an_unknown_period():
    for rows in ([], [(0, 5, 1.0)]):
        found, released = (
            Releases(table(rows) if rows else NO_RELEASES)
            .line("X")
            .later_releases(nanoseconds(instants([0])), nanoseconds(pd.DatetimeIndex([pd.NaT])))
        )
        assert len(found) == len(released) == 0


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, time=st.integers(0, 30))
def test_what_is_known_at_t_does_not_depend_on_later_releases(rows, time):
    whole = Releases(table(rows))
    cut = whole.known_at(instants([time])[0])
    times = instants(range(time + 1))
    np.testing.assert_array_equal(whole.as_of("X", times).value, cut.as_of("X", times).value)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, times=st.lists(st.integers(-2, 33), min_size=2, max_size=10))
def test_vintage_numbers_differ_exactly_where_something_was_released_between(rows, times):
    numbers = Releases(table(rows)).line("X").vintage_numbers(nanoseconds(instants(times)))
    assert numbers.tolist() == [sum(released <= time for _, released, _ in rows) for time in times]


@settings(max_examples=50, deadline=None)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, order):
    shuffled = order.sample(rows, len(rows))
    pd.testing.assert_frame_equal(Releases(table(rows)).table, Releases(table(shuffled)).table)


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, others=ROWS, time=st.integers(-2, 33), queries=QUERIES)
def test_what_is_public_at_t_is_what_a_table_of_these_rows_would_be(rows, others, time, queries):
    """It is not normalised again: table, lines and every answer must be those of a table that was."""
    releases = Releases(pd.concat([table(rows), table(others, "A")], ignore_index=True), frozenset({"A"}))
    public = releases.known_at(instant(time))
    truth = Releases(releases.table[releases.table["released"] <= instant(time)], frozenset({"A"}))
    pd.testing.assert_frame_equal(public.table, truth.table, check_exact=True)
    assert public.pseudo_pit == truth.pseudo_pit
    assert public.series == truth.series
    for series, line in truth.lines.items():
        for name in ("period", "released", "value"):
            np.testing.assert_array_equal(getattr(public.lines[series], name), getattr(line, name))
    times, limits = instants([each for each, _ in queries]), dates([each for _, each in queries])
    for series in ("X", "A", "nothing"):
        for limit in (None, limits):
            told, expected = public.as_of(series, times, limit), truth.as_of(series, times, limit)
            np.testing.assert_array_equal(told.value, expected.value)
            assert told.period.equals(expected.period)
            assert told.released.equals(expected.released)
        pd.testing.assert_series_equal(public.history(series, instant(40)), truth.history(series, instant(40)))


@settings(max_examples=50, deadline=None)
@given(rows=ROWS, first=st.integers(0, 30), second=st.integers(0, 30))
def test_what_is_public_at_two_times_is_what_is_public_at_the_earlier(rows, first, second):
    releases = Releases(table(rows))
    twice = releases.known_at(instant(first)).known_at(instant(second))
    pd.testing.assert_frame_equal(twice.table, releases.known_at(instant(min(first, second))).table)
    assert twice.series == releases.known_at(instant(min(first, second))).series


def test_what_is_public_leaves_the_whole_as_it_was():
    releases = Releases(table([(0, 5, 1.0), (1, 6, 2.0), (0, 7, 10.0)]))
    before = releases.table.copy(deep=True)
    public = releases.known_at(instant(6))
    public.table.loc[:, "value"] = 0.0
    pd.testing.assert_frame_equal(releases.table, before)
    assert releases.as_of("X", instants([9])).value.tolist() == [2.0]
    assert releases.history("X", instant(9)).tolist() == [10.0, 2.0]
