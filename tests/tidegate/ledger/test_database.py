"""The file: many writers, killed writers, other people's files, places that cannot be written."""

import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from tidegate.errors import ConfigError, DataError
from tidegate.ledger import Ledger, database

from .writers import BATCHES, FILES, PROCESSES, ROUNDS, hash_of, trial


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "home" / "ledger.sqlite")


def started(*arguments):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("writers.py")), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def recorded(ledger):
    return ledger.trials().set_index("config_hash")["times"]


def is_whole(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def change(ledger, statement):
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        connection.execute(statement)


def test_writers_at_once_lose_nothing(tmp_path):
    started("together", tmp_path)
    for number in range(FILES):
        path = tmp_path / str(number) / "ledger.sqlite"
        times = recorded(Ledger(path))
        own = [hash_of(f"{k}/{batch}") for k in range(PROCESSES) for batch in range(BATCHES)]
        assert times[own].tolist() == [1] * len(own)
        assert (times[hash_of("shared")], len(times)) == (PROCESSES * BATCHES, len(own) + 1)
        assert is_whole(path)


def test_a_killed_writer_leaves_what_it_had_recorded_and_nothing_half(ledger):
    ledger.prepare()
    told = [tuple(map(int, line.split())) for line in started("killed", ledger.path).splitlines()]
    assert [number for number, _ in told] == list(range(ROUNDS))
    there = set(recorded(ledger).index)
    for number, batches in told:
        for batch in range(batches):
            assert hash_of(f"{number}/{batch}/49") in there
    assert len(there) % 50 == 0
    assert 0 <= len(there) / 50 - sum(batches for _, batches in told) <= ROUNDS  # told only after it is recorded
    assert is_whole(ledger.path)


def test_nothing_is_made_by_looking(ledger):
    assert ledger.trials().empty
    assert ledger.counted(trial()).trials == 1
    with pytest.raises(ConfigError, match="No trial has this id"):
        ledger.find("abcd")
    assert not ledger.path.parent.exists()


def test_an_empty_file_is_an_empty_ledger(ledger):
    ledger.path.parent.mkdir()
    ledger.path.touch()
    assert ledger.trials().empty
    ledger.record([trial()])
    assert len(ledger.trials()) == 1


def test_a_batch_is_recorded_whole_or_not_at_all(ledger):
    ledger.record([trial("earlier")])
    odd = trial("odd", overrides={"strategy.kind": object()})
    with pytest.raises(ConfigError, match=r"The study of a trial; received .*not JSON"):
        ledger.record([trial("before"), odd, trial("after")])
    assert recorded(ledger).to_dict() == {hash_of("earlier"): 1}


ACTS = {
    "record": lambda ledger: ledger.record([trial()]),
    "prepare": lambda ledger: ledger.prepare(),
    "trials": lambda ledger: ledger.trials(),
    "find": lambda ledger: ledger.find("abcd"),
    "counted": lambda ledger: ledger.counted(trial()),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_newer_layout_is_refused_and_left_alone(ledger, act):
    ledger.record([trial()])
    change(ledger, f"PRAGMA user_version = {database.SCHEMA + 1}")
    before = ledger.path.read_bytes()
    with pytest.raises(DataError, match=r"does not know; received 'schema 2'; expected schema 1"):
        act(ledger)
    assert ledger.path.read_bytes() == before


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("content", [b"months of work\n" * 100, b"SQLite format 3\0" + b"\1" * 5000])
def test_a_damaged_file_is_told_and_left_alone(ledger, act, content):
    ledger.path.parent.mkdir()
    ledger.path.write_bytes(content)
    with pytest.raises(DataError, match=r"The ledger .* cannot be read; .*tidegate deletes nothing") as caught:
        act(ledger)
    assert "\n" not in str(caught.value)
    assert ledger.path.read_bytes() == content


def test_a_file_cut_short_is_told_and_left_alone(ledger):
    ledger.record(trial(k) for k in range(200))
    cut = ledger.path.read_bytes()[:20_000]
    ledger.path.write_bytes(cut)
    with pytest.raises(DataError, match="tidegate deletes nothing"):
        ledger.trials()
    with pytest.raises(DataError, match="tidegate deletes nothing"):
        ledger.record([trial()])
    assert ledger.path.read_bytes() == cut


def test_a_database_of_something_else_is_no_ledger(ledger):
    ledger.path.parent.mkdir()
    change(ledger, "CREATE TABLE recipes (title TEXT)")
    with pytest.raises(DataError, match="a database of something else"):
        ledger.record([trial()])
    with pytest.raises(DataError, match="a database of something else"):
        ledger.trials()


def test_a_home_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")
    ledger = Ledger(tmp_path / "file" / "ledger.sqlite")
    with pytest.raises(ConfigError, match=r"The ledger cannot be written; .*Set TIDEGATE_HOME to another folder"):
        ledger.prepare()
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_in_the_place_of_the_file_is_told(ledger):
    ledger.path.mkdir(parents=True)
    for act in (ledger.prepare, ledger.trials):
        with pytest.raises(ConfigError, match=r"unable to open database file.*Set TIDEGATE_HOME"):
            act()


def test_a_ledger_that_may_only_be_read_is_told():
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        ledger.record([trial()])
        Path(folder).chmod(0o555)
        told = started("nobody", ledger.path).splitlines()
        Path(folder).chmod(0o755)
    assert len(told) == 2
    for paragraph in told:
        assert "The ledger cannot be written; received" in paragraph
        assert "Set TIDEGATE_HOME to another folder." in paragraph


def test_a_writer_that_never_ends_is_told(ledger, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.1)
    ledger.record([trial("first")])
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConfigError, match="Another process holds the ledger"):
            ledger.record([trial("second")])
        assert recorded(ledger).to_dict() == {hash_of("first"): 1}  # readers do not wait
