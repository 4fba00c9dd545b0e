"""tidegate runs list, show, diff."""

import json
import math
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tidegate.ledger import Ledger
from tidegate.ledger.trial import METRICS
from tidegate.study import Study, as_mapping

from .command import call
from .ledger.writers import hash_of, trial

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ESSAY = Study.load("essay")


def of_essay(number, **changes):
    facts = {"base": as_mapping(ESSAY), "study": "essay", "at": NOON + timedelta(hours=number)}
    return trial(number, **facts | changes)


RUN = of_essay(1, metrics=dict.fromkeys(METRICS, 0.1234) | {"sharpe": 1.2345, "max_drawdown": -0.5})
MEMBER = of_essay(2, kind="sweep", overrides={"strategy.neutral_share": 0.25}, synthetic=False, source="live")
OLD = of_essay(3, base={"name": "old", "tide": {"moon": True, "end": None}}, study="old", code_version="0.0.1")


def digits(made):
    return made.digest.hex()[:10]


@pytest.fixture
def tidegate(capsys, monkeypatch):
    return lambda *arguments: call(capsys, monkeypatch, *arguments)


@pytest.fixture
def filled():
    Ledger.at_home().record([RUN, MEMBER, OLD])
    Ledger.at_home().record([RUN])


def test_an_empty_ledger_is_told_in_words(tidegate, fresh_home):
    answer = tidegate("runs", "list")
    assert (answer.status, answer.err) == (0, "")
    assert f"No trial to show in {fresh_home / 'ledger.sqlite'}" in answer.out.replace("\n", "")
    assert json.loads(tidegate("runs", "list", "--json").out) == {"trials": []}
    assert not fresh_home.exists()


@pytest.mark.usefixtures("filled")
def test_the_list_is_newest_first(tidegate):
    answer = tidegate("runs", "list")
    rows = [line.split() for line in answer.out.splitlines() if "2026-01-01" in line]
    assert [row[0] for row in rows] == [digits(OLD), digits(MEMBER), digits(RUN)]
    assert rows[2] == [digits(RUN), "run", "essay", "synthetic", "1.23", "12.3%", "-50.0%", "2026-01-01", "13:00", "2"]
    assert rows[1][1:4] == ["sweep", "essay", "live"]


@pytest.mark.usefixtures("filled")
def test_the_list_for_machines_is_chosen_from(tidegate):
    def listed(*chosen):
        return [row["id"] for row in json.loads(tidegate("runs", "list", "--json", *chosen).out)["trials"]]

    assert listed() == [digits(OLD), digits(MEMBER), digits(RUN)]
    assert listed("--study", "essay") == [digits(MEMBER), digits(RUN)]
    assert listed("--kind", "run") == [digits(OLD), digits(RUN)]
    assert listed("--last", "1") == [digits(OLD)]
    (row,) = json.loads(tidegate("runs", "list", "--json", "--kind", "sweep").out)["trials"]
    assert (row["synthetic"], row["times"], row["last_at"]) == (False, 1, "2026-01-01T14:00:00+00:00")
    assert row["metrics"] == MEMBER.metrics
    assert tidegate("runs", "list", "--kind", "guess").status == 2


@pytest.mark.usefixtures("filled")
def test_a_trial_is_shown_whole(tidegate):
    answer = tidegate("runs", "show", digits(MEMBER))
    assert (answer.status, answer.err) == (0, "")
    facts, text = answer.out.split("The study as it was:")
    assert f"id             {MEMBER.digest.hex()}" in facts
    assert f"live; hash {MEMBER.data_hash}" in facts
    assert "changed        strategy.neutral_share = 0.25" in facts
    assert "tidegate 0.1.0" in facts
    assert "1 x, first 2026-01-01 14:00, last 2026-01-01 14:00 UTC" in facts
    assert Study.model_validate(tomllib.loads(text)) == Study.load("essay", ["strategy.neutral_share=0.25"])


@pytest.mark.usefixtures("filled")
def test_a_trial_for_machines(tidegate):
    told = json.loads(tidegate("runs", "show", digits(MEMBER)[:5], "--json").out)
    assert told["parameters"] == as_mapping(Study.load("essay", ["strategy.neutral_share=0.25"]))
    assert told["overrides"] == {"strategy.neutral_share": 0.25}
    assert (told["id"], told["config_hash"], told["times"]) == (MEMBER.digest.hex(), hash_of(2), 1)
    assert told["metrics"] == {**MEMBER.metrics, "skew": None, "kurtosis": None}


@pytest.mark.usefixtures("filled")
def test_a_study_of_another_version_is_shown_as_it_was(tidegate):
    answer = tidegate("runs", "show", digits(OLD))
    assert tomllib.loads(answer.out.split("The study as it was:")[1]) == {"name": "old", "tide": {"moon": True}}


@pytest.mark.usefixtures("filled")
def test_two_trials_side_by_side(tidegate):
    answer = tidegate("runs", "diff", digits(RUN), digits(MEMBER))
    assert (answer.status, answer.err) == (0, "")
    lines = [line.split() for line in answer.out.splitlines()]
    assert ["strategy.neutral_share", "0.5", "0.25"] in lines
    assert ["sharpe", "1.23", "0.10"] in lines
    assert "strategy.kind" not in answer.out
    assert "The same: data, code. Different: study." in answer.out
    assert "The same: data. Different: study, code." in tidegate("runs", "diff", digits(RUN), digits(OLD)).out
    assert "Different: nothing." in tidegate("runs", "diff", digits(RUN), digits(RUN)).out


def test_two_trials_for_machines(tidegate):
    other = replace(RUN, data_hash=hash_of("tomorrow"), metrics=RUN.metrics | {"calmar": math.nan})
    Ledger.at_home().record([RUN, other, MEMBER])
    told = json.loads(tidegate("runs", "diff", digits(RUN), digits(other), "--json").out)
    assert (told["same_config_hash"], told["same_data"], told["differences"]) == (True, False, {})
    assert told["metrics"]["calmar"] == [0.1234, None]
    told = json.loads(tidegate("runs", "diff", digits(RUN), digits(MEMBER), "--json").out)
    assert told["differences"] == {"strategy.neutral_share": [0.5, 0.25]}


@pytest.mark.parametrize("command", [["show", "abcd"], ["show", "nonsense"], ["diff", "abcd", "abcd"]])
def test_an_id_that_is_none_is_told_in_a_paragraph(tidegate, command):
    answer = tidegate("runs", *command)
    assert (answer.status, answer.out) == (2, "")
    assert "runs list" in answer.err
    assert answer.err.count("\n") == 1


def test_a_damaged_ledger_is_told_in_a_paragraph(tidegate, fresh_home):
    fresh_home.mkdir()
    (fresh_home / "ledger.sqlite").write_text("not a database, but somebody's notes" * 50)
    answer = tidegate("runs", "list")
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "tidegate deletes nothing" in answer.err


def test_a_run_is_listed(tidegate, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    chosen = ["economy.first_session=2014-01-02", "evidence.bootstrap=100", "evidence.shifts=19"]
    for share in (0.5, 0.2):
        changes = [part for key in (*chosen, f"strategy.neutral_share={share}") for part in ("--set", key)]
        answer = tidegate("run", "proxies", "--out", "out", *changes)
        assert answer.status == 0, answer.err
    assert "over 2 trials (1 effective: " in answer.out
    trials = json.loads(tidegate("runs", "list", "--json").out)["trials"]
    told = json.loads(tidegate("runs", "diff", *(row["id"] for row in trials), "--json").out)
    assert told["differences"] == {"strategy.neutral_share": [0.2, 0.5]}
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert trials[0]["metrics"] == summary["performance"]["strategy"]
