"""A sweep that is interrupted or killed goes on where it stopped, and ends as if nothing had happened."""

import os
import signal
import time
from contextlib import suppress

import numpy as np
import pytest

import tidegate as tg
from tidegate.ledger import Ledger
from tidegate.sweeps import Grid, Told, Workers, sweep

from .apart import children, kill, sweep_apart, until_stored
from .small import content

GRID = {"signal.regime.min_dwell": {"from": 1, "to": 20}, "costs.etf.fee_bps": {"from": 0.0, "to": 99.0, "steps": 250}}
TEXT = """
[parameters]
signal.regime.min_dwell = {from = 1, to = 20}
costs.etf.fee_bps = {from = 0.0, to = 99.0, steps = 250}
"""


@pytest.fixture(scope="module")
def undisturbed(study, market, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    sweep(study, Grid.of({"parameters": GRID}), market, out=out, workers=Workers(jobs=1))
    return content(out)


@pytest.fixture
def grid(tmp_path):
    (tmp_path / "g.toml").write_text(TEXT)
    return tmp_path / "g.toml"


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_is_one_sentence_and_the_same_command_goes_on(grid, tmp_path, undisturbed, jobs):
    out = tmp_path / "out"
    process = sweep_apart(grid, out, "--jobs", jobs, "--quiet", cwd=tmp_path)
    until_stored(out, process, parts=3)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.startswith("tidegate: interrupted; ")
    assert "of 5,000 members are stored, the same command goes on from there." in told
    assert told.count("\n") == 1
    stored = len(list(out.glob("parts/*.parquet")))
    assert f"{stored * 250:,} of" in told
    if jobs == 1:
        again = sweep_apart(grid, out, "--quiet", cwd=tmp_path)
        assert again.communicate(timeout=120) == (f"{out}\n", "")
        assert content(out) == undisturbed
        assert len(Ledger.at_home().trials()) == 5_000


def test_killed_again_and_again_it_ends_the_same(study, market, grid, tmp_path, undisturbed):
    out, chance = tmp_path / "out", np.random.default_rng(7)
    for _ in range(3):
        process = sweep_apart(grid, out, "--quiet", cwd=tmp_path)
        before = len(list(out.glob("parts/*.parquet")))
        until_stored(out, process, parts=before + 1)
        time.sleep(chance.uniform(0, 0.1))
        kill(process.pid)
        process.communicate()
    assert not (out / "summary.json").exists()
    sweep(study, Grid.of({"parameters": GRID}), market, out=out)
    assert content(out) == undisturbed
    assert len(Ledger.at_home().trials()) == 5_000


SHORT = Grid.of({"parameters": {"costs.etf.fee_bps": {"from": 0.0, "to": 9.0, "steps": 300}}})


@pytest.fixture(scope="module")
def short(study, market, tmp_path_factory):
    out = tmp_path_factory.mktemp("short") / "out"
    sweep(study, SHORT, market, out=out, ledger=None)
    return content(out)


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("call", [0, 1, 3, 5, 8, 13, 19, 22, 23])
def test_wherever_the_disk_stops_it_ends_the_same(study, market, tmp_path, short, monkeypatch, call):
    """Each call of the system that changes a name or a file may be the last one."""
    left = [call]

    def stopping(function):
        def stopped(*arguments, **options):
            left[0] -= 1
            if left[0] < 0:
                raise KilledError
            return function(*arguments, **options)

        return stopped

    with monkeypatch.context() as patch:
        for name in ("replace", "rename", "unlink", "rmdir", "mkdir", "fsync"):
            patch.setattr(os, name, stopping(getattr(os, name)))
        with suppress(KilledError):
            sweep(study, SHORT, market, out=tmp_path / "out", ledger=None)
    assert left[0] < 0
    sweep(study, SHORT, market, out=tmp_path / "out", ledger=None)
    assert content(tmp_path / "out") == short


def test_two_processes_give_what_one_gives(study, market, tmp_path, undisturbed):
    sweep(study, Grid.of({"parameters": GRID}), market, out=tmp_path / "out", workers=Workers(jobs=2))
    assert content(tmp_path / "out") == undisturbed


def test_a_killed_helper_is_told_and_the_same_sweep_goes_on(study, market, tmp_path):
    (tmp_path / "g.toml").write_text(TEXT.replace("steps = 250", "steps = 1000"))
    out = tmp_path / "out"
    process = sweep_apart(tmp_path / "g.toml", out, "--jobs", "3", "--quiet", cwd=tmp_path)
    until_stored(out, process)
    process.send_signal(signal.SIGSTOP)  # or much more would be done before a helper is found
    helpers = [pid for pid, line in children(process).items() if "LokyProcess" in line]
    assert len(helpers) == 2
    kill(helpers[0])
    process.send_signal(signal.SIGCONT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 3
    assert told.startswith("tidegate: A process of the sweep was killed")
    assert "the same command goes on from there" in told
    assert told.count("\n") == 1
    stored = {path.name: path.stat().st_mtime_ns for path in out.glob("parts/*.parquet")}
    assert 0 < len(stored) < 80
    again = sweep(study, Grid.load(tmp_path / "g.toml"), market, out=out)
    assert again.table["member"].tolist() == list(range(20_000))
    assert (again.table["refused"] == "").all()


class Stop(Told):
    """Interrupts once something is stored."""

    def progress(self, done, total):
        if done:
            raise KeyboardInterrupt


def test_in_python_an_interrupt_stays_one(study, market, tmp_path):
    grid = Grid.of({"parameters": {"execution.lag": [1, 2]}})
    with pytest.raises(KeyboardInterrupt):
        sweep(study, grid, market, out=tmp_path / "out", told=Stop(), ledger=None)
    assert sweep(study, grid, market, out=tmp_path / "out", ledger=None).summary()["members"] == 2


def test_errors_that_travel_keep_their_words():
    import pickle

    for error in (tg.ConfigError("What", received=3, expected="four", remedy="Do."), tg.DataError("That")):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert (type(again), str(again), again.received) == (type(error), str(error), error.received)
