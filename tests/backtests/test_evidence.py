import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from tidegate.backtests.config import EvidenceConfig
from tidegate.backtests.evidence import (
    Tried,
    annual_sharpe,
    sharpe_difference,
    shifts_of,
    timing_p_value,
    weigh_evidence,
)
from tidegate.backtests.sharpe_statistics import probabilistic_sharpe

CONFIG = EvidenceConfig(bootstrap=300)


def noise(seed, count=2000):
    return pd.Series(np.random.default_rng(seed).normal(0, 0.01, count))


def test_annual_sharpe_by_hand():
    assert annual_sharpe(np.array([0.01, -0.01, 0.02, 0.0])) == pytest.approx(0.005 / 0.012909944487358056 * 252**0.5)
    assert np.isnan(annual_sharpe(np.array([0.01, 0.01])))


def test_the_same_returns_differ_by_nothing():
    interval = sharpe_difference(noise(1), noise(1), CONFIG)
    assert interval.value == interval.low == interval.high == 0.0


def test_an_edge_is_seen_and_has_its_sign():
    better = noise(1) + 0.002
    up, down = sharpe_difference(better, noise(1), CONFIG), sharpe_difference(noise(1), better, CONFIG)
    assert 0 < up.low < up.value < up.high
    assert up.value == pytest.approx(-down.value)


def test_the_interval_covers_nothing_when_there_is_nothing():
    covered = [
        interval.low <= 0 <= interval.high
        for interval in (sharpe_difference(noise(k), noise(k + 500), CONFIG) for k in range(40))
    ]
    assert 0.8 <= np.mean(covered) <= 1.0


def test_the_bootstrap_is_seeded():
    first, again = (sharpe_difference(noise(1), noise(2), CONFIG) for _ in range(2))
    other = sharpe_difference(noise(1), noise(2), EvidenceConfig(bootstrap=300, seed=1))
    assert first == again != other


def test_shifts_are_distinct_and_never_none():
    shifts = shifts_of(500, EvidenceConfig(shifts=199))
    assert len(set(shifts)) == 199
    assert shifts.min() >= 1
    assert shifts.max() <= 499
    assert len(shifts_of(10, EvidenceConfig(shifts=199))) == 9


def test_p_value_counts_the_path_itself():
    assert timing_p_value(1.0, np.array([0.0, 0.5, 1.0, 2.0])) == 3 / 5
    assert timing_p_value(9.0, np.zeros(199)) == 1 / 200


def weighed(sharpes, effective):
    shifted = pd.DataFrame({k: noise(k) for k in range(20, 25)})
    tried = Tried(np.array(sharpes), effective)
    return weigh_evidence(noise(1) + 0.0004, noise(2), shifted, tried=tried, config=CONFIG)


def test_the_deflated_ratio_by_hand():
    """Against the best of 5 and of 2 worthless trials (Bailey and Lopez de Prado, 2014, equation 1)."""
    excess, sharpes = noise(1) + 0.0004, [0.02, 0.05, -0.01, 0.03, 0.01]
    deviation = 0.0223606797749979  # squared distances to 0.02: 0, 9, 9, 1, 1 (e-4); 20e-4 / 4, its root
    best = {n: 0.4227843351 * norm.ppf(1 - 1 / n) + 0.5772156649 * norm.ppf(1 - 1 / (n * np.e)) for n in (5, 2)}
    daily = excess.mean() / excess.std(), len(excess)
    moments = {"skew": excess.skew(), "kurtosis": excess.kurt() + 3}
    against = {n: probabilistic_sharpe(*daily, **moments, benchmark=deviation * best[n]) for n in best}
    evidence = weighed(sharpes, 2)
    assert evidence.dsr == pytest.approx(against[5], abs=1e-9)
    assert evidence.dsr_effective == pytest.approx(against[2], abs=1e-9)
    assert (evidence.trials, evidence.effective_trials) == (5, 2)
    assert evidence.dsr < evidence.dsr_effective < evidence.psr


def test_a_single_trial_is_not_deflated():
    evidence = weighed([0.03], 1)
    assert evidence.psr == evidence.dsr == evidence.dsr_effective
    assert (evidence.trials, evidence.effective_trials) == (1, 1)


def test_an_undefined_sharpe_ratio_counts_and_has_no_deviation():
    assert Tried(np.array([0.1, np.nan, 0.3]), 3).deviation == pytest.approx(0.1414213562)
    assert Tried(np.array([0.1, np.nan]), 2).deviation == 0.0
    assert weighed([0.02, 0.05, np.nan], 2).dsr < weighed([0.02, 0.05], 2).dsr
