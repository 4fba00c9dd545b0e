"""Yahoo's bars: exact, complete, each ticker its own, whatever the wire does; and nothing but the chart is asked."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pandas as pd
import pytest
import requests
import yfinance
from yfinance.data import YfData

from tests.data.live.loopback import FAULTS, Answer, as_json
from tests.data.live.yahoo_wire import chart, chart_path, refusal, serve_yahoo
from tidegate.data.live.web import open_session
from tidegate.data.live.yahoo import fetch_prices
from tidegate.data.schema import PRICE_COLUMNS
from tidegate.errors import ConfigError, SourceError

# Thursday to the Thursday after; a dividend on Monday, ten new shares for one on Tuesday.
STOCK = pd.DataFrame(
    [
        ("2024-06-06", 12.0, 12.5, 11.5, 12.25, 12.0, 1000.0, 0.0, 0.0),
        ("2024-06-07", 12.25, 12.75, 12.0, 12.5, 12.25, 2000.0, 0.0, 0.0),
        ("2024-06-10", 12.0, 12.5, 11.75, 12.25, 12.25, 3000.0, 0.25, 0.0),
        ("2024-06-11", 12.5, 13.0, 12.25, 12.75, 12.75, 40000.0, 0.0, 10.0),
        ("2024-06-12", 12.75, 13.5, 12.5, 13.25, 13.25, 50000.0, 0.0, 0.0),
        ("2024-06-13", 13.25, 13.5, 13.0, 13.0, 13.0, 60000.0, 0.0, 0.0),
    ],
    columns=list(PRICE_COLUMNS),
).astype({"date": "datetime64[ns]"})
LATER = pd.Timestamp("2024-07-01", tz="UTC")


def coin(days=7, first="2024-06-07"):
    """Seven days of crypto, Friday to Thursday: no weekend, no events."""
    price = np.arange(days) + 100.0
    columns = dict.fromkeys(("open", "high", "low", "close", "adj_close"), price)
    zeros = np.zeros(days)
    return pd.DataFrame(
        {"date": pd.date_range(first, periods=days, unit="ns"), **columns}
        | {"volume": price * 1e9, "dividend": zeros, "split": zeros}
    )


@pytest.fixture
def fetch(session, settings):
    def with_defaults(ticker="NVDA", **options):
        return fetch_prices(ticker, session=session, settings=settings, **({"now": LATER} | options))

    return with_defaults


def assert_bars(fetched, expected):
    pd.testing.assert_frame_equal(fetched.table, expected.reset_index(drop=True), check_exact=True)


def test_six_bars_with_a_dividend_and_a_split(fetch, web):
    serve_yahoo(web, {"NVDA": STOCK})
    fetched = fetch()
    assert_bars(fetched, STOCK)
    assert (fetched.kind, fetched.id, fetched.source, fetched.whole, fetched.notes) == (
        "prices",
        "NVDA",
        "yahoo",
        True,
        (),
    )


def test_crypto_has_seven_days_a_week(fetch, web):
    serve_yahoo(web, {"BTC-USD": coin()})
    assert_bars(fetch("BTC-USD"), coin())


def test_a_fund_has_the_columns_of_a_stock(fetch, web):
    """Yahoo tells capital gains of funds too, and yfinance makes a column of them, even of none."""
    content = chart(STOCK, "QQQ")
    result = content["chart"]["result"][0]
    result["meta"]["instrumentType"] = "ETF"
    for gains in ({}, {"1": {"amount": 0.5, "date": result["timestamp"][2]}}):
        result["events"]["capitalGains"] = gains
        web.answer(chart_path("QQQ"), as_json(content))
        assert_bars(fetch("QQQ"), STOCK)


def test_an_index_has_a_caret_in_its_name(fetch, web):
    serve_yahoo(web, {"^VIX": STOCK})
    assert_bars(fetch("^VIX"), STOCK)


def test_a_ticker_that_stopped_long_ago_is_served_as_it_is(fetch, web):
    serve_yahoo(web, {"NVDA": STOCK})
    assert_bars(fetch(now=pd.Timestamp("2026-01-05 12:00", tz="UTC")), STOCK)


@pytest.mark.parametrize("since", [date(2024, 6, 11), pd.Timestamp("2024-06-11")])
def test_since_a_day(since, fetch, web):
    serve_yahoo(web, {"NVDA": STOCK, "BTC-USD": coin()})
    for ticker, table in (("NVDA", STOCK), ("BTC-USD", coin())):
        fetched = fetch(ticker, since=since)
        assert_bars(fetched, table[table["date"] >= "2024-06-11"])
        assert not fetched.whole
    asked = [pd.Timestamp(int(request.query["period1"]), unit="s") for request in web.requests]
    assert asked == [pd.Timestamp("2024-06-11 04:00"), pd.Timestamp("2024-06-11")]  # midnight in New York and in UTC


def test_since_holds_where_yahoo_sends_more(fetch, web):
    web.answer(chart_path("NVDA"), as_json(chart(STOCK, "NVDA")))
    assert_bars(fetch(since=date(2024, 6, 12)), STOCK.tail(2))


NOTHING_THEN = refusal("Bad Request", "Data doesn't exist for startDate = 1719792000, endDate = 1719900000", 400)


@pytest.mark.parametrize("answer", [None, NOTHING_THEN], ids=["no time stamps", "words"])
def test_nothing_new_is_an_empty_table_of_the_same_types(answer, fetch, web):
    serve_yahoo(web, {"NVDA": STOCK})
    if answer:
        web.answer(chart_path("NVDA"), answer)
    assert_bars(fetch(since=date(2024, 6, 20)), STOCK.head(0))
    if answer:
        with pytest.raises(SourceError, match="Data doesn't exist"):
            fetch()


@pytest.mark.parametrize(
    ("ticker", "now", "last"),
    [
        ("NVDA", "2024-06-13 19:59:59", "2024-06-12"),  # New York closes at 20:00 UTC in summer
        ("NVDA", "2024-06-13 20:00:00", "2024-06-13"),
        ("NVDA", "2024-06-09 12:00:00", "2024-06-07"),  # a Sunday
        ("BTC-USD", "2024-06-12 23:59:59", "2024-06-11"),
        ("BTC-USD", "2024-06-13 00:00:00", "2024-06-12"),
    ],
)
def test_a_bar_under_way_is_left_out(ticker, now, last, fetch, web):
    table = {"NVDA": STOCK, "BTC-USD": coin()}[ticker]
    serve_yahoo(web, {ticker: table})
    assert_bars(fetch(ticker, now=pd.Timestamp(now, tz="UTC")), table[table["date"] <= last])


def test_today_is_the_default_now(fetch, web):
    def yesterday():
        return pd.Timestamp.now("UTC").tz_localize(None).normalize() - pd.Timedelta(days=1)

    before = yesterday()
    serve_yahoo(web, {"BTC-USD": coin(3, first=before - pd.Timedelta(days=1))})
    last = fetch("BTC-USD", now=None).table["date"].max()
    assert before <= last <= yesterday()  # not the same when midnight passes meanwhile


def test_only_a_bar_under_way_is_no_history_yet(fetch, web):
    serve_yahoo(web, {"SNDK": STOCK.tail(1)})
    early = pd.Timestamp("2024-06-13 15:00", tz="UTC")
    with pytest.raises(SourceError, match=r"no prices of SNDK; received 'no complete bar'"):
        fetch("SNDK", now=early)
    assert fetch("SNDK", now=early, since=date(2024, 6, 13)).table.empty


def test_bars_without_a_close_are_left_out_and_counted(fetch, web):
    holes = STOCK.copy()
    holes.loc[[1, 4], ["open", "high", "low", "close", "adj_close", "volume"]] = np.nan
    holes.loc[3, ["open", "volume"]] = np.nan
    serve_yahoo(web, {"NVDA": holes})
    fetched = fetch()
    assert_bars(fetched, holes.drop([1, 4]).fillna({"volume": 0.0}))
    assert fetched.notes == ("Bars of NVDA that came without a close and were left out: 2.",)


def test_a_last_day_that_comes_twice_is_kept_once(fetch, web):
    web.answer(chart_path("NVDA"), as_json(chart(STOCK, "NVDA", live=13.125)))
    expected = STOCK.copy()
    expected.loc[5, ["close", "adj_close"]] = 13.125  # the later of the two
    assert_bars(fetch(), expected)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_survived(fault, fetch, web):
    serve_yahoo(web, {"NVDA": STOCK})
    web.misbehave(FAULTS[fault], FAULTS[fault])
    assert_bars(fetch(), STOCK)
    assert len(web.requests) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_told(fault, fetch, web, caplog):
    serve_yahoo(web, {"NVDA": STOCK})
    web.misbehave_always(FAULTS[fault])
    with pytest.raises(SourceError, match=r"chart/NVDA gave no usable answer after 3 attempts") as caught:
        fetch()
    assert caught.value.exit_status == 3
    assert len(web.requests) == 3
    assert not caplog.records


def test_the_timeout_is_that_of_the_settings(fetch, web):
    web.misbehave_always(FAULTS["timeout"])
    with pytest.raises(SourceError, match=r"no answer within 1 s"):
        fetch()


def test_an_answer_that_is_no_chart_is_asked_for_again(fetch, web):
    serve_yahoo(web, {"NVDA": STOCK})
    web.misbehave(as_json(["not", "this"]), as_json({"finance": {"error": None}}))
    assert_bars(fetch(), STOCK)


GONE = "No data found, symbol may be delisted"


@pytest.mark.parametrize("since", [None, date(2024, 6, 10)])
@pytest.mark.parametrize("status", [404, 200])
def test_an_unknown_symbol(status, since, fetch, web):
    serve_yahoo(web, {"NVDA": STOCK})
    web.answer(chart_path("NVDIA"), refusal("Not Found", GONE, status))
    with pytest.raises(
        SourceError, match=rf"no prices of NVDIA; received '.*{GONE}'.* Check the spelling, or"
    ) as caught:
        fetch("NVDIA", since=since)
    assert caught.value.exit_status == 3
    assert len(web.requests) == 1


def test_a_history_without_bars(fetch, web):
    serve_yahoo(web, {"NVDA": STOCK.head(0)})
    with pytest.raises(SourceError, match="no prices of NVDA; received 'no bars'"):
        fetch()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            as_json({"finance": {"result": None, "error": {"code": "x", "description": "Invalid Crumb"}}}, 401),
            "Invalid Crumb",
        ),
        (Answer(b"<html>no</html>", 403), "HTTP 403: no reason given"),
        (as_json([], 403), "HTTP 403: no reason given"),
    ],
)
def test_a_refusal_is_passed_on(answer, words, fetch, web):
    web.answer(chart_path("NVDA"), answer)
    with pytest.raises(SourceError, match=words):
        fetch()
    assert len(web.requests) == 1


def broken(change):
    content = json.loads(json.dumps(chart(STOCK, "NVDA")))
    change(content["chart"]["result"][0])
    return as_json(content)


@pytest.mark.parametrize(
    "change",
    [
        lambda result: result.pop("timestamp"),
        lambda result: result.pop("meta"),
        lambda result: result["timestamp"].pop(),
        lambda result: result["timestamp"].__setitem__(0, "yesterday"),
        lambda result: result["indicators"].update(quote=[{"close": [1.0]}]),
        lambda result: result["indicators"].update(adjclose=[{}]),
        lambda result: result["indicators"]["quote"][0].update(close=["dear"] * 6),
        lambda result: result["events"].update(dividends=[1, 2]),
        lambda result: result["meta"].update(exchangeTimezoneName="Atlantis/Centre"),
    ],
)
def test_a_chart_that_makes_no_sense(change, fetch, web):
    web.answer(chart_path("NVDA"), broken(change))
    with pytest.raises(SourceError, match="answer for NVDA cannot be read") as caught:
        fetch()
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", ["", "nvda", "NVDA?range=1d", "A/B", "US67066G1040", "NV DA", "N" * 30])
def test_what_cannot_be_a_ticker_is_not_asked_for(name, fetch, web):
    with pytest.raises(ConfigError, match="Not a ticker"):
        fetch(name)
    assert not web.requests


def test_a_second_fetch_asks_again(fetch, web):
    serve_yahoo(web, {"NVDA": STOCK.head(5)})
    fetch()
    serve_yahoo(web, {"NVDA": STOCK})
    assert_bars(fetch(), STOCK)


def test_threads_get_each_its_own_ticker(fetch, web):
    tables = {f"T{number}": STOCK.assign(close=STOCK["close"] + number) for number in range(4)}
    serve_yahoo(web, tables)
    with ThreadPoolExecutor(4) as pool:
        for ticker, fetched in zip(4 * list(tables), pool.map(fetch, 4 * list(tables)), strict=True):
            assert fetched.id == ticker
            assert_bars(fetched, tables[ticker])


def test_threads_keep_to_their_own_session(web, settings):
    """Of two sessions at once, the one that cannot reach anything must not spoil the other."""
    serve_yahoo(web, {"NVDA": STOCK})
    deaf = settings.model_copy(update={"mirror": "http://127.0.0.1:9", "attempts": 1})

    def ask(chosen):
        with open_session(chosen) as own:
            try:
                return len(fetch_prices("NVDA", session=own, settings=chosen, now=LATER).table)
            except SourceError:
                return None

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, 6 * [settings, deaf])) == 6 * [6, None]


def test_only_the_chart_is_asked_and_by_name(fetch, web):
    serve_yahoo(web, {"NVDA": STOCK})
    fetch()
    (request,) = web.requests
    assert request.path == chart_path("NVDA")
    assert {name: request.query[name] for name in ("interval", "events")} == {
        "interval": "1d",
        "events": "div,splits,capitalGains",
    }
    assert request.headers["User-Agent"].startswith("Mozilla/5.0 ")  # the bare name of a library gets 429


def test_the_session_of_others_in_the_process_stays_theirs(fetch, web):
    theirs = requests.Session()
    yfinance.Ticker("AAPL", session=theirs)
    serve_yahoo(web, {"NVDA": STOCK})
    fetch()
    assert YfData()._session is theirs


ALONE = """
import sys
reached, written = set(), set()

def listen(event, args):
    if event == "socket.connect":
        reached.add(args[1][0])
    elif event == "socket.getaddrinfo":
        reached.add(args[0])
    elif event == "sqlite3.connect" or event == "os.mkdir" or event == "open" and args[2] & 0o103:  # write or create
        written.add(str(args[0]))

sys.addaudithook(listen)
import pandas as pd
from tidegate.data.live.settings import LiveSettings
from tidegate.data.live.web import open_session
from tidegate.data.live.yahoo import fetch_prices

settings = LiveSettings.from_environment()
with open_session(settings) as session:
    for ticker in ("NVDA", "BTC-USD"):
        fetch_prices(ticker, session=session, settings=settings)
print(sorted(reached), sorted(written))
"""


def test_a_process_alone_writes_nothing_and_reaches_only_the_mirror(web, settings, tmp_path):
    serve_yahoo(web, {"NVDA": STOCK, "BTC-USD": coin()})
    places = {name: tmp_path / name.lower() for name in ("HOME", "TMPDIR")}
    for place in places.values():
        place.mkdir()
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTEST", "COV"))}
    variables |= {name: str(place) for name, place in places.items()}
    variables |= {"TIDEGATE_MIRROR": web.address, "PYTHONDONTWRITEBYTECODE": "1", "TIDEGATE_HOME": str(settings.home)}
    program = [sys.executable, "-W", "error::ResourceWarning", "-c", ALONE]
    done = subprocess.run(program, env=variables, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "['127.0.0.1'] []"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["home", "tmpdir"]
