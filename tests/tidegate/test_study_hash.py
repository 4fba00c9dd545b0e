"""The hash of a study changes exactly when a result could: every parameter, one by one."""

import sys
from importlib.metadata import EntryPoint

import pandas as pd
import pytest

import tidegate as tg
from tidegate.backtests.config import Limits
from tidegate.backtests.engine import backtest
from tidegate.strategies import all_strategies, registry
from tidegate.study import Study
from tidegate.study_hash import PARTS, SHIPPED

from .every_parameter import ESSAY, EVERY, OTHER, SWITCHED, another, changed

WORDS = {"name", "title", "description"}  # and everything of the economy, which is data and has a hash of its own
ESSAY_DOES_NOT_READ = {
    "signal.jump.min_weeks",
    "signal.jump.refit_weeks",
    "signal.jump.penalties",
    "signal.jump.horizon_weeks",
    "signal.markov.min_weeks",
    "signal.markov.refit_weeks",
    "signal.moving_average.weeks",
    "signal.moving_average.band",
    "signal.capex.gamma",
    "signal.capex.multiplier",
    "signal.capex.displacement",
    "signal.capex.phi",
    "sleeves.speculative.lookback",
    "sleeves.near_cash_flow.lookback",
    "strategy.tilt.slope",
    "strategy.tilt.centre",
    "strategy.spread.short_share",
    "strategy.drawdown_brake.limit",
    "strategy.drawdown_brake.release",
    "strategy.drawdown_brake.keep",
    "strategy.drift",
    "strategy.bills",
    "costs.crypto.borrow_bps",
    "costs.equity.borrow_bps",
    "costs.etf.borrow_bps",
    "costs.bills.borrow_bps",
}


@pytest.mark.parametrize(("key", "value"), EVERY, ids=[key for key, _ in EVERY])
def test_every_parameter_counts_exactly_where_it_is_read(key, value):
    other = another(key, value)
    assert other != value
    silent = key in WORDS | ESSAY_DOES_NOT_READ or key.startswith("economy.")
    assert (changed(ESSAY, {key: other}).config_hash == ESSAY.config_hash) == silent


def test_every_part_counts_but_words_and_the_economy():
    assert set(PARTS) | WORDS | {"economy"} == set(Study.model_fields)


def test_the_lists_name_parameters():
    assert {key for key, _ in EVERY} >= WORDS | ESSAY_DOES_NOT_READ | set(OTHER)
    assert len(EVERY) > 90


@pytest.mark.parametrize("key", SWITCHED)
def test_a_switch_makes_its_parameters_count(key):
    study = changed(ESSAY, SWITCHED[key])
    assert changed(study, {key: another(key, dict(EVERY)[key])}).config_hash != study.config_hash


def test_baskets_count_only_with_hindsight():
    assert Study.load("essay", ["evidence.baskets=20"]).config_hash != ESSAY.config_hash
    proxies = Study.load("proxies")
    assert Study.load("proxies", ["evidence.baskets=20"]).config_hash == proxies.config_hash


def test_a_file_counts_by_its_content(tmp_path):
    files = [tmp_path / name for name in ("one.py", "two.py", "three.py")]
    for file, text in zip(files, ["a = 1", "a = 1", "a = 2"], strict=True):
        file.write_text(text)
    for part in ("signal", "strategy"):
        one, two, three = (Study.load("essay", [f'{part}.modules=["{file}"]']).config_hash for file in files)
        assert one == two
        assert len({one, three, ESSAY.config_hash}) == 3
    with pytest.raises(tg.ConfigError, match="the path of a Python file"):
        _ = Study.load("essay", ['strategy.modules=["/nowhere.py"]']).config_hash


@pytest.mark.parametrize("part", ["strategy", "signal"])
def test_ones_own_file_may_read_every_parameter_of_its_part(tmp_path, part):
    (tmp_path / "mine.py").write_text("")
    own = Study.load("essay", [f'{part}.modules=["{tmp_path / "mine.py"}"]'])
    keys = sorted(key for key in ESSAY_DOES_NOT_READ if key.startswith(f"{part}.") and key != "strategy.bills")
    assert len(keys) > 6
    for key in keys:
        assert changed(own, {key: another(key, dict(EVERY)[key])}).config_hash != own.config_hash


def test_a_strategy_of_an_installed_package_may_read_everything_and_go_short():
    own = changed(ESSAY, {"strategy.kind": "theirs"})
    for key in ("strategy.tilt.slope", "costs.crypto.borrow_bps"):
        assert changed(own, {key: another(key, dict(EVERY)[key])}).config_hash != own.config_hash


def test_a_strategy_of_an_installed_package_counts_by_its_content(tmp_path, monkeypatch):
    """As an entry point brings it: a module on the path."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("theirs", "theirs_module", group)])
    monkeypatch.setattr(registry, "_REGISTER", dict(registry._REGISTER))
    hashes = []
    for share in ("0.5", "0.6", "0.5"):
        (tmp_path / "theirs_module.py").write_text(THEIRS.replace("SHARE", share))
        registry._load_installed.cache_clear()
        monkeypatch.delitem(sys.modules, "theirs_module", raising=False)
        hashes.append(changed(ESSAY, {"strategy.kind": "theirs"}).config_hash)
    registry._load_installed.cache_clear()
    assert hashes[0] == hashes[2] != hashes[1]


THEIRS = '''
from tidegate.strategies import strategy


@strategy(source="A package")
def theirs(view):
    """A constant mix.

    Requires nothing. Sets the same at every decision.

    Information set: nothing.
    """
    return view.exposures(SHARE + 0 * view.level, 0 * view.level)
'''


@pytest.fixture(scope="module")
def world():
    study = Study.load(
        "proxies", ["economy.first_session=2012-01-03", "economy.last_session=2016-12-30", "hindsight=true"]
    )
    return study, tg.load_market("synthetic", economy=study.economy)


def told(study, market):
    decisions = tg.decide(study, market)
    trades = decisions.trades(decisions.targets, study.strategy)
    value = backtest("strategy", trades, market.prices, study.costs, study.execution, limits=Limits()).value
    return decisions.targets, value


@pytest.fixture(scope="module")
def before(world):
    return told(*world)


@pytest.mark.parametrize("group", ["signal.jump", "signal.markov", "signal.capex", "sleeves", "strategy", "costs"])
def test_what_is_not_read_changes_nothing(world, before, group):
    study, market = world
    keys = [key for key in sorted(ESSAY_DOES_NOT_READ) if key.startswith(group)]
    other = changed(study, {key: another(key, dict(EVERY)[key]) for key in keys})
    assert keys
    assert other != study
    assert other.config_hash == study.config_hash
    targets, value = told(other, market)
    pd.testing.assert_frame_equal(targets, before[0], check_exact=True)
    pd.testing.assert_series_equal(value, before[1], check_exact=True)


def test_what_is_read_changes_something(world, before):
    study, market = world
    _, value = told(changed(study, {"strategy.neutral_share": 0.3}), market)
    assert not value.equals(before[1])


def test_shipped_strategies_are_those_whose_reading_is_known():
    """The hash knows what these read; whoever adds one must add what it reads."""
    shipped = [entry for entry in all_strategies() if entry.shipped]
    assert {entry.name for entry in shipped} == {"toggle", "tilt", "spread", "trend"} == SHIPPED
    assert {entry.name for entry in shipped if entry.shorts} == {"spread"}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("strategy.rebalance_on=['change','schedule']", "strategy.rebalance_on=['schedule','change']"),
        ("signal.capex.without=['ORCL','META']", "signal.capex.without=['META','ORCL']"),
        (
            "signal.drop=['credit.nfci','price.term_premium']",
            "signal.drop=['price.term_premium','credit.nfci']",
        ),
    ],
)
def test_an_order_that_means_nothing_changes_nothing(here, there):
    assert Study.load("essay", [here]).config_hash == Study.load("essay", [there]).config_hash


@pytest.mark.parametrize(
    ("study", "asset_class", "counts"),
    [
        ("long_history", "crypto", False),
        ("long_history", "etf", True),
        ("proxies", "crypto", True),
        ("essay", "etf", True),
    ],
)
def test_costs_count_where_something_of_their_class_may_be_held(study, asset_class, counts):
    dearer = Study.load(study, [f"costs.{asset_class}.fee_bps=77"])
    assert (dearer.config_hash != Study.load(study).config_hash) == counts
