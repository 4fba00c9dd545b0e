"""tidegate study show, init, diff; tidegate run --list."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.strategies import all_strategies
from tidegate.study import Study, shipped_studies
from tidegate.study_text import as_toml, differences

from .command import call

OVERRIDES = {
    "title": st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])).map(json.dumps),
    "clock.end": st.dates(min_value=Study.load("essay").clock.start.replace(year=2010)).map(str),
    "clock.decision": st.sampled_from(["weekly", "daily"]),
    "signal.winsor": st.floats(0.001, 1e6).map(repr),
    "signal.jump.penalties": st.lists(st.integers(1, 99), min_size=1, unique=True).map(lambda some: str(sorted(some))),
    "signal.block_weights": st.floats(0.1, 9).map(lambda weight: f"{{water = {weight!r}, credit = 1}}"),
    "signal.drop": st.sampled_from(["[]", '["water.m2_over_gdp"]']),
    "sleeves.speculative": st.sampled_from(
        ['{assets = ["IGV"]}', '{assets = ["CRM", "BTC-USD"], weighting = "fixed", weights = {CRM = 2, BTC-USD = 1}}']
    ),
    "strategy.wrap": st.sampled_from(["[]", '["vol_target"]', '["drawdown_brake", "vol_target"]']),
    "strategy.rebalance_on": st.sampled_from(['["drift"]', '["change"]']),
    "costs.crypto.fee_bps": st.floats(0, 1000).map(repr),
    "evidence.seed": st.integers(0, 2**60).map(str),
}


def reread(study, folder):
    file = folder / "study.toml"
    file.write_text(as_toml(study), encoding="utf-8")
    return Study.load(file)


@pytest.mark.parametrize("name", shipped_studies())
def test_a_shown_study_is_the_study(name, capsys, monkeypatch, tmp_path):
    answer = call(capsys, monkeypatch, "study", "show", name)
    assert (answer.status, answer.err) == (0, "")
    (tmp_path / "shown.toml").write_text(answer.out, encoding="utf-8")
    again, study = Study.load(tmp_path / "shown.toml"), Study.load(name)
    assert again == study
    assert again.config_hash == study.config_hash


@settings(max_examples=60, deadline=None)
@given(chosen=st.fixed_dictionaries({}, optional=OVERRIDES))
def test_a_printed_study_is_read_back(chosen, tmp_path_factory):
    study = Study.load("essay", [f"{key}={value}" for key, value in chosen.items()])
    again = reread(study, tmp_path_factory.mktemp("study"))
    assert again == study
    assert again.config_hash == study.config_hash


def test_everything_is_shown_and_said(capsys, monkeypatch):
    text = call(capsys, monkeypatch, "study", "show", "essay").out
    document = tomllib.loads(text)
    mapping = Study.load("essay").model_dump(mode="json", exclude_none=True)
    assert set(document) == set(mapping)
    assert {key for part in ("signal", "strategy", "execution") for key in document[part]} == {
        key for part in ("signal", "strategy", "execution") for key in mapping[part]
    }
    assert "# end =  (last decision of the backtest; none: all the data)" in text
    assert "lag = 1 # sessions from the decision to the close that fills it" in text


def test_show_takes_set(capsys, monkeypatch):
    answer = call(capsys, monkeypatch, "study", "show", "proxies", "--set", "costs.crypto.fee_bps=26", "--json")
    shown = json.loads(answer.out)
    assert shown["costs"]["crypto"]["fee_bps"] == 26
    assert shown["config_hash"] == Study.load("proxies", ["costs.crypto.fee_bps=26"]).config_hash


def test_init_writes_a_study_that_runs_like_its_model(capsys, monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    answer = call(capsys, monkeypatch, "study", "init", file, "--like", "proxies", "--set", "execution.lag=2")
    assert answer.status == 0
    assert str(file) in answer.out
    mine = Study.load(file)
    assert (mine.name, mine.execution.lag) == ("mine", 2)
    assert mine.config_hash == Study.load("proxies", ["execution.lag=2"]).config_hash


def test_init_never_writes_over_a_file(capsys, monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("months of work")
    answer = call(capsys, monkeypatch, "study", "init", file)
    assert answer.status == 2
    assert "The study file exists" in answer.err
    assert file.read_text() == "months of work"


def test_init_into_a_missing_folder_is_refused(capsys, monkeypatch, tmp_path):
    answer = call(capsys, monkeypatch, "study", "init", tmp_path / "nowhere" / "mine.toml")
    assert answer.status == 2
    assert "Cannot write the study file" in answer.err


def test_diff_tells_parameters_and_hashes(capsys, monkeypatch, tmp_path):
    for name, changes in {"one": [], "two": ["--set", "strategy.neutral_share=0.25"]}.items():
        call(capsys, monkeypatch, "study", "init", tmp_path / f"{name}.toml", *changes)
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    answer = call(capsys, monkeypatch, "study", "diff", one, two)
    assert "strategy.neutral_share" in answer.out
    assert "0.25" in answer.out
    assert "strategy.kind" not in answer.out
    assert "The hashes differ: results can." in answer.out
    told = json.loads(call(capsys, monkeypatch, "study", "diff", one, two, "--json").out)
    assert told == {
        "same_hash": False,
        "differences": {"name": ["one", "two"], "strategy.neutral_share": [0.5, 0.25]},
    }


def test_diff_of_words_alone_says_that_no_result_can_differ(capsys, monkeypatch, tmp_path):
    call(capsys, monkeypatch, "study", "init", tmp_path / "mine.toml")
    answer = call(capsys, monkeypatch, "study", "diff", "essay", tmp_path / "mine.toml")
    assert "The hashes are equal: no result can differ." in answer.out


def test_differences_by_hand():
    left = Study.load("proxies")
    right = Study.load("proxies", ["clock.end=2020-01-01", "signal.block_weights={water=2}"])
    found = differences(left, right)
    assert found["clock.end"] == (None, "2020-01-01")
    assert found["signal.block_weights.water"] == (1.0, 2.0)
    assert found["signal.block_weights.credit"] == (1.0, None)
    assert differences(left, left) == {}


def test_list_names_every_strategy_and_what_it_needs(capsys, monkeypatch):
    answer = call(capsys, monkeypatch, "run", "--list")
    assert (answer.status, answer.err) == (0, "")
    for entry in all_strategies():
        assert f"{entry.name}  {entry.what}" in " ".join(answer.out.split()).replace(
            entry.name + " ", entry.name + "  "
        )
    assert answer.out.count("Requires") == answer.out.count("Information set:") == len(all_strategies())


def test_list_for_machines(capsys, monkeypatch):
    told = json.loads(call(capsys, monkeypatch, "run", "--list", "--json").out)
    assert list(told) == [entry.name for entry in all_strategies()]
    assert {name for name, entry in told.items() if entry["shorts"]} == {"spread"}
    assert all(entry["what"] and entry["contract"] and entry["information_set"] for entry in told.values())


def test_list_shows_ones_own(capsys, monkeypatch, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from tidegate.strategies import strategy\n\n\n"
        '@strategy(source="me")\n'
        "def half(view):\n"
        '    """Half and half.\n\n    Requires nothing. Sets exposures of one half.\n\n'
        '    Information set: none.\n    """\n'
        "    even = view.level * 0 + 0.5\n"
        "    return view.exposures(even, even)\n"
    )
    answer = call(
        capsys, monkeypatch, "run", "--list", "--json", "--set", f'strategy.modules=["{tmp_path / "mine.py"}"]'
    )
    told = json.loads(answer.out)
    assert told["half"]["what"] == "Half and half."
    assert told["half"]["shipped"] is False
