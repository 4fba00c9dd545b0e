"""From filed facts to discrete quarters: hand-computed rows, a brute force, and the clock of acceptance."""

import csv
import os
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.live.edgar_wire import CAPEX, Filing, fact
from tidegate.data.live.edgar.facts import no_facts, public_from, read_acceptances, read_facts, with_release
from tidegate.data.live.edgar.quarters import discrete_quarters
from tidegate.errors import DataError

NOON = "T17:00:00.000Z"


def filing(day, form="10-Q", time=NOON):
    return Filing(f"id-{day}{time}{form}", f"{day}{time}", form)


def quarters(*told):
    """Rows (period, released, value) out of (span, value, filing)."""
    facts = read_facts({"units": {"USD": [fact(*one) for one in told]}}, ticker="T", tag=CAPEX)
    accepted = {one.accession: pd.Timestamp(one.accepted) for _, _, one in told}
    table = discrete_quarters(with_release(facts, accepted))
    days = table["period"].dt.strftime("%Y-%m-%d"), table["released"].dt.strftime("%Y-%m-%d")
    return list(zip(*days, table["value"], strict=True))


FIRST, HALF, THIRD, YEAR = (
    ("2024-01-01/2024-03-31", 10, filing("2024-04-30")),
    ("2024-01-01/2024-06-30", 25, filing("2024-07-30")),
    ("2024-01-01/2024-09-30", 45, filing("2024-10-30")),
    ("2024-01-01/2024-12-31", 70, filing("2025-01-30", "10-K")),
)


def test_the_year_to_date_is_taken_apart():
    assert quarters(FIRST, HALF, THIRD, YEAR) == [
        ("2024-03-31", "2024-04-30", 10),
        ("2024-06-30", "2024-07-30", 15),
        ("2024-09-30", "2024-10-30", 20),
        ("2024-12-31", "2025-01-30", 25),
    ]


def test_a_quarter_filed_as_such_wins_over_the_difference():
    discrete = ("2024-04-01/2024-06-30", 16, filing("2024-07-30"))
    assert quarters(FIRST, HALF, discrete)[1:] == [("2024-06-30", "2024-07-30", 16)]


def test_comparatives_make_no_release():
    again = ("2024-01-01/2024-03-31", 10, filing("2025-04-30")), ("2024-01-01/2024-06-30", 25, filing("2025-07-30"))
    assert quarters(FIRST, HALF, *again) == quarters(FIRST, HALF)


def test_an_amended_half_changes_the_second_quarter_from_its_acceptance_on():
    amended = ("2024-01-01/2024-06-30", 27, filing("2024-09-03", "10-Q/A"))
    assert quarters(FIRST, HALF, amended) == [
        ("2024-03-31", "2024-04-30", 10),
        ("2024-06-30", "2024-07-30", 15),
        ("2024-06-30", "2024-09-03", 17),
    ]


def test_an_amended_half_changes_the_third_quarter_too_once_that_is_known():
    amended = ("2024-01-01/2024-06-30", 27, filing("2024-11-04", "10-Q/A"))
    assert quarters(FIRST, HALF, THIRD, amended)[1:] == [
        ("2024-06-30", "2024-07-30", 15),
        ("2024-06-30", "2024-11-04", 17),
        ("2024-09-30", "2024-10-30", 20),
        ("2024-09-30", "2024-11-04", 18),
    ]


def test_what_was_amended_and_amended_back_has_three_releases():
    wrong, right = (
        ("2024-01-01/2024-03-31", value, filing(day)) for value, day in ((11, "2024-05-02"), (10, "2024-05-06"))
    )
    assert [value for _, _, value in quarters(FIRST, wrong, right)] == [10, 11, 10]


def test_the_later_of_the_two_filings_releases_a_quarter():
    late_half = ("2024-01-01/2024-06-30", 25, filing("2024-12-02"))
    assert quarters(FIRST, THIRD, late_half)[1:] == [("2024-06-30", "2024-12-02", 15), ("2024-09-30", "2024-12-02", 20)]


def test_without_the_first_quarter_there_is_no_second():
    assert quarters(HALF, THIRD) == [("2024-09-30", "2024-10-30", 20)]
    assert quarters(HALF, YEAR) == []


def test_spans_that_start_on_different_days_are_never_subtracted():
    shifted = ("2024-01-02/2024-06-30", 25, filing("2024-07-30"))
    assert quarters(FIRST, shifted) == [("2024-03-31", "2024-04-30", 10)]
    trailing = ("2023-10-01/2024-09-30", 90, filing("2024-10-30"))
    assert quarters(HALF, THIRD, trailing) == quarters(HALF, THIRD)


def test_a_year_of_53_weeks():
    # Weeks end on Saturdays: quarters of 13, 13, 13 and 14 weeks from 2023-12-31 to 2025-01-04.
    assert quarters(
        ("2023-12-31/2024-03-30", 10, filing("2024-04-30")),
        ("2023-12-31/2024-06-29", 25, filing("2024-07-30")),
        ("2023-12-31/2024-09-28", 45, filing("2024-10-30")),
        ("2023-12-31/2025-01-04", 75, filing("2025-01-30", "10-K")),
    ) == [
        ("2024-03-30", "2024-04-30", 10),
        ("2024-06-29", "2024-07-30", 15),
        ("2024-09-28", "2024-10-30", 20),
        ("2025-01-04", "2025-01-30", 30),
    ]


@pytest.mark.parametrize("form", ["8-K", "20-F", "40-F", "10-KT", "S-1"])
def test_other_forms_tell_nothing(form):
    told = ("2024-01-01/2024-03-31", 11, filing("2024-04-02", form))
    assert quarters(FIRST, told) == quarters(FIRST)


@pytest.mark.parametrize("value", [None, "12", True, float("nan"), float("inf"), [1]])
def test_a_value_that_is_no_number_tells_nothing(value):
    told = ("2024-01-01/2024-03-31", value, filing("2024-05-02"))
    assert quarters(FIRST, told) == quarters(FIRST)


def test_instants_and_other_units_tell_nothing():
    instant = {**fact(*FIRST), "start": None}
    del instant["start"]
    facts = read_facts({"units": {"USD": [instant, fact(*FIRST)], "EUR": ["?"]}}, ticker="T", tag=CAPEX)
    assert facts["value"].tolist() == [10]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"units": {"EUR": []}}, r"in no unit that can be used; received \['EUR'\]; expected USD"),
        ({"facts": {}}, "not of the shape that is known; received 'units"),
        ([], "not of the shape that is known; received 'the whole"),
        ({"units": {"USD": {}}}, "not of the shape"),
        ({"units": {"USD": [{"end": "2024-03-31", "val": 1}]}}, "not of the shape that is known; received '0.accn"),
        ({"units": {"USD": [{**fact(*FIRST), "end": "soon"}]}}, "not of the shape that is known; received '0.end"),
    ],
)
def test_another_shape_is_told_with_ticker_and_tag(answer, words):
    with pytest.raises(DataError, match=words) as caught:
        read_facts(answer, ticker="MSFT", tag=CAPEX)
    assert f"MSFT, {CAPEX}" in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"accessionNumber": ["a"]}, "acceptanceDateTime"),
        ({"accessionNumber": ["a"], "acceptanceDateTime": []}, "unequal length"),
        ({"accessionNumber": ["a"], "acceptanceDateTime": ["2024-10-30T20:05:31"]}, "acceptanceDateTime.0"),
        (None, "the whole"),
    ],
)
def test_a_list_of_filings_of_another_shape_is_told(columns, words):
    with pytest.raises(DataError, match=words) as caught:
        read_acceptances(columns, ticker="MSFT")
    assert "MSFT" in str(caught.value)


@pytest.mark.parametrize(
    ("accepted", "public"),
    [
        ("2024-10-30T20:05:31Z", "2024-10-31T13:30Z"),  # 16:05 in New York, five minutes after the close
        ("2024-10-30T20:00:00Z", "2024-10-30T20:00Z"),  # the close itself still belongs to the day
        ("2024-10-30T20:00:01Z", "2024-10-31T13:30Z"),
        ("2024-10-30T10:00:00Z", "2024-10-30T10:00Z"),  # 06:00, before the open
        ("2024-10-30T15:00:00Z", "2024-10-30T15:00Z"),
        ("2024-11-06T20:30:00Z", "2024-11-06T20:30Z"),  # 15:30 in winter: during the session
        ("2024-11-06T21:30:00Z", "2024-11-07T14:30Z"),
        ("2024-11-29T17:59:00Z", "2024-11-29T17:59Z"),  # closes at 13:00, the day after Thanksgiving
        ("2024-11-29T18:30:00Z", "2024-12-02T14:30Z"),
        ("2024-11-02T15:00:00Z", "2024-11-04T14:30Z"),  # Saturday; the clocks change on Sunday
        ("2024-10-31T02:00:00Z", "2024-10-31T13:30Z"),  # 22:00 in New York, still the 30th there
        ("2024-12-24T23:00:00Z", "2024-12-26T14:30Z"),
    ],
)
def test_when_a_filing_is_public(accepted, public):
    assert public_from(pd.DatetimeIndex([accepted]))[0] == pd.Timestamp(public)


def test_the_same_clock_for_many_at_once():
    accepted = pd.DatetimeIndex(["2024-11-29T18:30:00Z", "2024-11-02T15:00:00Z", "2024-10-30T15:00:00Z"])
    assert public_from(accepted).equals(pd.DatetimeIndex([public_from(accepted[[n]])[0] for n in range(3)]))


def test_without_an_acceptance_the_session_after_the_filing_date_counts():
    facts = read_facts({"units": {"USD": [fact(*FIRST)]}}, ticker="T", tag=CAPEX)
    assert with_release(facts, {})["released"].tolist() == [pd.Timestamp("2024-05-01T13:30Z")]
    assert with_release(no_facts(), {}).empty


def test_of_two_filings_of_one_evening_the_later_holds():
    evening = Filing("0000000002-24-000001", "2024-04-30T20:10:00.000Z")
    night = Filing("0000000001-24-000001", "2024-04-30T21:10:00.000Z", "10-Q/A")
    told = [("2024-01-01/2024-03-31", 11, night), ("2024-01-01/2024-03-31", 10, evening)]
    assert quarters(*told) == [("2024-03-31", "2024-05-01", 11)]


ENDS = ["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"]
SESSIONS = pd.bdate_range("2024-04-02", "2024-05-24").strftime("%Y-%m-%d").tolist()
TELLINGS = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.integers(-3, 30)), min_size=1, max_size=len(SESSIONS)
)


@settings(max_examples=60, deadline=None)
@given(TELLINGS)
def test_as_of_any_day_quarters_are_what_was_known_then(tellings):
    """Each session one filing tells a year to date or a discrete quarter; a slow loop says what follows from it."""
    told = []
    for day, (number, discrete, value) in zip(SESSIONS, tellings, strict=False):
        start = ["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"][number] if discrete else "2024-01-01"
        told.append((f"{start}/{ENDS[number]}", value, filing(day)))
    rows = quarters(*told)
    for day in SESSIONS[: len(tellings)]:
        spans = {span: value for span, value, one in told if one.filed <= day}
        expected = {}
        for number, end in enumerate(ENDS):
            discrete = f"{['2024-01-01', '2024-04-01', '2024-07-01', '2024-10-01'][number]}/{end}"
            whole, part = f"2024-01-01/{end}", f"2024-01-01/{ENDS[number - 1]}"
            if discrete in spans:
                expected[end] = spans[discrete]
            elif whole in spans and part in spans:
                expected[end] = spans[whole] - spans[part]
        assert {period: value for period, released, value in rows if released <= day} == expected
    for early, late in pairwise(rows):
        assert early[0] != late[0] or early[2] != late[2]


@pytest.mark.skipif("TIDEGATE_SHARED" not in os.environ, reason="TIDEGATE_SHARED names no folder of facts")
@pytest.mark.parametrize("company", ["MSFT", "GOOGL", "META", "ORCL"])
def test_quarters_of_the_facts_come_back_from_their_years_to_date(company):
    path = Path(os.environ["TIDEGATE_SHARED"]) / "facts" / "hyperscaler_capex.csv"
    rows = [row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()) if row["ticker"] == company]
    month = {"MSFT": 9, "ORCL": 8}.get(company, 3)  # in which the first fiscal quarter ends
    told, expected, start, total = [], [], None, 0
    for row in rows:
        end, value = pd.Timestamp(row["fiscal_period_end"]), round(float(row["capex_usd_bn"]) * 1000)
        if end.month == month:
            start, total = end - pd.offsets.MonthBegin(3), 0
        if start is not None:
            total += value
            form = "10-K" if end.month == (month + 8) % 12 + 1 else "10-Q"
            told.append((f"{start:%Y-%m-%d}/{end:%Y-%m-%d}", total, filing(row["released"], form, "T23:00:00.000Z")))
            expected.append((row["fiscal_period_end"], value))
    found = quarters(*told)
    assert [(period, value) for period, _, value in found] == expected
    assert all(released > one[2].filed for (_, released, _), one in zip(found, told, strict=True))
    assert len(found) > 40
