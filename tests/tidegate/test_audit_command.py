"""`tidegate audit`: what it prints and writes, and its exit status, on a short economy, honest and leaky."""

import html
import json

import pytest

from tests.tidegate.command import call

SHORT = ["--set", "economy.first_session=2012-01-03", "--set", "economy.last_session=2013-12-31"]
LEAKY = '''
from tidegate.signals import indicator


@indicator("price", source="A planted leak", series=("T10Y2Y",))
def next_week(known):
    """Next week's slope.

    Information set: the future.
    """
    return known.value("T10Y2Y").shift(-1)
'''
STUDY = """
name = "leaky"
[clock]
start = 2013-01-01
[sleeves.speculative]
assets = ["IGV"]
[sleeves.near_cash_flow]
assets = ["SMH", "SHV"]
[signal]
modules = ["leaky.py"]
"""


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    (folder / "leaky.py").write_text(LEAKY)
    (folder / "leaky.toml").write_text(STUDY)
    return folder / "leaky.toml"


def test_an_honest_study_passes_and_says_what_it_could_miss(capsys, monkeypatch, tmp_path):
    clock = ["--set", "clock.start=2013-01-01"]
    answer = call(capsys, monkeypatch, "audit", "long_history", *SHORT, *clock, "--out", tmp_path / "audit")
    assert (answer.status, answer.err) == (0, "")
    assert "Causality audit of long_history: passed." in answer.out
    assert "Chance to miss a leak" in answer.out
    for node in (
        "source",
        "indicator",
        "standardised",
        "composite",
        "classifier",
        "strategy",
        "weights",
        "fill",
        "paper",
    ):
        assert f" {node} " in answer.out
    assert "…" not in answer.out  # no heading is cut short
    written = json.loads((tmp_path / "audit" / "audit.json").read_text())
    assert written["passed"] is True
    assert written["depth"] == "default"
    assert set(written["sensitivity"]) == {"start", "vintages", "lag"}
    assert [row["sessions"] for row in written["sensitivity"]["lag"]] == [0, 1, 2, 5]
    timed = {row["node"].split(":")[0] for row in written["table"] if row["check"] == "knowledge time"}
    assert timed == {"source", "indicator", "fill"}
    checks = {row["check"] for row in written["table"]}
    assert checks == {
        "prefix invariance",
        "future scramble",
        "append invariance",
        "incremental = batch",
        "one decision alone",
        "memory",
        "knowledge time",
        "execution lag",
    }


def test_a_leak_is_named_and_exits_with_1(capsys, monkeypatch, leaky):
    answer = call(capsys, monkeypatch, "audit", leaky, *SHORT, "--quick", "--json")
    assert answer.status == 1
    found = json.loads(answer.out)
    assert found["passed"] is False
    leaks = [row for row in found["table"] if row["verdict"] == "leak"]
    assert {row["node"] for row in leaks} == {"indicator:price.next_week"}
    assert {series for row in leaks for series in row["series"]} == {"T10Y2Y"}
    assert all(row["first"] and row["expected"] != row["found"] for row in leaks)
    followers = {row["node"] for row in found["table"] if row["verdict"] == "follows"}
    assert {"standardised:price.next_week", "composite"} <= followers


def test_a_run_with_a_leak_says_so_everywhere_and_exits_with_1(capsys, monkeypatch, leaky, tmp_path):
    answer = call(capsys, monkeypatch, "run", leaky, *SHORT, "--out", tmp_path / "run")
    assert answer.status == 1
    assert "Causality audit FAILED" in answer.out
    told = [line for line in answer.out.splitlines() if line.startswith("  Leak: indicator:price.next_week, ")]
    assert told
    assert all("first on " in line and "through T10Y2Y; " in line for line in told)
    regime_page, tearsheet = ((tmp_path / "run" / name).read_text() for name in ("regime.html", "tearsheet.html"))
    assert all(told_line.strip() in html.unescape(regime_page) for told_line in told)
    assert "Causality audit FAILED: numbers on this page may know the future." in regime_page
    assert "The causality audit failed: numbers on this page may know the future." in tearsheet
    audit = json.loads((tmp_path / "run" / "summary.json").read_text())["audit"]
    assert (audit["passed"], len(audit["told"])) == (False, len(told))


def test_quiet_says_one_word(capsys, monkeypatch, leaky):
    answer = call(capsys, monkeypatch, "audit", leaky, *SHORT, "--quick", "--quiet")
    assert (answer.status, answer.out, answer.err) == (1, "FAILED\n", "")


def test_quick_and_deep_at_once_are_refused(capsys, monkeypatch):
    answer = call(capsys, monkeypatch, "audit", "--quick", "--deep")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "tidegate: --quick and --deep; expected one of them, or neither.\n"


def test_a_folder_of_something_else_is_refused_before_any_work(capsys, monkeypatch, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    answer = call(capsys, monkeypatch, "audit", "--out", tmp_path)
    assert answer.status == 2
    assert "holds something else" in answer.err
