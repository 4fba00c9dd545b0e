"""The whole fetch against a world on the wire: what arrives was public, and no failure costs what was stored."""

import shutil
import threading
import time

import pandas as pd
import pytest
from pydantic import SecretStr

from tests.data.live.conftest import KEY
from tests.data.live.loopback import FAULTS, TIMEOUT, Loopback
from tests.data.live.world_wire import bars_of, serve_world
from tests.data.live.yahoo_wire import UNKNOWN, chart_path, serve_yahoo
from tests.data.store.tables import bars, releases
from tidegate.data.assemble import assemble
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.live.fetch import fetch
from tidegate.data.live.plan import Job, plan
from tidegate.data.live.settings import LiveSettings
from tidegate.data.live.source import bring_up_to_date, read_live
from tidegate.data.live.web import open_session
from tidegate.data.load import load_market
from tidegate.data.store import Store
from tidegate.errors import SourceError

TICKERS = ("BTC-USD", "CRM", "MU", "BIL")
EVERY_SOURCE = ("MU", "DGS10", "GDP", "filings of MSFT", "Treasury")
EARLIER, LATER = pd.Timestamp("2021-09-30 21:00", tz="UTC"), pd.Timestamp("2021-12-30 22:00", tz="UTC")


@pytest.fixture(scope="module")
def market():
    return make_economy(EconomyConfig(first_session="2020-01-02", last_session="2021-12-31"))


class Answers(list):
    """What a server is told to answer."""

    def answer(self, prefix, handler):
        self.append((prefix, handler))


@pytest.fixture(scope="module")
def worlds(market):
    """The answers of every source at either instant."""
    served = {EARLIER: Answers(), LATER: Answers()}
    for until, answers in served.items():
        serve_world(answers, market, until, key=KEY)
    return served


def show(web, answers):
    for prefix, handler in answers:
        web.answer(prefix, handler)


@pytest.fixture(scope="module")
def fetched_earlier(worlds, tmp_path_factory):
    """A store that holds what was public at the earlier instant, and how many requests that took."""
    home = tmp_path_factory.mktemp("earlier") / "home"
    with Loopback() as web:
        show(web, worlds[EARLIER])
        settings = LiveSettings(
            home=home, fred_api_key=SecretStr(KEY), contact="desk@example.com", mirror=web.address, first_wait=0.001
        )
        with open_session(settings) as session:
            jobs = plan(TICKERS, {}, session=session, settings=settings)
            assert {report.state for report in fetch(jobs, Store(home), now=EARLIER, parallel=4)} == {"new"}
        return home, len(web.requests)


@pytest.fixture
def store(settings):
    return Store(settings.home)


@pytest.fixture
def stored(store, fetched_earlier):
    """The store as the earlier instant left it."""
    shutil.copytree(fetched_earlier[0], store.folder)
    return store


@pytest.fixture
def refresh(session, settings, store):
    def go(now, *, only=(), wait=settings.read_timeout, **options):
        chosen = settings.model_copy(update={"read_timeout": wait})
        jobs = plan(TICKERS, {}, session=session, settings=chosen)
        wanted = [job for job in jobs if not only or job.name in only]
        return {each.name: each for each in fetch(wanted, store, now=now, parallel=4, **options)}

    return go


def states(reports):
    return {report.state for report in reports.values()}


def changes(market, series, until):
    """Releases of a series that said something new: a figure told again unchanged is none on the wire."""
    table = market.releases.table
    rows = table[(table["series"] == series) & (table["released"] <= until)]
    again = (rows["period"] == rows["period"].shift(1)) & (rows["value"] == rows["value"].shift(1))
    return rows[~again].reset_index(drop=True)


def assembled(settings):
    return assemble(read_live(settings), source="live")


def test_what_arrives_is_what_was_public(web, worlds, market, refresh, settings):
    show(web, worlds[LATER])
    reports = refresh(LATER)
    assert states(reports) == {"new"}, [r for r in reports.values() if r.state != "new"]
    live = assembled(settings)
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


def test_fetching_in_two_steps_ends_where_fetching_at_once_does(web, worlds, stored, refresh, settings, tmp_path):
    show(web, worlds[LATER])
    reports = refresh(LATER)
    assert states(reports) <= {"added", "unchanged", "kept"}
    assert all("period1" in each.query for each in web.requests if "chart" in each.path)
    stepwise = assembled(settings)
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    bring_up_to_date(TICKERS, elsewhere)
    at_once = assembled(elsewhere)
    pd.testing.assert_frame_equal(stepwise.prices, at_once.prices)
    pd.testing.assert_frame_equal(stepwise.releases.table, at_once.releases.table)


def test_nothing_is_asked_twice_for_nothing(web, worlds, stored, refresh, fetched_earlier):
    show(web, worlds[EARLIER])
    again = refresh(EARLIER + pd.Timedelta(minutes=5))
    assert [report.name for report in again.values() if report.state != "kept"] == []
    assert web.requests == []
    assert states(refresh(EARLIER + pd.Timedelta(minutes=5), every=True)) == {"unchanged"}
    assert len(web.requests) >= fetched_earlier[1] - 5


def test_yesterdays_data_again_changes_nothing(web, worlds, stored, refresh):
    before = {name: entry.sha256 for name, entry in stored.entries().items()}
    show(web, worlds[EARLIER])
    assert states(refresh(EARLIER + pd.Timedelta(days=1))) == {"unchanged"}
    assert {name: entry.sha256 for name, entry in stored.entries().items()} == before


def test_every_job_is_told_once(web, worlds, stored, refresh):
    show(web, worlds[EARLIER])
    told = []
    reports = refresh(EARLIER + pd.Timedelta(minutes=5), only=EVERY_SOURCE, step=told.append)
    assert sorted(told) == sorted(EVERY_SOURCE)
    again = []
    refresh(EARLIER + pd.Timedelta(days=1), only=EVERY_SOURCE, step=again.append)
    assert sorted(again) == sorted(EVERY_SOURCE)
    assert states(reports) == {"kept"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_source_that_fails_costs_nothing_that_was_stored(fault, web, worlds, refresh, settings, stored):
    before = {name: entry.sha256 for name, entry in stored.entries().items()}
    show(web, worlds[LATER])
    web.misbehave_always(FAULTS[fault])
    reports = refresh(LATER, wait=0.2)
    assert states(reports) == {"failed"}
    assert all(report.detail.endswith(".") and "\n" not in report.detail for report in reports.values())
    assert KEY not in str(reports)
    assert {name: entry.sha256 for name, entry in stored.entries().items()} == before
    layer = read_live(settings, list(reports.values()))
    flagged = [finding for finding in layer.findings if "what is stored serves" in finding.message]
    assert len(flagged) == len(reports)
    web.misbehave_always(None)
    assert states(refresh(LATER, only=EVERY_SOURCE)) <= {"added", "unchanged"}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_that_pass_are_not_even_seen(fault, web, worlds, refresh):
    show(web, worlds[EARLIER])
    for job in EVERY_SOURCE:
        web.misbehave(FAULTS[fault], FAULTS[fault])
        wait = 0.2 if FAULTS[fault] is TIMEOUT else 1.0
        assert states(refresh(EARLIER, only=(job,), wait=wait)) == {"new"}, job


def test_a_source_that_is_down_is_not_asked_for_everything(web, refresh):
    web.misbehave_always(FAULTS["503"])
    reports = refresh(EARLIER)
    assert states(reports) == {"failed"}
    assert sum("was not asked" in report.detail for report in reports.values()) > 15
    assert len(web.requests) < 4 * 3 * 6  # sources x attempts x (two to open the breaker and those under way)


def split(market, until):
    """The bars of MU after a split that the economy does not have."""
    table = bars_of(market, "MU", until)
    table[["open", "high", "low", "close", "adj_close"]] /= 2.0
    table.loc[table["date"] == "2021-11-01", "split"] = 2.0
    return table


def test_a_restated_history_is_told_and_the_old_one_kept(web, worlds, market, stored, refresh, settings):
    show(web, worlds[LATER])
    serve_yahoo(web, {"MU": split(market, LATER)})
    reports = refresh(LATER, only=EVERY_SOURCE)
    assert (reports["MU"].state, reports["MU"].detail) == ("restated", "split 2 for 1 on 2021-11-01")
    assert len(stored.entry("prices", "MU").earlier) == 1
    findings = read_live(settings, list(reports.values())).findings
    assert any("split 2 for 1" in finding.message and "kept" in finding.remedy for finding in findings)


@pytest.mark.parametrize("days", [1, 10])
def test_a_bar_that_was_corrected_within_two_weeks_is_noticed(days, web, worlds, market, stored, refresh):
    table = bars_of(market, "MU", LATER)
    day = table["date"][table["date"] <= EARLIER.tz_localize(None)].iloc[-days]
    table.loc[table["date"] == day, ["close", "adj_close"]] *= 1.01
    serve_yahoo(web, {"MU": table})
    report = refresh(LATER, only=("MU",))["MU"]
    assert report.state == "restated"
    assert f"1 of 441 rows from {day:%Y-%m-%d}" in report.detail


def test_a_quarter_of_stored_values_is_asked_for_again(web, worlds, stored, refresh):
    """So that corrections show. Of the Treasury's items the one that is furthest behind decides."""
    last = {entry.id: pd.Timestamp(entry.last) for entry in stored.entries().values()}
    show(web, worlds[LATER])
    refresh(LATER, only=("DGS10", "Treasury", "GDP"))
    quarter = pd.Timedelta(weeks=13)
    asked = {each.query.get("observation_start") for each in web.requests} - {None}
    assert asked == {f"{last['DGS10'] - quarter:%Y-%m-%d}"}
    behind = min(last[name] for name in ("issuance:bills", "issuance:coupons", "treasury:account"))
    vintages = [each.query["realtime_start"] for each in web.requests if "realtime_start" in each.query]
    assert min(vintages) > "2021-07-01"  # revised series: from the last vintage on
    filters = [each.query["filter"] for each in web.requests if "filter" in each.query]
    assert filters
    assert all(f"{behind - quarter:%Y-%m-%d}" in each for each in filters)


def test_a_symbol_that_was_delisted_keeps_its_history(web, worlds, stored, refresh):
    show(web, worlds[LATER])
    web.answer(chart_path("CRM"), UNKNOWN)
    reports = refresh(LATER, only=("CRM", *EVERY_SOURCE))
    assert reports["CRM"].state == "failed"
    assert "may be delisted" in reports["CRM"].detail
    assert stored.entry("prices", "CRM").last == pd.Timestamp("2021-09-30").date()
    assert {report.state for name, report in reports.items() if name != "CRM"} <= {"added", "unchanged", "kept"}


def test_an_answer_that_breaks_the_declaration_is_not_stored(web, market, refresh, store):
    broken = bars_of(market, "MU", EARLIER)
    broken.loc[5, ["close", "adj_close"]] = -1.0
    serve_yahoo(web, {"MU": broken})
    report = refresh(EARLIER, only=("MU",))["MU"]
    assert report.state == "failed"
    assert "a positive, finite price" in report.detail
    assert store.entry("prices", "MU") is None


def test_a_process_that_ended_between_two_items_of_a_job_leaves_no_hole(web, worlds, stored, refresh):
    """The first item of the Treasury's job is up to date, the second months behind, the third was never stored."""
    whole = {name: stored.table("series", name) for name in ("issuance:coupons", "treasury:account")}
    behind = whole["issuance:coupons"].iloc[:150].drop(columns="fetched")
    _forget(stored, "issuance:coupons", "treasury:account")
    rows = [(row.period, None, row.value) for row in behind.itertuples()]
    stored.put(releases(rows, name="issuance:coupons", source="fiscaldata"), EARLIER - pd.Timedelta(days=200))
    show(web, worlds[EARLIER])
    refresh(EARLIER + pd.Timedelta(days=1), only=("Treasury",))
    for name, table in whole.items():
        pd.testing.assert_frame_equal(
            stored.table("series", name).drop(columns="fetched"), table.drop(columns="fetched")
        )


@pytest.mark.parametrize("job", ["filings of AMZN", "Treasury"])
def test_what_an_interruption_leaves_of_a_job_the_next_fetch_brings(job, web, worlds, refresh, store, monkeypatch):
    """Ctrl-C after each item in turn; the next fetch, moments later, must not take the job for done."""
    show(web, worlds[EARLIER])
    refresh(EARLIER, only=(job,))
    whole, put = set(store.entries()), Store.put
    for count in range(1, len(whole)):
        shutil.rmtree(store.folder)
        chances = iter(range(count))

        def put_some(store, *arguments, chances=chances):
            if next(chances, None) is None:
                raise KeyboardInterrupt
            return put(store, *arguments)

        monkeypatch.setattr(Store, "put", put_some)
        with pytest.raises(KeyboardInterrupt):
            refresh(EARLIER, only=(job,))
        monkeypatch.setattr(Store, "put", put)
        assert len(store.entries()) == count
        refresh(EARLIER, only=(job,))
        assert set(store.entries()) == whole


def _forget(store, *names):
    from tidegate.data.store.manifest import read_manifest, write_manifest

    items = {key: entry for key, entry in read_manifest(store.folder).items.items() if entry.id not in names}
    write_manifest(store.folder, read_manifest(store.folder).model_copy(update={"items": items}))


class TestJobs:
    """Jobs of our own, to see what a fetch does with their answers."""

    def job(self, *answers, name="one", source="Yahoo", keys=("prices/MU",)):
        """Gives `answers` in turn; what it was asked with stands in `asked`."""
        asked, waiting = [], list(answers)

        def ask(stored):
            asked.append(stored)
            answer = waiting.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return Job(name, source, keys, ask), asked

    def test_what_does_not_fit_is_asked_for_whole_and_once(self, store):
        store.put(bars([10, 11, 12]), EARLIER)
        piece = bars([5.5, 6, 6.5], first="2024-03-04", whole=False)
        job, asked = self.job([piece], [bars([5, 5.5, 6, 6.5], splits={3: 2})])
        (report,) = fetch([job], store, now=LATER, parallel=1)
        assert (report.state, len(asked), asked[1]) == ("restated", 2, None)

    def test_a_source_that_never_gives_the_whole_is_not_asked_for_ever(self, store):
        store.put(bars([10, 11, 12]), EARLIER)
        piece = bars([5.5, 6, 6.5], first="2024-03-04", whole=False)
        job, asked = self.job([piece], [piece])
        (report,) = fetch([job], store, now=LATER, parallel=1)
        assert (report.state, len(asked)) == ("failed", 2)
        assert "do not fit" in report.detail

    def test_one_item_that_does_not_fit_hides_nothing_of_the_others(self, store):
        for name in ("MU", "SPY"):
            store.put(bars([10, 11, 12], ticker=name), EARLIER)
        good = bars([12, 13], first="2024-03-05", whole=False)
        misfit = bars([6, 6.5], first="2024-03-05", ticker="SPY", whole=False)
        job, _ = self.job([good, misfit], SourceError("gone"), keys=("prices/MU", "prices/SPY"))
        first, second = fetch([job], store, now=LATER, parallel=1)
        assert (first.name, first.state, first.detail) == ("MU", "added", "1 rows")
        assert (second.name, second.state, second.detail) == ("SPY", "failed", "gone.")

    def test_the_whole_is_asked_for_when_told_so(self, store):
        store.put(bars([10, 11, 12]), EARLIER)
        job, asked = self.job([bars([10, 11, 12, 13])])
        (report,) = fetch([job], store, now=EARLIER, parallel=1, every=True)
        assert (report.state, asked) == ("added", [None])

    def test_a_mistake_of_ours_is_raised_where_it_can_be_seen(self, store):
        job, _ = self.job(ZeroDivisionError("a bug"))
        with pytest.raises(ZeroDivisionError, match="a bug"):
            fetch([job], store, now=LATER, parallel=4)

    def test_no_more_jobs_run_at_once_than_allowed(self, store):
        running, most, gate = 0, 0, threading.Lock()

        def ask(stored):
            nonlocal running, most
            with gate:
                running, most = running + 1, max(most, running + 1)
            time.sleep(0.02)
            with gate:
                running -= 1
            return []

        fetch([Job(str(n), "Yahoo", ("prices/X",), ask) for n in range(9)], store, now=LATER, parallel=3)
        assert most == 3

    def test_an_interruption_waits_for_no_source(self, store):
        """The second job hangs, the others wait behind it: nobody waits for the one nor starts the others."""
        hanging, started = threading.Event(), []

        def hang(stored):
            hanging.wait(20)
            return []

        def interrupt(name):
            raise KeyboardInterrupt

        quick, _ = self.job([bars([10, 11])], name="quick")
        later = [Job(f"later {n}", "Yahoo", ("prices/X",), lambda stored: started.append(1) or []) for n in range(3)]
        slow = [Job(f"slow {n}", "Yahoo", ("prices/X",), hang) for n in range(2)]
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            fetch([quick, *slow, *later], store, now=LATER, parallel=2, step=interrupt)
        assert time.monotonic() - begun < 5
        hanging.set()
        time.sleep(0.1)
        assert started == []
        assert store.table("prices", "MU")["close"].tolist() == [10, 11]


class TestWithoutKey:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"fred_api_key": None})

    def test_the_public_download_serves_and_is_flagged(self, web, worlds, market, refresh, settings):
        show(web, worlds[LATER])
        assert states(refresh(LATER)) == {"new"}
        live = assembled(settings)
        assert {"GDP", "NFCI", "DGS10"} <= live.releases.pseudo_pit
        assert live.releases.history("GDP", LATER).index[-1] == market.releases.history("GDP", LATER).index[-1]

    def test_a_key_that_comes_and_goes(self, web, worlds, market, stored, refresh, session, settings):
        """Vintages stay when the key is gone; what came without one is replaced when it is back."""
        show(web, worlds[LATER])
        assert states(refresh(LATER, only=("GDP",))) == {"added"}
        assert stored.entry("series", "GDP").by_rule
        keyed = settings.model_copy(update={"fred_api_key": SecretStr(KEY)})
        jobs = [job for job in plan(TICKERS, {}, session=session, settings=keyed) if job.name == "GDP"]
        web.requests.clear()
        (report,) = fetch(jobs, stored, now=LATER + pd.Timedelta(days=1), parallel=1)
        assert (report.state, report.detail) == ("restated", "release instants from alfred instead of the rule's")
        assert len(web.requests) == 3  # what it is, its vintages, all of them: the whole at the first go
        pd.testing.assert_frame_equal(changes(assembled(settings), "GDP", LATER), changes(market, "GDP", LATER))


class TestWithoutContact:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"contact": None})

    def test_the_shipped_facts_stand_in_visibly(self, web, worlds, refresh, settings):
        show(web, worlds[LATER])
        reports = refresh(LATER, only=EVERY_SOURCE)
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

    def test_a_second_load_needs_no_network(self, web, worlds):
        show(web, worlds[LATER])
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
