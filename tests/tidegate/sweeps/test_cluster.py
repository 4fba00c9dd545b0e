"""A real cluster on loopback: the same results whoever computes them, and words for whatever is lost."""

import os
import socket
import sys
import time

import pandas as pd
import pytest

import tidegate as tg
from tidegate.study import Study
from tidegate.sweeps import Grid, Told, Workers, sweep

from .cluster import cluster
from .small import SMALL, content

GRID = Grid.of(
    {
        "parameters": {
            "signal.regime.min_dwell": {"from": 1, "to": 20},
            "costs.etf.fee_bps": {"from": 0.0, "to": 99.0, "steps": 150},
        }
    }
)
FEW = Grid.of({"parameters": {"execution.lag": [1, 2, 3]}})
COUNTS = """
import os
import sys
import threading

def tracer(frame, event, _):
    code = frame.f_code
    if event == "call" and code.co_name == "__setstate__" and code.co_filename.endswith("job.py"):
        with open({log!r}, "a") as file:
            print(os.getpid(), file=file)

threading.setprofile(tracer)
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Two workers, and a note of each job that any of them unpacks."""
    folder = tmp_path_factory.mktemp("cluster")
    notes = folder / "unpacked.txt"
    preload = folder / "counts.py"
    preload.write_text(COUNTS.format(log=str(notes)))
    with cluster(folder, workers=0) as found:
        found.hire("--preload", str(preload))
        found.hire("--preload", str(preload))
        found.wait_for(2)
        yield found, notes


@pytest.fixture(scope="module")
def alone(study, market, tmp_path_factory):
    out = tmp_path_factory.mktemp("one") / "out"
    sweep(study, GRID, market, out=out)
    return content(out)


class Once(Told):
    """Does something when the first results are stored."""

    def __init__(self, then):
        self._then = then

    def progress(self, done, total):
        if done and self._then:
            then, self._then = self._then, None
            then()


def test_two_workers_give_what_one_process_gives(study, market, running, alone, tmp_path, fresh_home):
    found, notes = running
    notes.unlink(missing_ok=True)
    workers = Workers(scheduler=found.address)
    sweep(study, GRID, market, out=tmp_path / "out", workers=workers)
    assert content(tmp_path / "out") == alone
    unpacked = notes.read_text().split()
    assert set(unpacked) <= {str(each.pid) for each in found.workers}  # the scheduler may leave one without work
    assert 1 <= len(set(unpacked)) == len(unpacked)  # the market travels once to each
    assert not found.home.exists()  # only the driver writes
    assert (fresh_home / "ledger.sqlite").exists()


def test_a_users_own_file_travels_along(market, running, tmp_path):
    (tmp_path / "mine.py").write_text(RULE)
    own = Study.load("proxies", [*SMALL, f'strategy.modules=["{tmp_path / "mine.py"}"]', "strategy.kind=mine"])
    here = sweep(own, FEW, market, out=tmp_path / "here", ledger=None).table

    class Gone(Told):
        def progress(self, done, total):
            (tmp_path / "mine.py").unlink(missing_ok=True)

    workers = Workers(scheduler=running[0].address)
    there = sweep(own, FEW, market, out=tmp_path / "there", workers=workers, told=Gone(), ledger=None).table
    pd.testing.assert_frame_equal(there, here, check_exact=True)


RULE = '''
import os
import pandas as pd
from tidegate.strategies import strategy

@strategy(source="mine")
def mine(view):
    """Always the same.

    Requires nothing. Sets one share.

    Information set: nothing.
    """
    share = pd.Series(0.25, index=view.decisions)
    return view.exposures(share, 1.0 - share)
'''


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import nothing_here", "No module named 'nothing_here'"),
        ("raise OSError('the disk')", "OSError: the disk"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_what_goes_wrong_on_a_worker_is_told(market, running, tmp_path, code, words):
    (tmp_path / "mine.py").write_text(f"import os\nif os.getpid() != {os.getpid()}:\n    {code}\n{RULE}")
    own = Study.load("proxies", [*SMALL, f'strategy.modules=["{tmp_path / "mine.py"}"]', "strategy.kind=mine"])
    with pytest.raises(tg.ConfigError, match=words):
        sweep(own, FEW, market, out=tmp_path / "out", workers=Workers(scheduler=running[0].address))
    assert not (tmp_path / "out").exists()


def test_a_killed_worker_costs_time_and_nothing_else(study, market, running, alone, tmp_path):
    found, _ = running
    found.hire()
    found.wait_for(3)
    told = Once(found.workers[-1].kill)
    sweep(study, GRID, market, out=tmp_path / "out", workers=Workers(scheduler=found.address), told=told)
    assert content(tmp_path / "out") == alone
    assert found.workers.pop().wait() < 0


def test_all_workers_are_killed_and_one_comes_anew(study, market, alone, tmp_path):
    with cluster(tmp_path, workers=1) as found:

        def replaced():
            found.workers[0].kill()
            found.hire()

        found.wait_for(1)
        workers = Workers(scheduler=found.address)
        sweep(study, GRID, market, out=tmp_path / "out", workers=workers, told=Once(replaced))
        assert content(tmp_path / "out") == alone

        told = Once(found.scheduler.kill)
        with pytest.raises(tg.errors.SourceError, match="The scheduler is gone") as gone:
            sweep(study, GRID, market, out=tmp_path / "next", workers=workers, told=told)
        assert gone.value.exit_status == 3
        sweep(study, GRID, market, out=tmp_path / "next")
        assert content(tmp_path / "next") == alone


OTHERS = {
    "tidegate-9.9.9.dist-info/METADATA": (
        "Metadata-Version: 2.1\nName: tidegate\nVersion: 9.9.9\n",
        r"another tidegate; received 'tidegate 9\.9\.9'; expected tidegate \d",
    ),
    "tidegate/__init__.py": ("raise ImportError('not here')", r"cannot import what the sweep needs.*not here"),
}


@pytest.mark.parametrize("file", OTHERS)
def test_a_worker_with_other_packages_is_told(study, market, tmp_path, file):
    text, words = OTHERS[file]
    (tmp_path / "other" / file).parent.mkdir(parents=True)
    (tmp_path / "other" / file).write_text(text)
    with cluster(tmp_path, workers=0) as found:
        found.hire(before=tmp_path / "other")
        found.wait_for(1)
        with pytest.raises(tg.ConfigError, match=words):
            sweep(study, FEW, market, out=tmp_path / "out", workers=Workers(scheduler=found.address))
    assert not (tmp_path / "out").exists()


def refused(study, market, address, out):
    begun = time.monotonic()
    with pytest.raises(tg.errors.SourceError, match="The scheduler does not answer") as told:
        sweep(study, FEW, market, out=out, workers=Workers(scheduler=address))
    assert told.value.exit_status == 3
    assert "\n" not in str(told.value)
    assert not out.exists()
    return time.monotonic() - begun


@pytest.fixture
def hurried(monkeypatch):
    """Two seconds of patience; one test shows what happens after all ten."""
    monkeypatch.setattr("tidegate.sweeps.cluster._PATIENCE", 2)


@pytest.mark.usefixtures("hurried")
def test_a_scheduler_that_is_not_there_is_told(study, market, tmp_path, fresh_home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refused(study, market, f"tcp://127.0.0.1:{port}", tmp_path / "out") < 15
    assert not fresh_home.exists()


def test_a_port_that_says_nothing_is_told(study, market, tmp_path, fresh_home):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert refused(study, market, f"tcp://127.0.0.1:{silent.getsockname()[1]}", tmp_path / "out") < 15
    assert not fresh_home.exists()


@pytest.mark.usefixtures("hurried")
def test_a_scheduler_without_workers_is_told(study, market, tmp_path, fresh_home):
    with cluster(tmp_path, workers=0) as found:
        assert refused(study, market, found.address, tmp_path / "out") < 15
    assert not fresh_home.exists()


@pytest.mark.parametrize("address", ["", "nonsense://x:1", "127.0.0.1:notaport"])
def test_an_address_that_is_none_is_told(study, market, tmp_path, address):
    assert refused(study, market, address, tmp_path / "out") < 15
    assert sys.modules["distributed"]
