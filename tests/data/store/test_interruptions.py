"""Writers that are killed, writers at the same time, and a disk that fails: nothing that was stored is lost."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.data.store.tables import LATER, NOW, bars
from tests.data.store.writer import ITEMS, table
from tidegate.data.store import Store
from tidegate.errors import ConfigError

ROOT = Path(__file__).parents[3]
KILLS = 30
MOST_KILLS = 300


@pytest.fixture(scope="module")
def writers():
    with subprocess.Popen(
        [sys.executable, "-m", "tests.data.store.writer"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        yield process
        process.stdin.close()


def start(writers, folder, first, last):
    """Number of a new writer."""
    writers.stdin.write(f"{folder} {first} {last}\n")
    writers.stdin.flush()
    return int(writers.stdout.readline())


def wait_for_the_end_of(number):
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.kill(number, 0)
            time.sleep(0.005)


def note_size(folder):
    path = Path(f"{folder}.acknowledged")
    return path.stat().st_size if path.exists() else 0


def wait_for_a_note_after(folder, size):
    for _ in range(2000):
        if note_size(folder) > size:
            return
        time.sleep(0.01)


def acknowledged(folder):
    """The most rows of each item that any writer noted as stored."""
    path = Path(f"{folder}.acknowledged")
    most = dict.fromkeys(ITEMS, 0)
    for line in path.read_text().splitlines() if path.exists() else []:
        item, rows = line.split()
        most[item] = max(most[item], int(rows))
    return most


def rows_of(store, item):
    kind = "series" if item == "WALCL" else "prices"
    stored = store.table(kind, item)
    column = "value" if kind == "series" else "close"
    return [] if stored is None else stored[column].tolist()


def expected(item, rows):
    return table(item, rows).table["value" if item == "WALCL" else "close"].tolist() if rows else []


def leftovers(store):
    named = {entry.file for entry in store.entries().values()}
    files = {str(path.relative_to(store.folder)) for path in store.folder.rglob("*.parquet")}
    return [*store.folder.rglob(".draft-*"), *(files - named)]


def test_a_killed_writer_loses_nothing_that_it_stored(writers, tmp_path):
    """Kill at random instants, inside every step of a put; each time, all that was acknowledged must be there."""
    chance, store, interrupted = np.random.default_rng(5), Store(tmp_path / "home"), 0
    for kill in range(MOST_KILLS):
        if kill >= KILLS and interrupted >= 2:
            break
        notes = note_size(store.folder)
        number = start(writers, store.folder, max(acknowledged(store.folder).values()) + 1, 10_000)
        if kill % 2:  # a slow machine may need a second for the first put
            wait_for_a_note_after(store.folder, notes)
        time.sleep(chance.uniform(0.05, 0.4))
        os.kill(number, signal.SIGKILL)
        wait_for_the_end_of(number)
        interrupted += bool(leftovers(store))
        for item, rows in acknowledged(store.folder).items():
            stored = rows_of(store, item)
            assert len(stored) >= rows
            assert stored == expected(item, len(stored))
    assert max(acknowledged(store.folder).values()) > 3
    assert interrupted >= 2, "no kill fell into the middle of a put: the test proves nothing"


def test_writers_at_the_same_time_corrupt_nothing(writers, tmp_path):
    store = Store(tmp_path / "home")
    for number in [start(writers, store.folder, first, 14) for first in (1, 5, 9)]:
        wait_for_the_end_of(number)
    for item in ITEMS:
        assert rows_of(store, item) == expected(item, 14)
    assert not leftovers(store)


def test_nothing_relies_on_what_is_not_on_the_disk(tmp_path, monkeypatch):
    """The order of a put: the table, its name, then the manifest, its name, and only then the old table goes."""
    store, calls = Store(tmp_path / "home"), []
    store.put(bars([10, 11]), NOW)
    fsync, replace, unlink = os.fsync, Path.replace, Path.unlink

    def noting_fsync(handle):
        calls.append("flush folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "flush file")
        fsync(handle)

    def noting_replace(draft, path):
        calls.append(f"name {path.suffix}")
        return replace(draft, path)

    def noting_unlink(path, **options):
        calls.append(f"remove {path.suffix}")
        unlink(path, **options)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(Path, "replace", noting_replace)
    monkeypatch.setattr(Path, "unlink", noting_unlink)
    store.put(bars([10, 11, 12]), LATER)
    one = ["flush file", "name {}", "flush folder"]
    assert calls == [
        *(each.format(".parquet") for each in one),
        *(each.format(".json") for each in one),
        "remove .parquet",
    ]
    calls.clear()
    store.put(bars([20], ticker="SPY"), LATER)
    assert calls[:4] == ["flush folder", "flush file", "name .parquet", "flush folder"]  # a new folder has a name too


@pytest.mark.parametrize(
    ("call", "number"), [("fsync", 0), ("fsync", 1), ("fsync", 2), ("fsync", 3), ("replace", 0), ("replace", 1)]
)
def test_a_disk_that_fails_leaves_the_store_as_it_was(tmp_path, monkeypatch, call, number):
    """The n-th call of the system fails: the put is told, and the store is the old one or the new one."""
    store = Store(tmp_path / "home")
    store.put(bars([10, 11]), NOW)
    place = (os, "fsync") if call == "fsync" else (Path, "replace")
    real, calls = getattr(*place), []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == number + 1:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(*place, failing)
    with pytest.raises(ConfigError, match="No space left on device"):
        store.put(bars([10, 11, 12]), LATER)
    monkeypatch.undo()
    assert not list(store.folder.rglob(".draft-*"))
    assert rows_of(store, "MU") in ([10, 11], [10, 11, 12])
    store.put(bars([10, 11, 12, 13]), LATER)
    assert rows_of(store, "MU") == [10, 11, 12, 13]
    assert not leftovers(store)
