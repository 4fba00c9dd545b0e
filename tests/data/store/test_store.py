"""The store: what it keeps, what it says about changes, and what no crash can do to it."""

import hashlib
import json
import os
import shutil
import stat
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from tests.data.store.tables import LATER, NOW, bars, releases
from tidegate.data.load import load_market
from tidegate.data.store import Store, freeze, is_snapshot, read_snapshot, status
from tidegate.errors import ConfigError, DataError


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home")


def closes(store, ticker="MU"):
    return store.table("prices", ticker)["close"].tolist()


class TestPrices:
    def test_new_bars_are_added_and_say_when_they_came(self, store):
        assert store.put(bars([10, 11, 12]), NOW).state == "new"
        outcome = store.put(bars([11, 12, 13], first="2024-03-04", whole=False), LATER)
        assert (outcome.state, outcome.added) == ("added", 1)
        table = store.table("prices", "MU")
        assert table["close"].tolist() == [10, 11, 12, 13]
        assert table["fetched"].tolist() == [NOW, NOW, NOW, LATER]

    def test_the_same_bars_change_nothing_but_the_time_of_asking(self, store):
        store.put(bars([10, 11]), NOW)
        before = store.entry("prices", "MU")
        assert store.put(bars([10, 11]), LATER).state == "unchanged"
        after = store.entry("prices", "MU")
        assert (after.file, after.sha256, after.fetched) == (before.file, before.sha256, before.fetched)
        assert (before.asked, after.asked) == (NOW, LATER)

    def test_new_bars_that_do_not_fit_ask_for_the_whole_history(self, store):
        store.put(bars([10, 11, 12]), NOW)
        assert store.put(bars([5.5, 6, 6.5], first="2024-03-04", whole=False), LATER).needs_whole
        assert closes(store) == [10, 11, 12]

    @pytest.mark.parametrize(
        ("new", "why"),
        [
            (bars([5, 5.5, 6, 6.2], splits={3: 2}), "split 2 for 1 on 2024-03-06"),
            (
                bars([10, 11, 12, 12.1], adjusted=[9.5, 10.45, 11.4, 12.1], dividends={3: 0.6}),
                "dividend of 0.6 on 2024-03-06",
            ),
            (
                bars([10, 11.5, 12, 12.1]),
                "restated by the source: 1 of 3 rows from 2024-03-04 to 2024-03-04 by up to 4.55%",
            ),
        ],
    )
    def test_a_changed_history_is_explained_and_the_old_one_kept(self, store, new, why):
        store.put(bars([10, 11, 12]), NOW)
        old = store.entry("prices", "MU")
        outcome = store.put(new, LATER)
        assert (outcome.state, outcome.detail) == ("restated", why)
        assert closes(store) == new.table["close"].tolist()
        (kept,) = store.entry("prices", "MU").earlier
        assert (kept.file, kept.sha256, kept.reason) == (old.file, old.sha256, why)
        assert pd.read_parquet(store.folder / kept.file)["close"].tolist() == [10, 11, 12]

    def test_a_source_that_lost_its_history_and_changed_the_rest_replaces_nothing(self, store):
        store.put(bars(range(10, 110)), NOW)
        outcome = store.put(bars(range(200, 212), first="2024-07-05"), LATER)
        assert outcome.state == "failed"
        assert "lacks 90 of the 100 rows" in outcome.detail
        assert len(closes(store)) == 100

    def test_new_bars_that_leave_a_gap_ask_for_the_whole_history(self, store):
        store.put(bars([10, 11]), NOW)
        assert store.put(bars([13, 14], first="2024-03-06", whole=False), LATER).needs_whole
        assert closes(store) == [10, 11]

    def test_a_history_never_begins_with_a_piece_of_it(self, store):
        assert store.put(bars([12, 13], whole=False), NOW).needs_whole
        assert store.put(releases([("2024-03-06", None, 7.6)], whole=False), NOW).needs_whole
        assert store.entries() == {}

    def test_old_versions_outlive_later_fetches(self, store):
        for number, price in enumerate([10.0, 5.0, 2.5]):
            store.put(bars([price, price + 1, price + 2]), NOW + pd.Timedelta(days=number))
        store.put(bars([2.5, 3.5, 4.5, 5.5]), NOW + pd.Timedelta(days=4))
        earlier = store.entry("prices", "MU").earlier
        first = [pd.read_parquet(store.folder / each.file)["close"].iloc[0] for each in earlier]
        assert first == [10.0, 5.0]
        assert [each.fetched for each in earlier] == [NOW, LATER]
        assert len(list((store.folder / "prices" / "MU").iterdir())) == 3

    def test_bars_that_a_source_leaves_out_are_kept(self, store):
        store.put(bars([10, 11, 12, 13]), NOW)
        assert store.put(bars([10, 11]), LATER).state == "unchanged"
        assert closes(store) == [10, 11, 12, 13]


class TestSeries:
    def test_a_value_that_changed_becomes_a_release_of_the_day_it_was_seen(self, store):
        """The whole is asked for first: the changed value may be the visible end of a new base."""
        store.put(releases([("2024-02-28", None, 7.5), ("2024-03-06", None, 7.6)]), NOW)
        new = [("2024-03-06", None, 7.7), ("2024-03-13", None, 7.8)]
        assert store.put(releases(new, whole=False), LATER).needs_whole
        assert len(store.table("series", "WALCL")) == 2
        assert store.put(releases([("2024-02-28", None, 7.5), *new]), LATER).added == 2
        table = store.table("series", "WALCL")
        assert table["value"].tolist() == [7.5, 7.6, 7.7, 7.8]
        assert table.loc[table["value"] == 7.7, "released"].item() == LATER
        assert table.loc[table["value"] != 7.7, "released"].isna().all()
        assert store.put(releases([("2024-03-06", None, 7.7)], whole=False), LATER).state == "unchanged"

    def test_a_new_base_of_the_whole_series_is_a_release_of_every_period(self, store):
        """What was known before stays known; from now on the new base holds, for all periods at once."""
        old = [("2024-02-28", None, 7_500_000), ("2024-03-06", None, 7_600_000)]
        store.put(releases(old), NOW)
        assert store.put(releases([(day, None, value / 2) for day, _, value in old]), LATER).state == "added"
        known = read_snapshot(store.folder).series["WALCL"]
        assert known.loc[known["released"] < LATER, "value"].tolist() == [7_500_000, 7_600_000]
        assert known.loc[known["released"] == LATER, "value"].tolist() == [3_750_000, 3_800_000]

    def test_a_clock_that_was_set_back_puts_no_revision_before_what_it_revises(self, store):
        for hours, value in [(0, 1.0), (-5, 2.0), (-9, 3.0)]:
            store.put(releases([("2024-03-06", None, value)]), NOW + pd.Timedelta(hours=hours))
        table = store.table("series", "WALCL").sort_values("released", na_position="first")
        assert table["value"].tolist() == [1.0, 2.0, 3.0]
        assert table["released"].iloc[1] > NOW

    def test_two_revisions_of_one_instant_stay_apart(self, store):
        for value in (1e6, 2e6, 3e6):
            store.put(releases([("2024-03-06", None, value)]), NOW)
        assert read_snapshot(store.folder).series["WALCL"]["value"].tolist() == [1e6, 2e6, 3e6]

    def test_new_weeks_that_leave_a_gap_ask_for_the_whole_history(self, store):
        store.put(releases([("2024-02-28", None, 7.5)]), NOW)
        assert store.put(releases([("2024-03-13", None, 7.8)], whole=False), LATER).needs_whole

    def test_an_empty_answer_is_no_news_or_a_failure(self, store):
        """Nothing since then is a common answer; nothing at all is none."""
        store.put(releases([("2024-02-28", None, 7.5)]), NOW)
        assert store.put(releases([], whole=False), LATER).state == "unchanged"
        assert store.entry("series", "WALCL").asked == LATER
        outcome = store.put(releases([]), LATER + pd.Timedelta(days=1))
        assert (outcome.state, outcome.detail) == ("failed", "the source gave no rows")
        assert store.entry("series", "WALCL").asked == LATER
        assert store.put(releases([], name="GDP"), NOW).state == "failed"
        assert store.entry("series", "GDP") is None

    def test_a_value_that_changes_back_is_a_third_release(self, store):
        for day, value in enumerate([1.0, 2.0, 1.0]):
            store.put(releases([("2024-03-06", None, value)]), NOW + pd.Timedelta(days=day))
        assert len(store.table("series", "WALCL")) == 3

    def test_vintages_are_added_by_their_own_release(self, store):
        first = [("2024-01-01", "2024-04-25T12:30Z", 28000)]
        store.put(releases(first, name="GDP", source="alfred"), NOW)
        more = [("2024-01-01", "2024-05-30T12:30Z", 28100), ("2024-04-01", "2024-07-25T12:30Z", 28600)]
        assert store.put(releases(more, name="GDP", source="alfred", whole=False), LATER).added == 2
        assert len(store.table("series", "GDP")) == 3
        next_quarter = [("2024-07-01", "2024-10-30T12:30Z", 29100)]  # vintages need no overlap
        assert store.put(releases(next_quarter, name="GDP", source="alfred", whole=False), LATER).added == 1

    def test_release_instants_take_the_place_of_the_rule_and_not_the_other_way(self, store):
        store.put(releases([("2024-01-01", None, 28000)], name="GDP", source="fred csv"), NOW)
        vintages = releases(
            [("2024-01-01", "2024-04-25T12:30Z", 27900), ("2024-01-01", "2024-05-30T12:30Z", 28000)],
            name="GDP",
            source="alfred",
        )
        assert store.put(replace(vintages, whole=False), LATER).needs_whole
        assert store.put(vintages, LATER).state == "restated"
        again = releases([("2024-01-01", None, 28000), ("2024-04-01", None, 28500)], name="GDP", source="fred csv")
        assert store.put(again, LATER).added == 1
        assert store.table("series", "GDP")["released"].notna().tolist() == [True, True, False]

    def test_a_withdrawn_release_is_a_restatement(self, store):
        rows = [(f"20{year:02}-03-31", f"20{year:02}-04-25T12:30Z", 100 + year) for year in range(24)]
        store.put(releases(rows, name="capex:MSFT", source="edgar"), NOW)
        outcome = store.put(releases(rows[1:], name="capex:MSFT", source="edgar"), LATER)
        assert outcome.detail == "restated by the source: 1 rows withdrawn"
        assert len(store.table("series", "capex:MSFT")) == 23


class TestTrust:
    def test_a_damaged_file_is_refused_with_words(self, store):
        store.put(bars([10, 11]), NOW)
        path = store.folder / store.entry("prices", "MU").file
        path.write_bytes(path.read_bytes()[:-10])
        with pytest.raises(DataError, match="is damaged; received 'bytes that differ"):
            store.table("prices", "MU")
        with pytest.raises(DataError, match="is damaged"):
            store.put(bars([10, 11, 12]), LATER)
        path.unlink()
        with pytest.raises(DataError, match="No such file"):
            list(store.tables())

    @pytest.mark.parametrize("schema", [0, 2, None, "1"])
    def test_another_layout_is_refused_and_left_alone(self, store, schema):
        store.put(bars([10, 11]), NOW)
        path = store.folder / "store.json"
        content = json.loads(path.read_text()) | {"schema": schema}
        path.write_text(json.dumps(content))
        before = path.read_bytes()
        for act in (store.entries, lambda: store.put(bars([10, 11, 12]), LATER), lambda: read_snapshot(store.folder)):
            with pytest.raises(DataError, match=f"received 'schema {schema}'; expected schema 1"):
                act()
        assert path.read_bytes() == before

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"what": "else"}', '{"what": "tidegate store", "schema": 1}'])
    def test_a_broken_manifest_is_never_an_empty_store(self, store, text):
        store.put(bars([10, 11]), NOW)
        (store.folder / "store.json").write_text(text)
        with pytest.raises(DataError, match="cannot be read"):
            store.put(bars([10]), LATER)

    def test_a_place_that_cannot_be_written_is_told(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigError, match=r"cannot be written.*TIDEGATE_HOME"):
            Store(tmp_path / "file" / "home").put(bars([10]), NOW)

    def test_a_store_that_another_process_holds_is_told(self, store, monkeypatch):
        monkeypatch.setattr("tidegate.data.store.store._PATIENCE", 0.1)
        store.put(bars([10]), NOW)
        with FileLock(store.folder / ".lock"), pytest.raises(ConfigError, match="Another process holds the store"):
            store.put(bars([10, 11]), LATER)
        assert closes(store) == [10]

    @pytest.mark.parametrize("name", ["^VIX", "BRK-B", "EURUSD=X", "capex:AMZN@net", "a/b", "../a", "%41", "é" * 20])
    def test_odd_names_are_names(self, store, name):
        store.put(bars([10, 11], ticker=name), NOW)
        store.put(bars([20, 21], ticker="MU"), NOW)
        store.put(bars([10, 11, 12], ticker=name), LATER)
        assert closes(store, name) == [10, 11, 12]
        assert closes(store) == [20, 21]
        assert {path.parent.parent for path in store.folder.rglob("*.parquet")} == {store.folder / "prices"}

    def test_a_name_too_long_for_the_disk_is_told(self, store):
        store.put(bars([10]), NOW)
        with pytest.raises(ConfigError, match="File name too long"):
            store.put(bars([10], ticker="A" * 300), NOW)
        assert list(store.entries()) == ["prices/MU"]

    def test_a_file_in_the_place_of_the_store_is_told_and_left_alone(self, tmp_path):
        (tmp_path / "home").write_text("mine")
        store = Store(tmp_path / "home")
        assert store.entries() == {}
        with pytest.raises(ConfigError, match="cannot be written"):
            store.put(bars([10]), NOW)
        assert (tmp_path / "home").read_text() == "mine"

    def test_colleagues_may_read_what_the_mask_allows(self, store, tmp_path):
        before = os.umask(0o022)
        try:
            store.put(bars([10]), NOW)
            freeze(store, tmp_path / "frozen")
        finally:
            os.umask(before)
        for path in (*store.folder.rglob("*.*"), *(tmp_path / "frozen").rglob("*.*")):
            if path.suffix in {".json", ".parquet"}:
                assert stat.S_IMODE(path.stat().st_mode) == 0o644, path

    @pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Los_Angeles"])
    def test_the_zone_of_the_machine_changes_nothing(self, tmp_path, monkeypatch, zone):
        """Byte for byte the store that another machine would write."""
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
        here = _contents(tmp_path / "here")
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            assert _contents(tmp_path / "there") == here
        finally:
            monkeypatch.undo()
            time.tzset()

    def test_leftovers_of_a_killed_process_vanish(self, store):
        store.put(bars([10, 11]), NOW)
        item = store.folder / "prices" / "MU"
        (item / ".draft-x").write_text("half")
        (item / "20240101T000000Z-abc.parquet").write_text("never named")
        (store.folder / ".draft-y").write_text("half")
        store.put(bars([10, 11, 12]), LATER)
        assert [path.name for path in item.iterdir()] == [store.entry("prices", "MU").file.split("/")[-1]]
        assert not list(store.folder.glob(".draft-*"))


def _contents(folder):
    """Hash by name of everything in a store of one ticker and one revised series."""
    store = Store(folder)
    store.put(bars([10, 11]), NOW)
    for value in (7_500_000, 7_500_001):
        store.put(releases([("2024-02-28", None, value)]), NOW)
    freeze(store, folder / "frozen")
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


class TestSnapshot:
    @pytest.fixture
    def full(self, store):
        store.put(bars([10, 11, 12]), NOW)
        store.put(bars([20, 21, 22], ticker="SPY"), NOW)
        store.put(releases([("2024-02-28", None, 7_500_000), ("2024-03-06", None, 7_600_000)]), NOW)
        return store

    def test_a_snapshot_stays_what_it_was(self, full, tmp_path):
        import tidegate as tg

        assert freeze(full, tmp_path / "frozen") == 3
        before = tg.load_market(tmp_path / "frozen").digest
        full.put(bars([5, 5.5, 6, 6.1], splits={3: 2}), LATER)
        market = tg.load_market(tmp_path / "frozen")
        assert market.digest == before
        assert market.prices["MU"].tolist() == [10, 11, 12]
        assert market.releases.pseudo_pit == {"WALCL"}

    def test_a_snapshot_holds_no_earlier_versions(self, full, tmp_path):
        full.put(bars([5, 5.5, 6, 6.1], splits={3: 2}), LATER)
        assert len(full.entry("prices", "MU").earlier) == 1
        freeze(full, tmp_path / "frozen")
        entries = Store(tmp_path / "frozen").entries().values()
        assert [entry.earlier for entry in entries] == [(), (), ()]
        named = {tmp_path / "frozen" / entry.file for entry in entries}
        assert named == set((tmp_path / "frozen").rglob("*.parquet"))

    def test_a_snapshot_may_be_moved(self, full, tmp_path):
        freeze(full, tmp_path / "frozen")
        before = load_market(tmp_path / "frozen").digest
        shutil.rmtree(full.folder)
        (tmp_path / "another machine").mkdir()
        moved = (tmp_path / "frozen").rename(tmp_path / "another machine" / "é")
        assert load_market(moved).digest == before
        assert len(status(Store(moved), NOW)) == 3

    def test_a_folder_of_files_may_lie_above_a_snapshot(self, full, tmp_path):
        freeze(full, tmp_path / "frozen")
        (tmp_path / "mine" / "fred").mkdir(parents=True)
        (tmp_path / "mine" / "fred" / "WALCL.csv").write_text("date,value\n2024-03-06,7650000\n2024-03-13,7700000\n")
        market = load_market([tmp_path / "frozen", tmp_path / "mine"])
        assert market.prices["MU"].tolist() == [10, 11, 12]
        history = market.releases.history("WALCL", pd.Timestamp("2024-03-20", tz="UTC"))
        assert history.tolist() == [7_500_000, 7_650_000, 7_700_000]

    def test_freezing_into_a_folder_that_is_in_use_is_refused(self, full, tmp_path):
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "notes.txt").write_text("mine")
        with pytest.raises(ConfigError, match="a new or empty one"):
            freeze(full, tmp_path / "mine")
        assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]

    def test_a_full_disk_leaves_nothing_that_passes_for_a_snapshot(self, full, tmp_path, monkeypatch):
        real, written = Path.write_bytes, []

        def full_disk(path, content):
            written.append(path)
            if len(written) == 2:
                raise OSError(28, "No space left on device")
            return real(path, content)

        monkeypatch.setattr(Path, "write_bytes", full_disk)
        with pytest.raises(OSError, match="No space left"):
            freeze(full, tmp_path / "frozen")
        assert not is_snapshot(tmp_path / "frozen")

    def test_equal_stores_freeze_to_equal_bytes(self, full, tmp_path):
        for name in ("one", "two"):
            freeze(full, tmp_path / name)
        one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).rglob("*.*")} for n in ("one", "two"))
        assert one == two

    def test_a_touched_snapshot_is_refused(self, full, tmp_path):
        import tidegate as tg

        freeze(full, tmp_path / "frozen")
        next((tmp_path / "frozen" / "prices").iterdir()).write_bytes(b"PAR1")
        with pytest.raises(DataError, match="damaged"):
            tg.load_market(tmp_path / "frozen")


def test_status_knows_age_and_dating(store):
    store.put(bars([10, 11, 12]), NOW)
    store.put(releases([("2024-02-28", None, 7_500_000)]), NOW)
    store.put(releases([("2023-10-01", "2024-01-25T13:30Z", 27900)], name="GDP", source="alfred"), NOW)
    prices, gdp, walcl = status(store, NOW)
    assert (prices.name, prices.released, prices.stale) == ("MU", pd.Timestamp("2024-03-05 21:00", tz="UTC"), False)
    assert (gdp.name, gdp.point_in_time, gdp.age) == ("GDP", True, NOW - pd.Timestamp("2024-01-25 13:30", tz="UTC"))
    assert (walcl.released, walcl.point_in_time) == (pd.Timestamp("2024-02-29 21:30", tz="UTC"), False)
    assert not walcl.stale
    assert status(store, NOW + pd.Timedelta(days=9))[2].stale


def test_a_revision_does_not_make_a_series_old(store):
    """The last release by the source's word was a revision in March; by rule the weeks went on."""
    weeks = pd.date_range("2024-02-28", periods=8, freq="7D")
    rows = [(week, None, 7_500_000 + number) for number, week in enumerate(weeks)]
    store.put(releases(rows[:2]), NOW)
    store.put(releases([(weeks[0], None, 7_400_000), *rows[1:2]]), LATER)
    store.put(releases([(weeks[0], None, 7_400_000), *rows[1:]]), NOW + pd.Timedelta(days=42))
    (walcl,) = status(store, pd.Timestamp("2024-04-19", tz="UTC"))
    assert walcl.released == pd.Timestamp("2024-04-18 20:30", tz="UTC")
    assert not walcl.stale


def test_what_something_newer_replaces_is_not_stale(store):
    old, new = NOW - pd.Timedelta(days=900), NOW
    store.put(releases([("2021-07-28", None, 0.15)], name="IOER"), old)
    store.put(releases([("2018-06-30", "2018-08-06T13:30Z", 3e9)], name="capex:AMZN@net", source="edgar"), old)
    assert [each.stale for each in status(store, NOW)] == [True, True]
    store.put(releases([("2024-03-06", None, 5.4)], name="IORB"), new)
    store.put(releases([("2023-12-31", "2024-02-02T14:30Z", 14e9)], name="capex:AMZN", source="edgar"), new)
    assert {each.name: each.stale for each in status(store, NOW)} == {
        "IOER": False, "IORB": False, "capex:AMZN": False, "capex:AMZN@net": False,
    }  # fmt: skip
    assert all(each.stale for each in status(store, NOW + pd.Timedelta(days=200)))
