"""FRED without a key: the public CSV download."""

import pandas as pd
import pytest

from tests.data.live.fred_wire import serve_fred_csv
from tests.data.live.loopback import FAULTS, Answer
from tidegate.data.live.fred import fetch_series
from tidegate.data.live.fred.download import _parse
from tidegate.errors import DataError, SourceError

PATH = "fred.stlouisfed.org/graph/fredgraph.csv"
BALANCE = [(f"2020-{month:02d}-01", 4_000_000.0 + month) for month in range(1, 13)]


@pytest.fixture
def fetch(session, settings):
    keyless = settings.model_copy(update={"fred_api_key": None})
    return lambda series, **more: fetch_series(series, session=session, settings=keyless, **more)


@pytest.mark.parametrize("old", [False, True])
def test_one_vintage_of_today(old, fetch, web):
    serve_fred_csv(web, {"DGS10": [("1962-01-02", 4.06), ("1962-01-03", None), ("1962-01-04", 3.99)]}, old=old)
    fetched = fetch("DGS10")
    assert (fetched.kind, fetched.source, fetched.whole, fetched.notes) == ("series", "fred csv", True, ())
    assert fetched.table["period"].tolist() == [pd.Timestamp("1962-01-02"), pd.Timestamp("1962-01-04")]
    assert fetched.table["value"].tolist() == [4.06, 3.99]
    assert fetched.table["released"].isna().all()
    assert [str(kind) for kind in fetched.table.dtypes] == ["datetime64[ns]", "datetime64[ns, UTC]", "float64"]
    assert [request.query for request in web.requests] == [{"id": "DGS10"}]


def test_a_revised_series_is_flagged(fetch, web):
    serve_fred_csv(web, {"GDP": [("1947-01-01", 243.164)]})
    assert fetch("GDP").notes == (
        "GDP: one vintage of today stands for its whole history (pseudo-PIT); a FRED key gives all.",
    )


def test_the_rest_of_a_series_is_flagged(fetch, web):
    serve_fred_csv(web, {"BAMLC0A0CM": [("2023-04-24", None), ("2023-04-25", 1.4)]})
    (note,) = fetch("BAMLC0A0CM").notes
    assert note.startswith("BAMLC0A0CM: served from 2023-04-25 only, real history starts 1996-12-31")


def test_billions_become_millions(fetch, web):
    serve_fred_csv(web, {"WALCL": [("2002-12-18", 719.5), ("2020-06-10", 7168.9)]})
    assert fetch("WALCL").table["value"].tolist() == pytest.approx([719_500.0, 7_168_900.0])


def test_everything_is_given_whatever_is_known(fetch, web):
    serve_fred_csv(web, {"WALCL": BALANCE})
    fetched = fetch("WALCL", since=pd.Timestamp("2020-11-01"))
    assert (len(fetched.table), fetched.whole) == (12, True)


def test_a_series_in_two_units_is_refused(fetch, web):
    serve_fred_csv(web, {"WTREGEN": [("2023-01-04", 400.1), ("2026-01-07", 850_000.0)]})
    with pytest.raises(DataError, match="The unit of WTREGEN cannot be told"):
        fetch("WTREGEN")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_survived(fault, fetch, web):
    serve_fred_csv(web, {"WALCL": BALANCE})
    web.misbehave(FAULTS[fault], FAULTS[fault])
    assert len(fetch("WALCL").table) == 12


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_told(fault, fetch, web):
    serve_fred_csv(web, {"WALCL": BALANCE})
    web.misbehave_always(FAULTS[fault])
    with pytest.raises(SourceError, match=r"fred\.stlouisfed\.org/graph/fredgraph\.csv gave no usable answer after 3"):
        fetch("WALCL")


def test_an_unknown_series(fetch, web):
    serve_fred_csv(web, {})
    with pytest.raises(SourceError, match="FRED has no such series; received 'WALCL'"):
        fetch("WALCL")
    assert len(web.requests) == 1


def test_a_refusal(fetch, web):
    web.answer(PATH, Answer(b"<html>Access Denied</html>", 403))
    with pytest.raises(SourceError, match="FRED refused to give WALCL; received 'HTTP 403'"):
        fetch("WALCL")


def test_an_empty_series_is_refused(fetch, web):
    serve_fred_csv(web, {"WALCL": [("2020-01-01", None)]})
    with pytest.raises(SourceError, match="FRED has no value of WALCL"):
        fetch("WALCL")


def test_a_file_cut_anywhere_is_refused_or_ends_with_a_whole_line():
    whole = b"observation_date,WALCL\n2020-01-01,4173626.5\n2020-01-08,4149743.0\n"
    for length in range(len(whole)):
        try:
            values = _parse("WALCL", whole[:length])["value"].tolist()
        except ValueError:
            continue
        assert whole[:length].endswith(b"\n")
        assert values == [4173626.5, 4149743.0][: len(values)]


@pytest.mark.parametrize(
    "body",
    [
        b"observation_date,DGS10\n2020-01-01,4.2\n",
        b"observation_date,WALCL\n2020-01-01,x\n",
        b"observation_date,WALCL\n2020-13-01,1\n",
        b"observation_date,WALCL\n2020-01-01,1\n2020-01-01,2\n",
        b"observation_date,WALCL\n2020-01-02,1\n2020-01-01,2\n",
        b"observation_date,WALCL\n2020-01-01,1,2\n",
        b"observation_date,WALCL\n2020-01-01,\xff\n",
        b"observation_date,WALCL\n,1\n",
        b"\n",
    ],
)
def test_what_is_no_table_of_the_series_is_refused(body):
    with pytest.raises(ValueError):
        _parse("WALCL", body)
