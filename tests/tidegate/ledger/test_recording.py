"""Runs record themselves, and answer for what was tried before them."""

import json
import math

import numpy as np
import pytest

import tidegate as tg
from tidegate.backtests.sharpe_statistics import deflated_sharpe
from tidegate.errors import ConfigError
from tidegate.ledger import Ledger
from tidegate.study import as_mapping

from .writers import trial

SHORT = ["economy.first_session=2012-01-03", "economy.last_session=2016-12-30"]
SHORT += ["evidence.shifts=19", "evidence.bootstrap=100", "evidence.baskets=19"]


def proxies(*changes):
    return tg.Study.load("proxies", [*SHORT, *changes])


@pytest.fixture(scope="module")
def world():
    return tg.load_market("synthetic", economy=proxies().economy)


@pytest.fixture(scope="module")
def alone(world, tmp_path_factory):
    """A run that nothing counts."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEGATE_HOME", str(home))
        result = tg.run(proxies(), world, ledger=None)
    assert list(home.iterdir()) == []
    return result


def test_a_run_without_ledger_counts_itself(alone):
    evidence = alone.evidence
    assert (evidence.trials, evidence.effective_trials) == (1, 1)
    assert evidence.dsr == evidence.dsr_effective == evidence.psr


def test_a_run_is_recorded_with_its_study_and_its_figures(world, fresh_home):
    result = tg.run(proxies(), world)
    ((id_, row),) = Ledger(fresh_home / "ledger.sqlite").trials().iterrows()
    assert (row["config_hash"], row["data_hash"]) == (proxies().config_hash, world.digest)
    figures = result.performance["strategy"].as_dict()
    assert {name: row[name] for name in figures} == figures
    entry = Ledger.at_home().find(id_)
    assert entry.trial.whole_study() == as_mapping(proxies())
    assert (entry.trial.kind, entry.trial.study, entry.trial.synthetic) == ("run", "proxies", True)
    strategy, excess = result.portfolios["strategy"], result.portfolios["strategy"].returns - result.bills
    assert entry.trial.sessions == len(strategy.returns)
    assert entry.trial.months.sum() == pytest.approx(math.log(strategy.value.iloc[-1] / strategy.capital), abs=1e-5)
    assert (entry.trial.skew, entry.trial.kurtosis) == pytest.approx((excess.skew(), excess.kurt() + 3))


def test_the_second_study_answers_for_the_first(world, alone):
    first, second = tg.run(proxies(), world), tg.run(proxies("strategy.neutral_share=0.1"), world)
    assert first.evidence == alone.evidence
    tried = [run.performance["strategy"].sharpe / math.sqrt(252) for run in (first, second)]
    excess = second.portfolios["strategy"].returns - second.bills
    moments = {"skew": excess.skew(), "kurtosis": excess.kurt() + 3.0, "deviation": np.std(tried, ddof=1)}
    evidence = second.evidence
    assert (evidence.trials, evidence.effective_trials) == (2, 1)  # nearly the same portfolio
    assert evidence.dsr == pytest.approx(deflated_sharpe(tried[1], len(excess), **moments, trials=2), rel=1e-9)
    assert evidence.dsr < evidence.psr == evidence.dsr_effective


def test_a_ledger_of_ones_own(world, tmp_path, fresh_home):
    ledger = Ledger(tmp_path / "mine.sqlite")
    ledger.record([trial("of before", data_hash=world.digest)])
    assert tg.run(proxies(), world, ledger=ledger).evidence.trials == 2
    assert not fresh_home.exists()


def test_what_cannot_be_recorded_is_told_before_the_work(world, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TIDEGATE_HOME", str(tmp_path / "file" / "home"))
    begun = []
    with pytest.raises(ConfigError, match="Set TIDEGATE_HOME"):
        tg.run(proxies(), world, step=begun.append)
    assert begun == []


@pytest.mark.parametrize("ledger", ["elsewhere", True, 3])
def test_what_is_no_ledger_is_told(world, ledger):
    with pytest.raises(ConfigError, match="expected a Ledger"):
        tg.run(proxies(), world, ledger=ledger)


def test_a_run_that_is_refused_is_no_trial(world):
    with pytest.raises(tg.TidegateError):
        tg.run(proxies("clock.start=2030-01-01"), world)
    assert Ledger.at_home().trials().empty


def test_runs_again_write_the_same_bytes(world, tmp_path):
    """What was recorded of a run is what the run itself is weighed with."""
    Ledger.at_home().record(
        trial(k, data_hash=world.digest, first_month="2012-06", months=np.sin(np.arange(50) * k), study="sweep")
        for k in range(1, 40)
    )
    files = []
    for k in range(2):
        folder = tg.run(proxies(), world).write(tmp_path / str(k))
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert files[0] == files[1]
    assert json.loads(files[0]["summary.json"])["evidence"]["trials"] == 40
    assert "over 40 trials (" in files[0]["regime.html"].decode()
