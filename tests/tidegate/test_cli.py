"""Commands: what they print and write, and how they refuse."""

import csv
import json

import pandas as pd
import pytest

from .command import call


@pytest.fixture
def tidegate(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: call(capsys, monkeypatch, *arguments)


def test_signal_tells_regime_contributions_and_weights(tidegate):
    answer = tidegate("signal")
    assert answer.status == 0
    for words in ("Synthetic economy", "waterline", "net_liquidity_impulse", "Target weights", "CASH"):
        assert words in answer.out


def test_signal_for_machines(tidegate):
    target = json.loads(tidegate("signal", "proxies", "--json").out)
    assert target["synthetic"] is True
    assert sum(target["weights"].values()) == pytest.approx(1.0, abs=1e-9)
    assert sum(target["contributions"].values()) == pytest.approx(target["waterline"], abs=1e-12)
    assert target["regime"] in {"ABUNDANT", "NEUTRAL", "SCARCE"}


def test_signal_writes_a_target(tidegate, tmp_path):
    assert tidegate("signal", "--out", tmp_path / "today", "--quiet").out == ""
    target = json.loads((tmp_path / "today" / "target.json").read_text())
    rows = list(csv.DictReader((tmp_path / "today" / "target.csv").read_text().splitlines()))
    assert {row["asset"]: float(row["weight"]) for row in rows} == target["weights"]
    assert rows[-1]["asset"] == "CASH"
    assert sum(float(row["weight"]) for row in rows) == pytest.approx(1.0, abs=1e-9)


def test_overrides_reach_the_study(tidegate):
    held = json.loads(
        tidegate(
            "signal",
            "--set",
            "sleeves.near_cash_flow.assets=['BIL']",
            "--set",
            "sleeves.speculative.assets=['IGV']",
            "--json",
        ).out
    )
    assert set(held["weights"]) <= {"BIL", "IGV", "CASH"}


def test_the_economy_as_a_folder_of_files_stays_made_up(capsys, monkeypatch, tmp_path):
    folder = tmp_path / "made"
    written = call(capsys, monkeypatch, "data", "synthesize", "--out", folder)
    assert (written.status, written.err) == (0, "")
    assert "made up" in written.out
    shown = call(capsys, monkeypatch, "signal", "--data", folder, "--json")
    assert json.loads(shown.out)["synthetic"] is True
    direct = call(capsys, monkeypatch, "signal", "--json")
    assert json.loads(shown.out)["weights"] == json.loads(direct.out)["weights"]
    assert call(capsys, monkeypatch, "data", "synthesize").status == 2


def test_data_check_on_the_economy_finds_nothing_bad(tidegate):
    answer = tidegate("data", "check", "--json")
    assert answer.status == 0
    assert {finding["severity"] for finding in json.loads(answer.out)["findings"]} <= {"note"}


STUDY = """
name = "mine"
[sleeves.speculative]
assets = ["IGV"]
[sleeves.near_cash_flow]
assets = ["BIL"]
"""


def days_csv(rows):
    return "date,adj_close\n" + "".join(f"{day:%Y-%m-%d},{price}\n" for day, price in rows)


@pytest.fixture
def files(tmp_path):
    """A folder of two funds and three series: enough to be read, too little for a regime."""
    sessions = pd.bdate_range("2024-01-02", "2024-01-12")
    for ticker in ("IGV", "BIL"):
        path = tmp_path / "mine" / "prices" / f"{ticker}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(days_csv((day, 10.0) for day in sessions))
    (tmp_path / "mine" / "fred").mkdir()
    (tmp_path / "mine" / "fred" / "DGS3MO.csv").write_text("date,value\n2024-01-02,5.2\n")
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


BAD_CALLS = {
    "unknown study": (["run", "esay"], "Did you mean essay?"),
    "unknown key": (["run", "--set", "strategy.neutral_shar=1"], "Did you mean strategy.neutral_share?"),
    "unknown section": (["run", "--set", "signals.winsor=2"], "Did you mean signal?"),
    "value of another type": (["run", "--set", "strategy.neutral_share=lots"], "strategy.neutral_share"),
    "thresholds in the wrong order": (["run", "--set", "signal.regime.scarce_enter=0.4"], "thresholds must rise"),
    "negative costs": (["run", "--set", "costs.crypto.fee_bps=-1"], "costs.crypto.fee_bps"),
    "no equals sign": (["run", "--set", "costs.crypto"], "expected key=value"),
    "no lag": (["run", "--set", "execution.lag=0"], "execution.lag"),
    "asset in both sleeves": (["run", "--set", "sleeves.near_cash_flow.assets=['CRM']"], "CRM stands in both sleeves"),
    "end before start": (["run", "--set", "clock.end=2001-01-01"], "clock.end must be later"),
    "no such folder": (["run", "--data", "nowhere"], "is no folder"),
    "folder without prices": (["run", "--data", "mine/fred"], "No prices in the data"),
    "synthetic and files": (["run", "--data", "synthetic", "--data", "x"], "'synthetic' alone"),
    "ticker the data lacks": (["run", "--set", "sleeves.speculative.assets=['IGW']"], "received 'IGW'"),
    "dates without data": (["run", "--set", "clock.start=2031-01-01"], "No decision with a regime"),
    "output under a file": (["run", "--out", "study.toml/x"], "cannot be written"),
    "output over something else": (["run", "--out", "mine"], "holds something else"),
    "too little data": (["run", "study.toml", "--data", "mine"], "too few blocks can be measured"),
    "signal too": (["signal", "study.toml", "--data", "mine"], "too few blocks can be measured"),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_a_mistake_gets_one_paragraph_and_status_two(tidegate, files, case):
    before = sorted(files.rglob("*"))
    arguments, words = BAD_CALLS[case]
    answer = tidegate(*arguments)
    assert answer.status == 2
    assert words in answer.err
    assert answer.err.startswith("tidegate: ")
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert sorted(files.rglob("*")) == before


def test_bad_toml_is_named_with_its_line(tidegate, files):
    (files / "study.toml").write_text("name = 'x'\nstart = = 1\n")
    answer = tidegate("run", "study.toml")
    assert answer.status == 2
    assert "line 2" in answer.err


def test_a_study_file_without_sleeves(tidegate, files):
    (files / "study.toml").write_text("name = 'x'\n")
    assert "lacks the key sleeves" in tidegate("run", "study.toml").err


def test_broken_prices_stop_a_run_and_are_all_found_by_the_check(tidegate, files):
    (files / "mine/prices/IGV.csv").write_text("date,adj_close\n2024-01-02,0\n")
    (files / "mine/fred/DGS10.csv").write_text("date,value\n2024-01-02,431\n")
    assert tidegate("run", "study.toml", "--data", "mine").status == 2
    check = tidegate("data", "check", "study.toml", "--data", "mine")
    assert check.status == 1
    assert "IGV.csv, 2024-01-02, column adj_close" in check.out
    assert "DGS10 does not look like percent" in check.out
    assert "3 errors" in check.out  # and the study lacks IGV


def test_the_check_writes_its_findings(tidegate, files):
    assert tidegate("data", "check", "study.toml", "--data", "mine", "--out", "found", "--quiet").status == 0
    assert json.loads((files / "found" / "findings.json").read_text())["findings"]


def test_a_traceback_only_with_debug(tidegate):
    with pytest.raises(Exception, match="Unknown study"):
        tidegate("run", "esay", "--debug")


def test_a_bug_is_owned_up_to_without_a_traceback(tidegate, monkeypatch):
    def broken(*_):
        raise RuntimeError("oops")

    monkeypatch.setattr("tidegate.study.Study.load", broken)
    answer = tidegate("signal")
    assert answer.status == 1
    assert (
        answer.err == "tidegate: internal error, RuntimeError: oops. This is a bug in tidegate; --debug shows where.\n"
    )


def test_unknown_options_are_the_callers_mistake(tidegate):
    assert tidegate("run", "--nonsense").status == 2
    assert tidegate("fly").status == 2
