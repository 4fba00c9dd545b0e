"""The store: what it keeps, what it says about changes, and what no crash can do to it."""

import json

import pandas as pd
import pytest

from tests.data.store.tables import LATER, NOW, bars, releases
from tidegate.data.store import Store, freeze, read_snapshot, status
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

    def test_bars_that_a_source_leaves_out_are_kept(self, store):
        store.put(bars([10, 11, 12, 13]), NOW)
        assert store.put(bars([10, 11]), LATER).state == "unchanged"
        assert closes(store) == [10, 11, 12, 13]


class TestSeries:
    def test_a_value_that_changed_becomes_a_release_of_the_day_it_was_seen(self, store):
        store.put(releases([("2024-02-28", None, 7.5), ("2024-03-06", None, 7.6)]), NOW)
        outcome = store.put(releases([("2024-03-06", None, 7.7), ("2024-03-13", None, 7.8)], whole=False), LATER)
        assert outcome.added == 2
        table = store.table("series", "WALCL")
        assert table["value"].tolist() == [7.5, 7.6, 7.7, 7.8]
        assert table.loc[table["value"] == 7.7, "released"].item() == LATER
        assert table.loc[table["value"] != 7.7, "released"].isna().all()
        assert store.put(releases([("2024-03-06", None, 7.7)], whole=False), LATER).state == "unchanged"

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

    def test_release_instants_take_the_place_of_the_rule_and_not_the_other_way(self, store):
        store.put(releases([("2024-01-01", None, 28000)], name="GDP", source="fred csv"), NOW)
        vintages = releases(
            [("2024-01-01", "2024-04-25T12:30Z", 27900), ("2024-01-01", "2024-05-30T12:30Z", 28000)],
            name="GDP",
            source="alfred",
        )
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
        path = store.folder / "manifest.json"
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
        (store.folder / "manifest.json").write_text(text)
        with pytest.raises(DataError, match="cannot be read"):
            store.put(bars([10]), LATER)

    def test_a_place_that_cannot_be_written_is_told(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigError, match=r"cannot be written.*TIDEGATE_HOME"):
            Store(tmp_path / "file" / "home").put(bars([10]), NOW)

    def test_leftovers_of_a_killed_process_vanish(self, store):
        store.put(bars([10, 11]), NOW)
        item = store.folder / "prices" / "MU"
        (item / ".draft-x").write_text("half")
        (item / "20240101T000000Z-abc.parquet").write_text("never named")
        (store.folder / ".draft-y").write_text("half")
        store.put(bars([10, 11, 12]), LATER)
        assert [path.name for path in item.iterdir()] == [store.entry("prices", "MU").file.split("/")[-1]]
        assert not list(store.folder.glob(".draft-*"))


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
