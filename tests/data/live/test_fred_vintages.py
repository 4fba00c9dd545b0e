"""Release histories: as-of answers equal the truth, whatever the limits, in one fetch or in several."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tests.data.live.conftest import KEY
from tests.data.live.fred_wire import FredSeries, Limits, serve_fred
from tidegate.data.dictionary import spec_of
from tidegate.data.live.fred import fetch_series
from tidegate.data.live.fred.client import OBSERVATION, FredClient
from tidegate.data.live.fred.vintages import _changes, release_history
from tidegate.data.releases import Releases
from tidegate.errors import SourceError

NFCI = spec_of("NFCI")
START = date(2020, 3, 4)  # daylight saving begins four days later
TIGHT = Limits(vintages=3, observations=4, vintage_dates=2)

days = st.integers(0, 24).map(lambda offset: (START + timedelta(days=offset)).isoformat())
periods = st.integers(0, 3).map(lambda week: (date(2020, 1, 3) + timedelta(weeks=week)).isoformat())
values = st.none() | st.sampled_from([-0.5, 0.0, 0.25])
truths = st.dictionaries(st.tuples(periods, days), values, min_size=1, max_size=25).map(
    lambda table: [(period, day, value) for (period, day), value in table.items()]
)


@pytest.fixture
def client(session, settings):
    return FredClient(settings.fred_api_key, session, settings)


def history(client, web, truth, *, since=None, limits=TIGHT):
    serve_fred(web, {"NFCI": FredSeries(truth)}, key=KEY, limits=limits)
    return release_history(client, NFCI, since=since, at_once=limits.vintages)


def instant(day: str) -> pd.Timestamp:
    return pd.Timestamp(f"{day} 08:30", tz="America/New_York").tz_convert("UTC")


def known(truth, time: pd.Timestamp) -> dict[str, float]:
    """The value of each period at `time`, row after row; of a withdrawn value the last one known."""
    rows = sorted(truth, key=lambda row: row[1])
    return {period: value for period, day, value in rows if value is not None and instant(day) <= time}


@effort(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(truth=truths)
def test_every_as_of_question_is_answered_as_by_the_truth(client, web, truth):
    table = history(client, web, truth)
    releases = Releases(table.assign(series="NFCI"))
    for day in {day for _, day, _ in truth}:
        for time in (instant(day) - pd.Timedelta(seconds=1), instant(day)):
            seen = releases.history("NFCI", time)
            assert {f"{period:%Y-%m-%d}": value for period, value in seen.items()} == known(truth, time)


@effort(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(truth=truths, stop=days, later=st.integers(-60, 60))
def test_two_steps_give_what_one_gives(client, web, truth, stop, later):
    since = instant(stop) + pd.Timedelta(minutes=later)
    at_once = history(client, web, truth)
    first = history(client, web, [row for row in truth if instant(row[1]) <= since])
    second = history(client, web, truth, since=since)
    assert (second["released"] > since).all()
    joined = pd.concat([first, second]).sort_values(["period", "released"], ignore_index=True)
    pd.testing.assert_frame_equal(joined, at_once)


def test_a_border_of_windows_is_no_release_and_a_change_on_it_is_one(client, web):
    truth = [
        ("2020-01-03", "2020-03-04", 0.1),
        ("2020-01-10", "2020-03-11", 0.2),
        ("2020-01-10", "2020-03-18", 0.3),  # first vintage of the second window: only this one changed
    ]
    table = history(client, web, truth, limits=Limits(vintages=2))
    assert [(f"{row.period:%m-%d}", f"{row.released:%m-%d %H:%M}", row.value) for row in table.itertuples()] == [
        ("01-03", "03-04 13:30", 0.1),
        ("01-10", "03-11 12:30", 0.2),
        ("01-10", "03-18 12:30", 0.3),
    ]
    asked = [(r.query["realtime_start"], r.query["realtime_end"]) for r in web.requests if "observ" in r.path]
    assert asked == [("2020-03-04", "2020-03-17"), ("2020-03-18", "2020-03-18")]


def test_withdrawn_values_are_dropped_and_a_return_is_a_release(client, web):
    truth = [
        ("2020-01-03", "2020-03-04", 0.1),
        ("2020-01-03", "2020-03-11", None),
        ("2020-01-03", "2020-03-18", 0.1),
    ]
    assert [f"{time:%m-%d}" for time in history(client, web, truth)["released"]] == ["03-04", "03-18"]


def test_a_value_that_was_absent_for_a_while_is_released_again():
    rows = np.array(
        [
            ("2020-01-03", "2020-03-04", "2020-03-10", 0.1),
            ("2020-01-03", "2020-03-11", "2020-03-17", 0.1),  # goes on: the border of two windows
            ("2020-01-03", "2020-03-19", "9999-12-31", 0.1),  # one day without
        ],
        dtype=OBSERVATION,
    )
    assert [str(day) for day in _changes(rows)["first_day"]] == ["2020-03-04", "2020-03-19"]


def test_what_is_known_is_not_repeated(client, web):
    truth = [
        ("2020-01-03", "2020-03-04", 0.1),
        ("2020-01-10", "2020-03-11", 0.2),
        ("2020-01-10", "2020-03-18", 0.3),
        ("2020-01-17", "2020-03-18", 0.1),
    ]
    table = history(client, web, truth, since=pd.Timestamp("2020-03-18 12:29"))  # without a zone: UTC
    assert [(f"{row.period:%m-%d}", row.value) for row in table.itertuples()] == [("01-10", 0.3), ("01-17", 0.1)]
    assert [r.query["realtime_start"] for r in web.requests if "observ" in r.path] == ["2020-03-11"]


def test_freds_own_limits_with_2300_vintages(session, settings, web):
    vintages = pd.date_range("1980-01-04", periods=2300, freq="7D").strftime("%Y-%m-%d")
    truth = [("1979-12-28", day, round(number % 400 / 100, 2)) for number, day in enumerate(vintages)]
    truth += [("1980-01-04", vintages[5], 1.0), ("1980-01-04", vintages[2100], 1.5)]
    serve_fred(web, {"NFCI": FredSeries(truth)}, key=KEY)
    fetched = fetch_series("NFCI", session=session, settings=settings)
    assert len(fetched.table) == 2302
    assert fetched.table["value"].tolist() == [value for _, _, value in truth]
    assert len([request for request in web.requests if "observations" in request.path]) == 2


def test_the_server_refuses_more_vintages_than_fred_does(client, web):
    truth = [("2020-01-03", f"2020-03-{day:02d}", float(day)) for day in range(1, 5)]
    serve_fred(web, {"NFCI": FredSeries(truth)}, key=KEY, limits=TIGHT)
    with pytest.raises(SourceError, match=r"There are 4 vintage dates .* number of vintage dates allowed \(3\)"):
        release_history(client, NFCI)
