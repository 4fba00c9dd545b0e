"""The null world: expected returns do not depend on liquidity; with the effect they do."""

import numpy as np
import pandas as pd
import pytest

from tidegate.data.clock import sessions
from tidegate.data.economy.prices import simulate_prices
from tidegate.data.economy.shocks import Shocks
from tidegate.data.economy.state import simulate_state
from tidegate.data.economy.turbulence import log_turbulence

SEEDS = range(20)
DAYS = pd.date_range("2000-01-01", "2024-12-31", unit="ns")
OPEN = sessions(DAYS[0], DAYS[-1])
SPECULATIVE, NEAR_CASH_FLOW = ["ADBE", "CRM", "INTU", "IGV"], ["MU", "STX", "SMH"]
WEEKS_AHEAD = 13


@pytest.fixture(scope="module")
def statistics():
    """By seed and effect: slope and t-statistic of the sleeves' difference over the next 13 weeks on true liquidity."""
    found = {}
    for seed in SEEDS:
        shocks = Shocks(seed, len(DAYS))
        state = simulate_state(DAYS, shocks)
        for effect in (0.0, 1.0):
            stress = log_turbulence(state, shocks)
            prices = simulate_prices(state, OPEN, shocks, stress=stress, effect=effect)
            found[seed, effect] = regression(np.log(prices), state.liquidity)
    return pd.DataFrame(found, index=["slope", "t"]).T


def regression(level, liquidity):
    """Ordinary least squares on quarters that do not overlap."""
    spread = level[SPECULATIVE].mean(axis="columns") - level[NEAR_CASH_FLOW].mean(axis="columns")
    quarter = np.arange(0, len(level), 7 * WEEKS_AHEAD)
    gained, before = np.diff(spread.to_numpy()[quarter]), liquidity[quarter[:-1]]
    before = before - before.mean()
    slope = before @ gained / (before @ before)
    rest = gained - gained.mean() - slope * before
    error = np.sqrt(rest @ rest / (len(rest) - 2) / (before @ before))
    return slope, slope / error


def test_the_null_world_has_no_relation(statistics):
    t = statistics.xs(0.0, level=1)["t"]
    assert abs(t.mean()) < 2.5 / np.sqrt(len(t))
    assert 0.6 < t.std() < 1.5
    assert (t.abs() > 2).sum() <= 4


def test_the_thesis_world_has_one(statistics):
    t = statistics.xs(1.0, level=1)["t"]
    assert t.mean() > 1.5
    assert (t > 0).mean() > 0.85


def test_the_slope_is_the_one_in_the_equations(statistics):
    """Difference of the two worlds, same shocks: loadings 0.29 and -0.08, over a quarter in which L fades."""
    gain = statistics.xs(1.0, level=1)["slope"] - statistics.xs(0.0, level=1)["slope"]
    assert 0.04 < gain.mean() < 0.25 * (0.29 + 0.08)
