import numpy as np
import pandas as pd
import pytest

from tidegate.backtests.config import EvidenceConfig
from tidegate.backtests.evidence import annual_sharpe, sharpe_difference, shifts_of, timing_p_value

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
