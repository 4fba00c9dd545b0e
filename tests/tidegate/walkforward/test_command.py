"""`tidegate walkforward` as a user calls it."""

import json
import os
import re
import signal
import sys

import pandas as pd
import pytest

from ..command import call, start_apart
from ..sweeps.apart import until_stored

SHORT = ["--set", "economy.first_session=2010-01-04", "--set", "economy.last_session=2013-12-31"]
GRID = '[parameters]\n"signal.regime.min_dwell" = [1, 8]\n"strategy.neutral_share" = [0.2, 0.8]\n'
WINDOWS = ["--train", "1", "--test", "0.5"]


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(GRID, encoding="utf-8")
    return path


def test_it_says_first_what_choosing_earned(grid, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    arguments = ["walkforward", "proxies", "--grid", grid, "--out", out, *SHORT, *WINDOWS]

    told = call(capsys, monkeypatch, *arguments)

    assert told.status == 0, told.err
    assert told.out.startswith("Choosing among 4 members by the Sharpe ratio of the 1 year before earned ")
    assert "simply keeping the preset earned" in told.out.splitlines()[0]
    assert "Sharpe difference to the preset" in told.out
    assert "Sharpe difference to the constant mix" in told.out
    assert "At most 3 of the trainings share no session" in told.out
    assert "that is hindsight" in told.out
    files = {path.name for path in out.iterdir()}
    assert files >= {"walkforward.html", "summary.json", "windows.parquet", "returns.parquet", "results.parquet"}
    assert "paths.parquet" not in files
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["paths"] is None
    assert summary["performance"]["walk_forward"]["sharpe"] is not None
    assert len(pd.read_parquet(out / "windows.parquet")) == summary["windows"]
    assert list(pd.read_parquet(out / "returns.parquet")) == list(summary["performance"])

    again = call(capsys, monkeypatch, *arguments, "--json")
    assert json.loads(again.out) == summary
    quiet = call(capsys, monkeypatch, *arguments, "--quiet")
    assert (quiet.out.strip(), quiet.err) == (str(out), "")


def test_ctrl_c_is_one_sentence_and_the_same_command_goes_on(tmp_path):
    out, grid = tmp_path / "out", tmp_path / "many.toml"
    many = '"strategy.neutral_share" = { from = 0.0, to = 1.0, steps = 250 }'
    grid.write_text(f'[parameters]\n{many}\n"signal.regime.min_dwell" = {{ from = 1, to = 6 }}\n', encoding="utf-8")
    arguments = ("walkforward", "proxies", "--grid", grid, "--out", out, "--quiet", *SHORT, *WINDOWS)

    process = start_apart(*arguments, cwd=tmp_path)
    until_stored(out, process, parts=1)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    words = r"tidegate: interrupted; (0|250|500|750|1,000) of 1,500 members are stored, the same command .*\n"
    assert re.fullmatch(words, told)
    assert not (out / "summary.json").exists()
    assert start_apart(*arguments, cwd=tmp_path).communicate(timeout=120) == (f"{out}\n", "")
    assert (out / "walkforward.html").is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--train", "30"], "too short for the walk-forward"),
        (["--criterion", "luck", *WINDOWS], "criterion"),
        (["--purge", "1", *WINDOWS], "at least 2 sessions"),
        (["--paths", "--groups", "25", "--embargo", "60", *WINDOWS], "groups of the paths are too short"),
        (["--held", "1.5", *WINDOWS], "held"),
        (["--train", "30"], "at least 30 years to train on, and half of 1 year"),
        (["--groups", "6", *WINDOWS], "--groups without --paths"),
        (["--embargo", "6", *WINDOWS], "--embargo without --paths"),
    ],
)
def test_a_mistake_is_one_paragraph_and_leaves_nothing(grid, tmp_path, fresh_home, capsys, monkeypatch, options, words):
    out = tmp_path / "out"
    told = call(capsys, monkeypatch, "walkforward", "proxies", "--grid", grid, "--out", out, *SHORT, *options)
    assert told.status == 2
    assert words in told.err
    assert told.err.startswith("tidegate: ")
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert not out.exists()
    assert not fresh_home.exists()


def test_a_missing_grid_is_one_paragraph(tmp_path, capsys, monkeypatch):
    told = call(capsys, monkeypatch, "walkforward", "proxies", "--grid", tmp_path / "none.toml", *SHORT)
    assert told.status == 2
    assert "none.toml" in told.err


def test_without_skfolio_the_paths_say_what_to_install(grid, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "skfolio", None)
    monkeypatch.setitem(sys.modules, "skfolio.model_selection", None)
    out = tmp_path / "out"
    told = call(
        capsys, monkeypatch, "walkforward", "proxies", "--grid", grid, "--out", out, *SHORT, *WINDOWS, "--paths"
    )
    assert told.status == 2
    assert "pip install 'tidegate[cpcv]'" in told.err
    assert not out.exists()
