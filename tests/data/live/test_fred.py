"""FRED with a key: what it serves, what it refuses, and that nobody sees the key."""

import traceback
import urllib.request

import pandas as pd
import pytest
from pydantic import SecretStr

from tests.data.live.conftest import KEY
from tests.data.live.fred_wire import FredSeries, Limits, refusal, serve_fred
from tests.data.live.loopback import FAULTS, Answer
from tidegate.data.dictionary import dictionary, is_truncated, spec_of
from tidegate.data.live.fred import fetch_series
from tidegate.data.live.web import open_session
from tidegate.data.schema import SERIES_COLUMNS
from tidegate.errors import DataError, SourceError

TODAY = "2026-06-30"
YIELDS = FredSeries(
    [("1962-01-02", TODAY, 4.06), ("1962-01-03", TODAY, None), ("1962-01-04", TODAY, 3.99)], units="Percent"
)
GDP = FredSeries(
    [
        ("2019-10-01", "2020-01-30", 21734.3),
        ("2019-10-01", "2020-02-27", 21726.8),
        ("2020-01-01", "2020-04-29", 21534.9),
        ("2019-10-01", "2020-07-30", 21747.4),
        ("2020-01-01", "2020-07-30", 21561.1),
    ],
    units="Billions of Dollars",
    observation_start="1947-01-01",
)


@pytest.fixture
def fetch(session, settings, web):
    def fetch(series, one=None, *, since=None, key=KEY):
        if one is not None:
            serve_fred(web, {series: one}, key=KEY)
        chosen = settings.model_copy(update={"fred_api_key": SecretStr(key)})
        return fetch_series(series, session=session, settings=chosen, since=since)

    return fetch


def test_an_unrevised_series_is_todays_vintage(fetch):
    fetched = fetch("DGS10", YIELDS)
    assert (fetched.kind, fetched.id, fetched.source, fetched.whole, fetched.notes) == (
        "series", "DGS10", "fred", True, (),
    )  # fmt: skip
    assert tuple(fetched.table.columns) == SERIES_COLUMNS
    assert fetched.table["period"].tolist() == [pd.Timestamp("1962-01-02"), pd.Timestamp("1962-01-04")]
    assert fetched.table["value"].tolist() == [4.06, 3.99]
    assert fetched.table["released"].isna().all()
    assert [str(kind) for kind in fetched.table.dtypes] == ["datetime64[ns]", "datetime64[ns, UTC]", "float64"]


def test_an_unrevised_series_is_read_on_from_a_day(fetch, web):
    fetched = fetch("DGS10", YIELDS, since=pd.Timestamp("1962-01-04"))
    assert (fetched.table["value"].tolist(), fetched.whole, fetched.notes) == ([3.99], False, ())
    assert web.requests[-1].query["observation_start"] == "1962-01-04"


def test_a_revised_series_is_all_its_vintages(fetch):
    fetched = fetch("GDP", GDP)
    assert (fetched.source, fetched.whole) == ("alfred", True)
    rows = fetched.table.itertuples(index=False)
    assert [(f"{row.period:%Y-%m-%d}", f"{row.released:%Y-%m-%d %H:%M}", row.value) for row in rows] == [
        ("2019-10-01", "2020-01-30 13:30", 21734.3),  # 08:30 in New York, winter
        ("2019-10-01", "2020-02-27 13:30", 21726.8),
        ("2019-10-01", "2020-07-30 12:30", 21747.4),  # and summer
        ("2020-01-01", "2020-04-29 12:30", 21534.9),
        ("2020-01-01", "2020-07-30 12:30", 21561.1),
    ]
    assert str(fetched.table["released"].dtype) == "datetime64[ns, UTC]"


def test_every_revised_series_asks_for_vintages(fetch):
    revised = {name for name in dictionary() if spec_of(name).revised and ":" not in name}
    assert revised == {"GDP", "M2SL", "TOTBKCR", "TLAACBW027SBOG", "NFCI", "THREEFYTP10"}


def test_answers_are_read_to_their_last_page(fetch, web):
    days = pd.date_range("2000-01-03", periods=11, freq="D").strftime("%Y-%m-%d")
    one = FredSeries([(day, TODAY, 2.0 + number / 10) for number, day in enumerate(days)], units="Percent")
    serve_fred(web, {"DFF": one}, key=KEY, limits=Limits(observations=4))
    fetched = fetch("DFF")
    assert fetched.table["value"].tolist() == [2.0 + number / 10 for number in range(11)]
    asked = [request.query.get("offset", "0") for request in web.requests if "observations" in request.path]
    assert asked == ["0", "4", "8"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_survived(fault, fetch, web):
    web.misbehave(FAULTS[fault], FAULTS[fault])
    assert len(fetch("GDP", GDP).table) == 5


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_told_without_the_key(fault, fetch, web):
    web.misbehave_always(FAULTS[fault])
    with pytest.raises(SourceError, match=r"api\.stlouisfed\.org/fred/series gave no usable answer") as caught:
        fetch("GDP", GDP)
    assert caught.value.exit_status == 3
    assert KEY not in everything_shown(caught.value)


def test_nobody_listens(settings):
    unreachable = settings.model_copy(update={"mirror": "http://127.0.0.1:9"})
    with open_session(unreachable) as session, pytest.raises(SourceError) as caught:
        fetch_series("GDP", session=session, settings=unreachable)
    assert KEY not in everything_shown(caught.value)


def test_an_answer_short_of_the_rows_it_announces_is_asked_again(fetch, web):
    serve_fred(web, {"DGS10": YIELDS}, key=KEY)
    path = "api.stlouisfed.org/fred/series/observations"
    query = {"api_key": KEY, "series_id": "DGS10"}
    short = web.respond(path, query).body.replace(b'count="3"', b'count="4"')
    web.answer(path, short)
    with pytest.raises(SourceError, match="a body that cannot be read"):
        fetch("DGS10")


def test_a_page_that_happens_to_be_xml_is_no_answer(fetch, web):
    web.answer("api.stlouisfed.org", b"<html><head><title>Sorry</title></head><body><p>busy</p></body></html>")
    with pytest.raises(SourceError, match="a body that cannot be read"):
        fetch("DGS10")


@pytest.mark.parametrize(("before", "after"), [(b'value="4.06"', b'value="4,06"'), (b'date="1962-01-02"', b"")])
def test_rows_that_cannot_be_read_are_told(before, after, fetch, web):
    serve_fred(web, {"DGS10": YIELDS}, key=KEY)
    path = "api.stlouisfed.org/fred/series/observations"
    odd = web.respond(path, {"api_key": KEY, "series_id": "DGS10"}).body.replace(before, after)
    web.answer(path, odd)
    with pytest.raises(SourceError, match="FRED's answer about DGS10 cannot be read"):
        fetch("DGS10")


@pytest.mark.parametrize("key", ["f" * 32, "0123456789abcdef-short"])
def test_a_bad_key_is_told_and_not_shown(key, fetch):
    with pytest.raises(SourceError, match="FRED does not accept the API key") as caught:
        fetch("DGS10", YIELDS, key=key)
    assert "FRED_API_KEY" in str(caught.value)
    assert caught.value.exit_status == 3
    assert key not in everything_shown(caught.value)


def test_a_key_that_fred_repeats_is_not_shown(fetch, web):
    web.answer("api.stlouisfed.org", refusal(f"Bad Request.  The value {KEY} for variable api_key is strange."))
    with pytest.raises(SourceError, match=r"The value \(key\) for") as caught:
        fetch("DGS10")
    assert KEY not in everything_shown(caught.value)


def test_an_unknown_series(fetch):
    with pytest.raises(SourceError, match="FRED has no such series; received 'DGS2'"):
        fetch("DGS10", YIELDS) and fetch("DGS2")
    with pytest.raises(DataError, match="Unknown series; received 'NOPE'"):
        fetch("NOPE")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refusal("Bad Request.  Variable limit is not between 1 and 100000."), "HTTP 400: Bad Request. Variable limit"),
        (Answer(b"<html><body>Access Denied<br></body></html>", 403), "HTTP 403: no reason given"),
    ],
)
def test_other_refusals_keep_freds_words(answer, said, fetch, web):
    web.answer("api.stlouisfed.org", answer)
    with pytest.raises(SourceError, match=f"FRED refused to give DGS10; received '{said}"):
        fetch("DGS10")
    assert len(web.requests) == 1


@pytest.mark.parametrize("series", ["DGS10", "GDP"])
@pytest.mark.parametrize("rows", [[], [("2020-01-01", "2020-04-29", None)]])
def test_an_empty_series_is_refused(series, rows, fetch):
    with pytest.raises(SourceError, match=f"FRED has no value of {series}"):
        fetch(series, FredSeries(rows, units="Billions of Dollars"))


@pytest.mark.parametrize("series", ["DGS10", "GDP"])
def test_nothing_new_is_no_error(series, fetch):
    one = YIELDS if series == "DGS10" else GDP
    fetched = fetch(series, one, since=pd.Timestamp("2026-06-30 23:00", tz="UTC"))
    assert (len(fetched.table), fetched.whole) == (0, False)
    assert [str(kind) for kind in fetched.table.dtypes] == ["datetime64[ns]", "datetime64[ns, UTC]", "float64"]


def test_the_rest_of_a_series_is_flagged(fetch):
    rest = FredSeries([("2023-04-24", TODAY, 4.4), ("2026-06-29", TODAY, 2.8)], units="Percent")
    note = (
        "BAMLH0A0HYM2: served from 2023-04-24 only, real history starts 1996-12-31: "
        "refused for expanding statistics; use BAA10Y."
    )
    assert fetch("BAMLH0A0HYM2", rest).notes == (note,)
    later = fetch("BAMLH0A0HYM2", since=pd.Timestamp("2026-06-29"))
    assert (later.notes, len(later.table)) == ((note,), 1)


@pytest.mark.parametrize(
    ("series", "first", "truncated"),
    [
        ("BAMLH0A0HYM2", "1997-12-31", False),
        ("BAMLH0A0HYM2", "1998-01-01", True),
        ("WRESBAL", "1984-01-04", False),
        ("DGS10", "2020-01-02", False),  # nobody is known to cut it: a short file of one's own is welcome
    ],
)
def test_more_than_a_year_missing_is_truncated(series, first, truncated):
    assert is_truncated(spec_of(series), pd.Timestamp(first)) is truncated


def test_a_proxy_in_the_environment_installs_no_global_opener(fetch, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    before = urllib.request._opener
    assert len(fetch("GDP", GDP).table) == 5
    assert urllib.request._opener is before


def everything_shown(error: BaseException) -> str:
    """Everything about an error that a log might show."""
    shown = "".join(traceback.format_exception(error))
    chain, waiting = [], [error]
    while waiting:
        link = waiting.pop()
        chain.append(link)
        waiting += [found for found in (link.__cause__, link.__context__) if found is not None]
    return shown + "".join(f"{link!s} {link!r} {link.args} {vars(link)}" for link in chain)
