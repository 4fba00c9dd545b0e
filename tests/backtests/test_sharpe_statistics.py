"""Published values (Bailey and Lopez de Prado 2012, 2014) and identities."""

import math

import numpy as np
import pytest

from tidegate.backtests.sharpe_statistics import (
    deflated_sharpe,
    expected_maximum_sharpe,
    minimum_track_record,
    probabilistic_sharpe,
)

NORMAL = {"skew": 0.0, "kurtosis": 3.0}
DAILY = {"sharpe": 2.5 / math.sqrt(250), "count": 1250, "deviation": math.sqrt(0.5 / 250)}


@pytest.mark.parametrize(
    ("moments", "trials", "expected"),
    [
        ({"skew": -3.0, "kurtosis": 10.0}, 100, 0.9004),
        ({"skew": -3.0, "kurtosis": 10.0}, 46, 0.9505),
        (NORMAL, 88, 0.9505),
    ],
)
def test_deflated_sharpe_ratio(moments, trials, expected):
    assert deflated_sharpe(**DAILY, **moments, trials=trials) == pytest.approx(expected, abs=5e-5)


def test_the_benchmark_of_the_deflated_ratio():
    assert expected_maximum_sharpe(100, deviation=DAILY["deviation"]) == pytest.approx(0.1132, abs=5e-5)
    assert expected_maximum_sharpe(10) == pytest.approx(1.57, abs=5e-3)
    assert expected_maximum_sharpe(1) == 0.0


@pytest.mark.parametrize(("moments", "expected"), [(NORMAL, 0.982), ({"skew": -2.448, "kurtosis": 10.164}, 0.913)])
def test_probabilistic_sharpe_ratio(moments, expected):
    assert probabilistic_sharpe(0.458, 24, **moments) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("periods", "moments", "years"),
    [
        (252, NORMAL, 2.73),
        (52, NORMAL, 2.83),
        (12, NORMAL, 3.24),
        (12, {"skew": -0.72, "kurtosis": 5.78}, 4.99),
    ],
)
def test_minimum_track_record_length(periods, moments, years):
    root = math.sqrt(periods)
    assert minimum_track_record(2 / root, benchmark=1 / root, **moments) / periods == pytest.approx(years, abs=5e-3)


def test_a_track_record_below_its_benchmark_is_never_long_enough():
    assert minimum_track_record(0.1, benchmark=0.2, **NORMAL) == math.inf


def test_one_trial_deflates_nothing():
    moments = {"skew": -0.5, "kurtosis": 6.0}
    assert deflated_sharpe(0.05, 500, **moments, trials=1, deviation=0.3) == probabilistic_sharpe(0.05, 500, **moments)


def test_the_probability_is_calibrated():
    """Among worthless strategies the ratio is uniform: one in twenty looks better than 0.95."""
    returns = np.random.default_rng(1).normal(0, 0.01, (4000, 250))
    sharpes = returns.mean(axis=1) / returns.std(axis=1, ddof=1)
    share = np.mean([probabilistic_sharpe(sharpe, 250, **NORMAL) > 0.95 for sharpe in sharpes])
    assert share == pytest.approx(0.05, abs=0.012)
