"""A user's own strategy: the shipped example runs, is audited like ours, and mistakes are told in words."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import tidegate as tg
from tidegate.rivals import plans
from tidegate.strategies import all_strategies

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
PAGE = EXAMPLES.with_name("own_strategies.md").read_text(encoding="utf-8")
CODE = (EXAMPLES / "gradual.py").read_text(encoding="utf-8")
CLOCK = "clock.start=2012-01-01"
SHARE = "view.regime.map(WANTED).astype(float).ewm(alpha=0.25, adjust=False).mean()"
pytestmark = pytest.mark.usefixtures("own_registers")


def shipped(*overrides):
    return tg.Study.load(EXAMPLES / "gradual.toml", [CLOCK, *overrides])


def written(folder, code=CODE, name="gradual.py", overrides=()):
    """The example in another folder, perhaps with another file of strategies."""
    (folder / name).write_text(code, encoding="utf-8")
    shutil.copy(EXAMPLES / "gradual.toml", folder)
    return tg.Study.load(folder / "gradual.toml", [CLOCK, f"strategy.modules=['{name}']", *overrides])


def test_the_page_shows_the_shipped_files():
    assert CODE.strip() in PAGE
    assert (EXAMPLES / "gradual.toml").read_text(encoding="utf-8").strip() in PAGE
    assert len(CODE.splitlines()) <= 20
    assert SHARE in CODE


def test_the_example_goes_a_quarter_of_the_way_at_each_decision(market):
    decided = tg.decide(shipped(), market)
    wanted = {"ABUNDANT": 1.0, "NEUTRAL": 0.5, "SCARCE": 0.0}
    at, expected = None, []
    for regime in decided.regime:
        at = wanted[regime] if at is None else at + 0.25 * (wanted[regime] - at)
        expected.append(at)
    np.testing.assert_allclose(decided.exposures["speculative"], expected, rtol=0, atol=1e-12)
    assert len(set(decided.regime)) > 1
    assert decided.targets.sum(axis="columns").to_numpy() == pytest.approx(1.0)


def test_the_example_is_traded_only_where_it_drifted(market):
    study = shipped()
    decided = tg.decide(study, market)
    few = decided.trades(decided.targets, study.strategy)
    many = decided.trades(decided.targets, shipped("strategy.rebalance_on=['change']").strategy)
    assert 1 < len(few) < len(many) / 2


def test_the_example_runs_beside_every_rival(market):
    study = shipped()
    decided = tg.decide(study, market)
    made = plans(study, market, decided)
    assert {"strategy", "constant_mix", "trend", "credit_only"} <= set(made)
    assert made["strategy"].targets.equals(decided.targets)
    moves = made["credit_only"].targets["BTC-USD"].diff().abs()
    assert moves.max() <= 0.25 * 0.5 + 1e-12  # the user's rule on one block: half the sleeve, a quarter of the way


def test_wrappers_work_with_it_as_with_ours(market):
    plain = tg.decide(shipped(), market).exposures
    calm = tg.decide(shipped("strategy.wrap=['vol_target']", "strategy.vol_target.volatility=0.05"), market).exposures
    ratio = (calm / plain).dropna()
    np.testing.assert_allclose(ratio["speculative"], ratio["near_cash_flow"])
    assert ratio["speculative"].iloc[-1] < 1


def test_the_example_passes_the_audit(market):
    found = tg.audit(shipped(), market, depth="quick")
    assert found.passed
    assert found.smells == ()
    assert "strategy" in {row.node for row in found.rows}


LEAKS = {
    "the whole sample's mean": "0.5 + 0.01 * (view.level - view.level.mean()).clip(-1, 1).fillna(0.0)",
    "a price of the last day": "view.regime.map(WANTED).astype(float) * view.market.prices['IGV'].iloc[-1] / 1e9",
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leaky_version_is_caught_and_named(market, tmp_path, leak):
    found = tg.audit(written(tmp_path, CODE.replace(SHARE, LEAKS[leak])), market, depth="quick")
    assert not found.passed
    assert {leak.node for leak in found.leaks} == {"strategy"}


MISTAKES = {
    "no information set": (CODE.replace("Information set:", "Known:"), "gradual does not say what it requires, sets"),
    "no requirements": (CODE.replace("Requires", "Has"), "gradual does not say what it requires, sets"),
    "a file that fails": ("1 / 0", "gradual.py fails; received 'ZeroDivisionError: division by zero'"),
    "a rule that fails": (CODE.replace(SHARE, "view.regimes"), "Strategy gradual fails; received 'AttributeError"),
    "too much": (CODE.replace("1.0 - share", "1.0"), "Strategy gradual at 2.*sum to at most 1"),
    "undeclared shorts": (CODE.replace("speculative=share", "speculative=share - 1.5"), "non-negative"),
    "something unknown": (CODE.replace("adjust=False).mean()", "adjust=False).mean() * float('nan')"), "finite"),
    "one column": (CODE.replace("return view", "return share  # view"), "does not give exposures; received 'Series'"),
    "another name": (CODE.replace("def gradual", "def gradually"), "received 'gradual'.*Did you mean gradually"),
    "the name of one of ours": (CODE.replace("def gradual", "def toggle"), "Two strategies have the name toggle"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_in_one_paragraph(market, tmp_path, mistake):
    code, words = MISTAKES[mistake]
    kind = ("strategy.kind=toggle",) if "ours" in mistake else ()
    with pytest.raises(tg.ConfigError, match=words) as refused:
        tg.decide(written(tmp_path, code, overrides=kind), market)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_named(market, tmp_path):
    study = written(tmp_path)
    (tmp_path / "gradual.py").unlink()
    with pytest.raises(tg.ConfigError, match=r"modules; received '.*gradual\.py'; expected the path"):
        tg.decide(study, market)


def test_shorts_that_are_declared_are_allowed(market, tmp_path):
    code = CODE.replace('page")', 'page", shorts=True)').replace("speculative=share", "speculative=-share")
    exposures = tg.decide(written(tmp_path, code), market).exposures
    assert exposures["speculative"].min() < 0


def test_the_hash_follows_what_the_file_says_and_not_where_it_is(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert written(here).config_hash == written(there).config_hash == shipped().config_hash
    assert written(there, CODE + "\n# another thought\n").config_hash != written(here).config_hash


def test_an_edited_file_counts_as_it_stands(market, tmp_path):
    """Edited in the same process: what it registered before is gone; a version that fails does no harm for good."""
    before = tg.decide(written(tmp_path), market).exposures
    faster = tg.decide(written(tmp_path, CODE.replace("0.25", "0.5")), market).exposures
    assert not faster.equals(before)
    with pytest.raises(tg.ConfigError, match="SyntaxError"):
        tg.decide(written(tmp_path, "def"), market)
    assert tg.decide(written(tmp_path, CODE.replace("0.25", "0.5")), market).exposures.equals(faster)
    assert tg.decide(written(tmp_path), market).exposures.equals(before)


def test_ours_are_all_that_a_study_without_a_file_can_name(market):
    tg.decide(shipped(), market)
    assert "gradual" not in {entry.name for entry in all_strategies()}
    assert {entry.name for entry in all_strategies() if entry.shipped} == {"toggle", "tilt", "spread", "trend"}
