"""The whole fetch against a world on the wire: what arrives was public, and no failure costs what was stored."""

import pandas as pd
import pytest

from tests.data.live.conftest import KEY
from tests.data.live.loopback import FAULTS
from tests.data.live.world_wire import bars_of, serve_world
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.live.due import is_due, next_release
from tidegate.data.live.fetch import fetch
from tidegate.data.live.plan import plan
from tidegate.data.live.source import bring_up_to_date, read_live
from tidegate.data.load import load_market
from tidegate.data.store import Store
from tidegate.errors import SourceError

TICKERS = ("BTC-USD", "CRM", "MU", "BIL")
EARLIER, LATER = pd.Timestamp("2021-09-30 21:00", tz="UTC"), pd.Timestamp("2021-12-30 22:00", tz="UTC")


@pytest.fixture(scope="module")
def market():
    return make_economy(EconomyConfig(first_session="2020-01-02", last_session="2021-12-31"))


@pytest.fixture
def store(settings):
    return Store(settings.home)


@pytest.fixture
def refresh(session, settings, store):
    def go(now, **options):
        jobs = plan(TICKERS, {}, session=session, settings=settings)
        return {each.name: each for each in fetch(jobs, store, now=now, parallel=4, **options)}

    return go


def changes(market, series, until):
    """Releases of a series that said something new: a figure told again unchanged is none on the wire."""
    table = market.releases.table
    rows = table[(table["series"] == series) & (table["released"] <= until)]
    again = (rows["period"] == rows["period"].shift(1)) & (rows["value"] == rows["value"].shift(1))
    return rows[~again].reset_index(drop=True)


def test_what_arrives_is_what_was_public(web, market, refresh, settings, store):
    serve_world(web, market, LATER, key=KEY)
    reports = refresh(LATER)
    assert {report.state for report in reports.values()} == {"new"}, [r for r in reports.values() if r.state != "new"]
    live = _assembled(settings)
    for ticker in TICKERS:
        line = bars_of(market, ticker, LATER).set_index("date")["adj_close"]
        pd.testing.assert_series_equal(
            live.prices[ticker].dropna(), line[line.index.isin(live.sessions)], check_names=False, check_freq=False
        )
    for series in ("GDP", "M2SL", "NFCI", "TOTBKCR", "THREEFYTP10", "capex:MSFT", "ocf:ORCL", "leases:META"):
        pd.testing.assert_frame_equal(changes(live, series, LATER), changes(market, series, LATER))
        assert series not in live.releases.pseudo_pit
    for series in ("DGS10", "WALCL", "issuance:bills", "treasury:account"):
        assert series in live.releases.pseudo_pit
        pd.testing.assert_series_equal(live.releases.history(series, LATER), market.releases.history(series, LATER))


def _assembled(settings):
    from tidegate.data.assemble import assemble

    return assemble(read_live(settings), source="live")


def test_fetching_in_two_steps_ends_where_fetching_at_once_does(web, market, refresh, settings, tmp_path):
    serve_world(web, market, EARLIER, key=KEY)
    refresh(EARLIER)
    serve_world(web, market, LATER, key=KEY)
    asked = len(web.requests)
    reports = refresh(LATER)
    assert {report.state for report in reports.values()} <= {"added", "unchanged", "kept"}
    assert all("period1" in each.query for each in web.requests[asked:] if "chart" in each.path)
    stepwise = _assembled(settings)
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    bring_up_to_date(TICKERS, elsewhere)
    at_once = _assembled(elsewhere)
    pd.testing.assert_frame_equal(stepwise.prices, at_once.prices)
    pd.testing.assert_frame_equal(stepwise.releases.table, at_once.releases.table)


def test_nothing_is_asked_twice_for_nothing(web, market, refresh):
    serve_world(web, market, LATER, key=KEY)
    refresh(LATER)
    asked = len(web.requests)
    again = refresh(LATER + pd.Timedelta(minutes=5)).values()
    assert [report.name for report in again if report.state != "kept"] == []
    assert len(web.requests) == asked
    assert {report.state for report in refresh(LATER + pd.Timedelta(minutes=5), every=True).values()} == {"unchanged"}
    assert len(web.requests) >= 2 * asked - 5


@pytest.mark.parametrize("fault", FAULTS)
def test_a_source_that_fails_costs_nothing_that_was_stored(fault, web, market, refresh, settings, store):
    serve_world(web, market, EARLIER, key=KEY)
    refresh(EARLIER)
    before = {name: entry.sha256 for name, entry in store.entries().items()}
    web.misbehave_always(FAULTS[fault])
    reports = refresh(LATER)
    assert {report.state for report in reports.values()} == {"failed"}
    assert all(report.detail.endswith(".") and "\n" not in report.detail for report in reports.values())
    assert KEY not in str(reports)
    assert {name: entry.sha256 for name, entry in store.entries().items()} == before
    layer = read_live(settings, list(reports.values()))
    flagged = [finding for finding in layer.findings if "what is stored serves" in finding.message]
    assert len(flagged) == len(reports)
    web.misbehave_always(None)
    assert "failed" not in {report.state for report in refresh(LATER).values()}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_that_pass_are_not_even_seen(fault, web, market, refresh):
    serve_world(web, market, EARLIER, key=KEY)
    web.misbehave(*[FAULTS[fault]] * 2)
    assert {report.state for report in refresh(EARLIER).values()} == {"new"}


def test_a_source_that_is_down_is_not_asked_for_everything(web, market, refresh):
    serve_world(web, market, EARLIER, key=KEY)
    web.misbehave_always(FAULTS["503"])
    reports = refresh(EARLIER)
    assert {report.state for report in reports.values()} == {"failed"}
    assert sum("was not asked" in report.detail for report in reports.values()) > 15
    assert len(web.requests) < 4 * 3 * 6  # sources x attempts x (two to open the breaker and those under way)


def test_a_restated_history_is_told_and_the_old_one_kept(web, market, refresh, settings, store, session):
    serve_world(web, market, EARLIER, key=KEY)
    refresh(EARLIER)
    from tests.data.live.yahoo_wire import serve_yahoo

    serve_world(web, market, LATER, key=KEY)
    split = bars_of(market, "MU", LATER)
    split[["open", "high", "low", "close", "adj_close"]] /= 2.0
    split.loc[split["date"] == "2021-11-01", "split"] = 2.0
    tables = {ticker: bars_of(market, ticker, LATER) for ticker in TICKERS} | {"MU": split}
    serve_yahoo(web, tables)
    reports = refresh(LATER)
    assert (reports["MU"].state, reports["MU"].detail) == ("restated", "split 2 for 1 on 2021-11-01")
    assert len(store.entry("prices", "MU").earlier) == 1
    findings = read_live(settings, list(reports.values())).findings
    assert any("split 2 for 1" in finding.message and "kept" in finding.remedy for finding in findings)


def test_a_symbol_that_was_delisted_keeps_its_history(web, market, refresh, store):
    from tests.data.live.yahoo_wire import UNKNOWN, chart_path

    serve_world(web, market, EARLIER, key=KEY)
    refresh(EARLIER)
    serve_world(web, market, LATER, key=KEY)
    web.answer(chart_path("CRM"), UNKNOWN)
    reports = refresh(LATER)
    assert reports["CRM"].state == "failed"
    assert "may be delisted" in reports["CRM"].detail
    assert store.entry("prices", "CRM").last == pd.Timestamp("2021-09-30").date()
    assert {report.state for name, report in reports.items() if name != "CRM"} <= {"added", "unchanged", "kept"}


def test_an_answer_that_breaks_the_declaration_is_not_stored(web, market, refresh, store):
    from tests.data.live.yahoo_wire import serve_yahoo

    serve_world(web, market, EARLIER, key=KEY)
    broken = bars_of(market, "MU", EARLIER)
    broken.loc[5, ["close", "adj_close"]] = -1.0
    serve_yahoo(web, {**{ticker: bars_of(market, ticker, EARLIER) for ticker in TICKERS}, "MU": broken})
    report = refresh(EARLIER)["MU"]
    assert report.state == "failed"
    assert "a positive, finite price" in report.detail
    assert store.entry("prices", "MU") is None


class TestWithoutKey:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"fred_api_key": None})

    def test_the_public_download_serves_and_is_flagged(self, web, market, refresh, settings):
        serve_world(web, market, LATER, key=KEY)
        assert {report.state for report in refresh(LATER).values()} == {"new"}
        live = _assembled(settings)
        assert {"GDP", "NFCI", "DGS10"} <= live.releases.pseudo_pit
        assert live.releases.history("GDP", LATER).index[-1] == market.releases.history("GDP", LATER).index[-1]


class TestWithoutContact:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"contact": None})

    def test_the_shipped_facts_stand_in_visibly(self, web, market, refresh, settings):
        serve_world(web, market, LATER, key=KEY)
        reports = refresh(LATER)
        assert reports["filings of MSFT"].state == "failed"
        assert "TIDEGATE_CONTACT" in reports["filings of MSFT"].detail
        layer = read_live(settings, list(reports.values()))
        assert "capex:AMZN@net" in layer.series
        assert any("facts shipped with tidegate" in finding.message for finding in layer.findings)


class TestLoadMarket:
    @pytest.fixture(autouse=True)
    def environment(self, web, settings, monkeypatch):
        for name, value in {
            "TIDEGATE_HOME": settings.home,
            "TIDEGATE_MIRROR": web.address,
            "TIDEGATE_CONTACT": "desk@example.com",
            "TIDEGATE_ATTEMPTS": 2,
            "TIDEGATE_WAIT": 0.001,
            "TIDEGATE_TIMEOUT": 1,
            "FRED_API_KEY": KEY,
        }.items():
            monkeypatch.setenv(name, str(value))

    def test_a_second_load_needs_no_network(self, web, market):
        serve_world(web, market, LATER, key=KEY)
        first = load_market("live", assets=TICKERS)
        asked = len(web.requests)
        web.misbehave_always(FAULTS["500"])
        again = load_market("live", assets=TICKERS)
        assert again.digest == first.digest
        assert len(web.requests) == asked
        assert first.provenance.source == "live"

    def test_with_nothing_stored_and_nothing_reached_it_refuses(self, web):
        web.misbehave_always(FAULTS["500"])
        with pytest.raises(SourceError, match=r"Nothing usable is left.*BIL, BTC-USD, CRM, MU") as caught:
            load_market("live", assets=sorted(TICKERS))
        assert caught.value.exit_status == 3
        assert KEY not in str(caught.value)


class TestDue:
    def entry(self, store, kind, name):
        return store.entry(kind, name)

    def test_a_bar_is_due_when_its_session_has_closed(self, web, market, refresh, store):
        serve_world(web, market, EARLIER, key=KEY)
        refresh(EARLIER)
        mu = store.entry("prices", "MU")
        assert next_release(mu) == pd.Timestamp("2021-10-01 20:00", tz="UTC")
        assert not is_due(mu, pd.Timestamp("2021-10-01 19:59", tz="UTC"))
        assert is_due(mu, pd.Timestamp("2021-10-01 20:00", tz="UTC"))
        walcl = store.entry("series", "WALCL")
        assert next_release(walcl) == pd.Timestamp("2021-10-07 20:30", tz="UTC")

    def test_everything_is_asked_once_a_day(self, web, market, refresh, store):
        serve_world(web, market, EARLIER, key=KEY)
        refresh(EARLIER)
        gdp = store.entry("series", "GDP")
        assert not is_due(gdp, EARLIER + pd.Timedelta(hours=23))
        assert is_due(gdp, EARLIER + pd.Timedelta(hours=24))
