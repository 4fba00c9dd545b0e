"""The `files` source: what it reads, and how it refuses."""

import pandas as pd
import pytest

from tidegate.data import load_market
from tidegate.errors import ConfigError, DataError, TidegateError

SESSIONS = pd.bdate_range("2024-01-02", "2024-01-12")


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def price_text(dates=SESSIONS, price=10.0):
    return "date,open,high,low,close,adj_close,volume\n" + "".join(f"{d:%Y-%m-%d},,,,,{price},\n" for d in dates)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, "prices/SPY.csv", price_text())
    write(tmp_path, "fred/DGS10.csv", "date,value\n2024-01-02,4.0\n2024-01-03,.\n2024-01-04,4.1\n")
    write(
        tmp_path,
        "capex/MSFT.csv",
        "fiscal_period_end,filed,capex_usd,operating_cash_flow_usd\n"
        "2023-06-30,2023-07-27,8943000000,28770000000\n2023-09-30,,9917000000,\n",
    )
    return tmp_path


def at(market, series, instant):
    return market.releases.as_of(series, pd.DatetimeIndex([pd.Timestamp(instant, tz="UTC")])).value[0]


def test_reads_prices_series_and_capex(folder):
    market = load_market(folder)
    assert market.assets == ("SPY",)
    assert market.sessions.equals(pd.DatetimeIndex(SESSIONS, name="session"))
    assert at(market, "DGS10", "2024-01-03 21:15") == 4.0
    assert at(market, "DGS10", "2024-01-05 21:15") == 4.1
    assert at(market, "capex:MSFT", "2023-07-28 13:30") == 8.943e9
    assert at(market, "ocf:MSFT", "2025-01-01") == 28.77e9


def test_lag_rules_are_flagged_pseudo_pit_and_unknown_filing_dates_too(folder):
    assert load_market(folder).releases.pseudo_pit == {"DGS10", "capex:MSFT"}


def test_the_files_own_release_times_win(folder):
    write(
        folder,
        "fred/DGS10.csv",
        "date,value,released\n2024-01-02,4.0,2024-01-09\n2024-01-02,4.5,2024-01-11T12:00:00Z\n",
    )
    market = load_market(folder)
    assert market.releases.pseudo_pit == {"capex:MSFT"}
    assert pd.isna(at(market, "DGS10", "2024-01-09 21:14"))
    assert at(market, "DGS10", "2024-01-09 21:15") == 4.0
    assert at(market, "DGS10", "2024-01-11 12:00") == 4.5


def test_a_series_outside_the_dictionary_needs_release_times(folder):
    write(folder, "fred/MINE.csv", "date,value\n2024-01-02,1\n")
    market = load_market(folder)
    assert "MINE" not in market.releases.series
    assert any("MINE" in finding.subject for finding in market.provenance.findings)
    write(folder, "fred/MINE.csv", "date,value,released\n2024-01-02,1,2024-01-03T00:00:00Z\n")
    assert at(load_market(folder), "MINE", "2024-01-03") == 1.0


def test_reverse_repo_before_its_facility_is_unavailable(folder):
    write(folder, "fred/RRPONTSYD.csv", "date,value\n2013-06-03,2.5\n2014-01-02,100\n")
    assert len(load_market(folder).releases.history("RRPONTSYD", pd.Timestamp("2025-01-01", tz="UTC"))) == 1


def test_later_folders_add_and_override(folder, tmp_path_factory):
    later = tmp_path_factory.mktemp("later")
    write(later, "fred/DGS10.csv", "date,value\n2024-01-04,4.2\n2024-01-05,4.3\n")
    write(later, "prices/QQQ.csv", price_text(price=20.0))
    market = load_market([folder, later])
    history = market.releases.history("DGS10", pd.Timestamp("2025-01-01", tz="UTC"))
    assert history.tolist() == [4.0, 4.2, 4.3]
    assert market.assets == ("QQQ", "SPY")


def test_layers_that_are_adjusted_differently_are_refused(folder, tmp_path_factory):
    later = tmp_path_factory.mktemp("later")
    write(later, "prices/SPY.csv", price_text(SESSIONS[-2:], price=5.0))
    with pytest.raises(DataError, match=r"adjusted differently.*5 against 10"):
        load_market([folder, later])
    write(later, "prices/SPY.csv", price_text(SESSIONS[-2:], price=10.01))
    assert load_market([folder, later]).prices["SPY"].iloc[-1] == 10.01
    write(later, "prices/SPY.csv", price_text(pd.bdate_range("2024-01-16", "2024-01-18"), price=5.0))
    (warned,) = [each for each in load_market([folder, later]).provenance.findings if "share no date" in each.message]
    assert (warned.severity, warned.subject) == ("warning", "SPY")


def test_crypto_keeps_its_weekends_as_a_series_and_its_session_rows_as_prices(folder):
    week = pd.date_range("2024-01-02", "2024-01-12")
    write(folder, "prices/BTC-USD.csv", "date,adj_close\n" + "".join(f"{d:%Y-%m-%d},{40000 + d.day}\n" for d in week))
    market = load_market(folder)
    assert len(market.releases.history("BTC-USD", pd.Timestamp("2025-01-01", tz="UTC"))) == len(week)
    assert market.prices["BTC-USD"].loc["2024-01-08"] == 40008  # Monday's mark holds the weekend's move
    assert market.prices["BTC-USD"].notna().all()


def test_without_capex_files_the_shipped_facts_serve(folder):
    (folder / "capex" / "MSFT.csv").unlink()
    market = load_market(folder)
    assert at(market, "capex:MSFT", "2025-01-01") == 14.923e9
    assert at(market, "capex:AMZN@net", "2018-01-01") == 2.659e9
    assert any("shipped" in finding.message for finding in market.provenance.findings)


BROKEN = {
    "duplicate dates": ("prices/A.csv", "date,adj_close\n2024-01-02,1\n2024-01-02,2\n", "2024-01-02 twice"),
    "unsorted dates": ("prices/A.csv", "date,adj_close\n2024-01-03,1\n2024-01-02,2\n", "not sorted"),
    "zero price": ("prices/A.csv", "date,adj_close\n2024-01-02,0\n", "received 0.0"),
    "negative price": ("prices/A.csv", "date,adj_close\n2024-01-02,-3\n", "received -3.0"),
    "price in words": ("prices/A.csv", "date,adj_close\n2024-01-02,abc\n", "line 2, column adj_close; received 'abc'"),
    "infinite price": ("prices/A.csv", "date,adj_close\n2024-01-02,inf\n", "received inf"),
    "bad date": ("prices/A.csv", "date,adj_close\n02.01.2024,1\n", "received '02.01.2024'"),
    "no price column": ("prices/A.csv", "date,price\n2024-01-02,1\n", "has no prices"),
    "empty file": ("prices/A.csv", "", "Cannot read"),
    "header only": ("prices/A.csv", "date,adj_close\n", "no rows"),
    "series without value": ("fred/DGS2.csv", "date,level\n2024-01-02,1\n", "lacks the column value"),
    "basis points": ("fred/DGS2.csv", "date,value\n2024-01-02,431\n", "does not look like percent"),
    "billions for millions": ("fred/WTREGEN.csv", "date,value\n2025-01-01,677\n", "does not look like USD mn"),
    "bad release": ("fred/DGS2.csv", "date,value,released\n2024-01-02,4,soon\n", "received 'soon'"),
    "a date of another century": ("fred/DGS2.csv", "date,value\n2150-01-02,4\n", "received '2150-01-02'"),
    "capex in billions": (
        "capex/META.csv",
        "fiscal_period_end,filed,capex_usd,operating_cash_flow_usd\n2024-03-31,2024-04-25,6.4,19.2\n",
        "does not look like USD",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused_with_words(folder, case):
    name, text, words = BROKEN[case]
    write(folder, name, text)
    with pytest.raises(DataError) as caught:
        load_market(folder)
    assert words in str(caught.value)
    assert name.split("/")[1].removesuffix(".csv") in str(caught.value)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("data", ["no/such/folder", ["synthetic", "x"], ["synthetic", "live"], []])
def test_impossible_sources_are_refused(data):
    with pytest.raises(ConfigError):
        load_market(data)


def test_a_folder_without_prices_is_refused(tmp_path):
    with pytest.raises(TidegateError, match="No prices in the data"):
        load_market(tmp_path)
