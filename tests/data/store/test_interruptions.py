"""Writers that are killed, writers at the same time, and a disk that fails: nothing that was stored is lost."""

import contextlib
import os
import signal
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
    for _ in range(KILLS):
        number = start(writers, store.folder, max(acknowledged(store.folder).values()) + 1, 10_000)
        time.sleep(chance.uniform(0.05, 0.6))
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
    assert rows_of(store, "MU") in ([10, 11], [10, 11, 12])
    store.put(bars([10, 11, 12, 13]), LATER)
    assert rows_of(store, "MU") == [10, 11, 12, 13]
    assert not leftovers(store)
