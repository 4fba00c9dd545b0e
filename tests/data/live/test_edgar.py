"""EDGAR over the wire: lines and bases, shards, refusals, faults, the pace."""

import pandas as pd
import pytest

from tests.data.live.edgar_wire import (
    CAPEX,
    LEASES,
    OPERATING,
    PROCEEDS,
    PRODUCTIVE,
    CompanyFacts,
    Filing,
    fact,
    serve_edgar,
    year_to_date,
)
from tests.data.live.loopback import FAULTS, Answer, as_json
from tidegate.data.dictionary import spec_of
from tidegate.data.live.edgar import COMPANIES, fetch_company
from tidegate.data.live.web import _Adapter
from tidegate.data.schema import SERIES_COLUMNS
from tidegate.errors import ConfigError, DataError, SourceError

CIK = COMPANIES["MSFT"]


@pytest.fixture
def fetch(session, settings):
    def fetched(ticker="MSFT", cik=CIK, **changes):
        chosen = settings.model_copy(update=changes)
        return {one.id: one for one in fetch_company(ticker, cik, session=session, settings=chosen)}

    return fetched


def rows(fetched):
    table = fetched.table
    return list(
        zip(
            table["period"].dt.strftime("%Y-%m-%d"),
            table["released"].dt.strftime("%Y-%m-%dT%H:%M"),
            table["value"],
            strict=True,
        )
    )


def one_fact(span, value, accepted, form="10-Q"):
    return fact(span, value, Filing(f"id {accepted}", accepted, form))


def test_quarters_with_the_instant_of_acceptance(web, fetch):
    serve_edgar(web, {CIK: year_to_date([10, 15, 20, 25])})
    found = fetch()
    assert list(found) == ["capex:MSFT"]
    assert rows(found["capex:MSFT"]) == [
        ("2024-03-31", "2024-04-30T17:00", 10),
        ("2024-06-30", "2024-07-30T17:00", 15),
        ("2024-09-30", "2024-10-30T17:00", 20),
        ("2024-12-31", "2025-01-30T17:00", 25),
    ]


def test_tables_are_as_the_store_expects_them(web, fetch):
    serve_edgar(web, {CIK: year_to_date([10, 15])})
    (one,) = fetch().values()
    assert (one.kind, one.source, one.whole) == ("series", "edgar", True)
    assert tuple(one.table.columns) == SERIES_COLUMNS
    assert [str(dtype) for dtype in one.table.dtypes] == ["datetime64[ns]", "datetime64[ns, UTC]", "float64"]
    assert spec_of(one.id).unit == "USD"


def test_each_basis_is_a_line_of_its_own(web, fetch):
    first = Filing("a", "2024-04-30T17:00:00.000Z")
    tags = [CAPEX, PRODUCTIVE, PROCEEDS, OPERATING, f"{OPERATING}ContinuingOperations", LEASES]
    told = {tag: [fact("2024-01-01/2024-03-31", value, first)] for value, tag in enumerate(tags, start=1)}
    serve_edgar(web, {7: CompanyFacts(told, [first])})
    assert {line: one.table["value"].tolist() for line, one in fetch("T", 7).items()} == {
        "capex:T": [1],
        "capex:T@productive": [2],
        "capex:T@net": [3],
        "ocf:T": [4],
        "ocf:T@continuing": [5],
        "leases:T": [6],
    }


def test_a_span_of_one_basis_is_never_subtracted_from_one_of_another(web, fetch):
    told = {
        CAPEX: [one_fact("2024-01-01/2024-03-31", 10, "2024-04-30T17:00:00.000Z")],
        PRODUCTIVE: [one_fact("2024-01-01/2024-06-30", 25, "2024-07-30T17:00:00.000Z")],
    }
    serve_edgar(web, {CIK: CompanyFacts(told)})
    assert {line: len(one.table) for line, one in fetch().items()} == {"capex:MSFT": 1}


def test_amazon_was_net_until_2017_and_is_gross_since(web, fetch):
    told = {
        CAPEX: [one_fact("2017-01-01/2017-03-31", 1861, "2017-04-28T15:00:00.000Z")],
        PROCEEDS: [
            one_fact("2017-01-01/2017-06-30", 4362, "2017-07-28T15:00:00.000Z"),
            one_fact("2017-01-01/2017-12-31", 9999, "2018-02-02T15:00:00.000Z", "10-K"),
            one_fact("2017-01-01/2017-03-31", 2148, "2018-04-27T15:00:00.000Z"),
            one_fact("2018-01-01/2018-03-31", 3098, "2018-04-27T15:00:00.000Z"),
        ],
        PRODUCTIVE: [
            one_fact("2018-07-01/2018-09-30", 3352, "2018-10-26T15:00:00.000Z"),
            one_fact("2018-01-01/2018-06-30", 6341, "2019-07-26T15:00:00.000Z"),
        ],
    }
    filings = [Filing(one["accn"], one["accn"][3:], one["form"]) for facts in told.values() for one in facts]
    serve_edgar(web, {COMPANIES["AMZN"]: CompanyFacts(told, filings)})
    found = fetch("AMZN", COMPANIES["AMZN"])
    assert rows(found["capex:AMZN@net"]) == [
        ("2017-03-31", "2017-04-28T15:00", 1861),
        ("2017-06-30", "2017-07-28T15:00", 2501),
    ]
    assert rows(found["capex:AMZN"]) == [
        ("2017-03-31", "2018-04-27T15:00", 2148),
        ("2018-03-31", "2018-04-27T15:00", 3098),
        ("2018-06-30", "2019-07-26T15:00", 3243),
        ("2018-09-30", "2018-10-26T15:00", 3352),
    ]
    assert len(found) == 2


def test_alphabet_continues_google(web, fetch):
    before = CompanyFacts({CAPEX: [one_fact("2015-01-01/2015-03-31", 2927, "2015-04-29T15:00:00.000Z")]})
    after = CompanyFacts(
        {
            CAPEX: [
                one_fact("2015-01-01/2015-06-30", 5442, "2015-10-29T15:00:00.000Z"),
                one_fact("2015-01-01/2015-03-31", 2927, "2016-05-03T15:00:00.000Z"),
            ]
        }
    )
    serve_edgar(web, {1288776: before, COMPANIES["GOOGL"]: after})
    assert rows(fetch("GOOGL", COMPANIES["GOOGL"])["capex:GOOGL"]) == [
        ("2015-03-31", "2015-04-30T13:30", 2927),
        ("2015-06-30", "2015-10-30T13:30", 2515),
    ]


def test_older_filings_are_looked_up_in_their_shards_and_only_while_needed(web, fetch):
    company = year_to_date([10, 15, 20])
    first, second, third = company.filings
    unused = Filing("unused", "2001-01-01T17:00:00.000Z")
    serve_edgar(web, {CIK: CompanyFacts(company.concepts, [third], older=[[second, first], [unused]])})
    assert [released for _, released, _ in rows(fetch()["capex:MSFT"])] == [
        "2024-04-30T17:00",
        "2024-07-30T17:00",
        "2024-10-30T17:00",
    ]
    asked = [request.path.rpartition("/")[2] for request in web.requests if "submissions" in request.path]
    assert asked == ["CIK0000789019.json", "CIK0000789019-submissions-001.json"]


def test_a_filing_that_no_list_has_counts_from_the_session_after_its_date(web, fetch):
    serve_edgar(web, {CIK: CompanyFacts(year_to_date([10]).concepts)})
    assert rows(fetch()["capex:MSFT"]) == [("2024-03-31", "2024-05-01T13:30", 10)]


def test_what_is_asked_and_how(web, fetch):
    serve_edgar(web, {CIK: year_to_date([10])})
    fetch()
    assert {request.headers["User-Agent"] for request in web.requests} == {"tidegate desk@example.com"}
    assert len(web.requests) == 7
    paths = {request.path for request in web.requests}
    assert f"data.sec.gov/api/xbrl/companyconcept/CIK0000789019/us-gaap/{CAPEX}.json" in paths
    assert "data.sec.gov/submissions/CIK0000789019.json" in paths


@pytest.mark.parametrize("contact", [None, "", " ", "nobody", "désk@example.com", "a@b.c\r\nCookie: x"])
def test_without_a_contact_nothing_is_asked(web, fetch, contact):
    with pytest.raises(ConfigError, match="TIDEGATE_CONTACT") as caught:
        fetch(contact=contact)
    assert caught.value.exit_status == 2
    assert web.requests == []


def test_an_unknown_cik(web, fetch):
    with pytest.raises(ConfigError, match="The SEC knows no company for NOPE; received 42; expected its CIK"):
        fetch("NOPE", 42)


def test_a_company_without_these_figures(web, fetch):
    serve_edgar(web, {42: CompanyFacts({}, [Filing("a", "2024-04-30T17:00:00.000Z", "20-F")])})
    with pytest.raises(DataError, match=r"FGN has filed no quarter of capex.* under CIK 42"):
        fetch("FGN", 42)


def test_a_blocked_client_is_told_why(web, fetch):
    web.misbehave_always(Answer(b"<html>Your Request Originates from an Undeclared Automated Tool</html>", 403))
    with pytest.raises(SourceError, match=r"HTTP 403.*User-Agent.*TIDEGATE_CONTACT") as caught:
        fetch()
    assert caught.value.exit_status == 3
    assert len(web.requests) == 1


def test_another_refusal_is_told(web, fetch):
    web.misbehave_always(Answer(b"", 410))
    with pytest.raises(SourceError, match=r"The SEC refused data.sec.gov/api.*received 'HTTP 410'"):
        fetch()


def test_another_shape_names_ticker_and_tag(web, fetch):
    serve_edgar(web, {CIK: year_to_date([10])})
    web.answer(f"data.sec.gov/api/xbrl/companyconcept/CIK0000789019/us-gaap/{CAPEX}.json", as_json({"units": []}))
    with pytest.raises(DataError, match=f"MSFT, {CAPEX}, are not of the shape"):
        fetch()


@pytest.mark.parametrize("body", [[], {"filings": []}, {"filings": {"files": []}}, {"filings": {"recent": {}}}])
def test_a_list_of_filings_of_another_shape_is_told(web, fetch, body):
    serve_edgar(web, {CIK: year_to_date([10])})
    web.answer("data.sec.gov/submissions/CIK0000789019.json", as_json(body))
    with pytest.raises(DataError, match="list of filings of MSFT are not of the shape"):
        fetch()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_survived(web, fetch, fault):
    serve_edgar(web, {CIK: year_to_date([10, 15])})
    web.misbehave(FAULTS[fault])
    assert fetch()["capex:MSFT"].table["value"].tolist() == [10, 15]


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"timeout"}))
def test_a_fault_that_stays_is_told(web, fetch, fault):
    serve_edgar(web, {CIK: year_to_date([10, 15])})
    for tag in (PRODUCTIVE, PROCEEDS, OPERATING, f"{OPERATING}ContinuingOperations", LEASES):
        serve_edgar(web, {CIK: CompanyFacts({tag: [one_fact("2024-01-01/2024-03-31", 1, "2024-04-30T17:00:00.000Z")]})})
    web.misbehave_always(FAULTS[fault])
    with pytest.raises(SourceError, match=r"data.sec.gov/api/xbrl/.* gave no usable answer after 3 attempts") as caught:
        fetch()
    assert caught.value.exit_status == 3


def test_the_pace_of_the_sec_is_kept(web, session, settings):
    serve_edgar(web, {CIK: year_to_date([10]), 42: year_to_date([10])})
    session.mount("https://", _Adapter(8, web.address))
    session.adapters.pop("https://data.sec.gov")
    for cik in (CIK, 42):
        fetch_company("T", cik, session=session, settings=settings)
    times = [request.at for request in web.requests]
    assert len(times) == 14
    assert all(late - early > 0.95 for early, late in zip(times, times[8:], strict=False))
    assert times[-1] - times[0] < 5


def test_times_are_those_of_new_york_whatever_the_zone_of_the_text(web, fetch):
    company = year_to_date([10])
    (told,) = company.filings
    serve_edgar(web, {CIK: CompanyFacts(company.concepts, [Filing(told.accession, "2024-04-30T16:05:00-04:00")])})
    assert fetch()["capex:MSFT"].table["released"].tolist() == [pd.Timestamp("2024-05-01T13:30Z")]
