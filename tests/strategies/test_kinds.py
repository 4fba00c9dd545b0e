"""The rules that set the sleeves' exposures: by hand, by a slow loop, by what they declare."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies.views import prices_of, view_of
from tests.worlds import random_prices
from tidegate.strategies import StrategyConfig, all_strategies, chosen_strategy

FLAT = prices_of(MU=[10, 11, 12, 9, 10, 12], BIL=[1] * 6)
THREE = ["ABUNDANT", "NEUTRAL", "SCARCE"]
LONG_ONLY = [entry.name for entry in all_strategies() if not entry.shorts]


def exposures(view):
    return chosen_strategy(view.config).exposures(view)


def test_the_shipped_kinds():
    assert [entry.name for entry in all_strategies() if entry.shipped] == ["spread", "tilt", "toggle", "trend"]
    assert [entry.name for entry in all_strategies() if entry.shorts] == ["spread"]


def test_toggle_by_hand():
    view = view_of(FLAT.iloc[:3], THREE, kind="toggle", neutral_share=0.4)
    assert exposures(view).to_numpy().tolist() == [[1.0, 0.0], [0.4, 0.6], [0.0, 1.0]]


def test_tilt_by_hand():
    """1 / (1 + e^2) = 0.1192; an unknown level keeps the last share, and has the neutral one before."""
    levels = [np.nan, 0.5, 1.5, np.nan, -1e9, 1e9]
    view = view_of(FLAT, level=levels, kind="tilt", neutral_share=0.3, tilt={"slope": 2.0, "centre": 0.5})
    expected = [0.3, 0.5, 0.8807970779778823, 0.8807970779778823, 0.0, 1.0]
    np.testing.assert_allclose(exposures(view)["speculative"], expected, atol=1e-15)
    np.testing.assert_allclose(exposures(view)["near_cash_flow"], 1 - np.array(expected), atol=1e-15)


@pytest.mark.parametrize(
    ("max_gross", "short_share", "expected"),
    [
        (1.0, 0.3, [[1.0, 0.0], [0.4, 0.6], [-0.3, 0.7]]),
        (1.4, 0.5, [[1.0, 0.0], [0.4, 0.6], [-0.7, 0.7]]),
        (0.8, 0.25, [[0.8, 0.0], [0.32, 0.48], [-0.2, 0.6]]),
    ],
)
def test_spread_by_hand(max_gross, short_share, expected):
    view = view_of(
        FLAT.iloc[:3],
        THREE,
        kind="spread",
        neutral_share=0.4,
        max_gross=max_gross,
        spread={"short_share": short_share},
    )
    np.testing.assert_allclose(exposures(view), expected, atol=1e-15)


def test_trend_by_hand():
    """Averages of three prices: 11, 10.67, 10.33, 10.33 against 12, 9, 10, 12."""
    view = view_of(FLAT, kind="trend", neutral_share=0.25, trend={"sessions": 3})
    assert exposures(view)["speculative"].tolist() == [0.25, 0.25, 1.0, 0.0, 0.0, 1.0]
    assert exposures(view)["near_cash_flow"].tolist() == [0.75, 0.75, 0.0, 1.0, 1.0, 0.0]


def test_trend_against_a_slow_loop():
    """An index of two assets, rebalanced to the present mix at every session."""
    prices = random_prices("2024-01-02", "2024-03-28", ["MU", "SNDK", "BIL"], seed=3)
    sleeves = {"speculative": ["MU", "SNDK"], "near_cash_flow": ["BIL"]}
    view = view_of(prices, sleeves=sleeves, kind="trend", trend={"sessions": 7})
    found = exposures(view)["speculative"].to_numpy()
    for row in range(7, len(prices)):
        index = [1.0]
        for day in range(row - 6, row + 1):
            growth = [prices[name].iloc[day] / prices[name].iloc[day - 1] - 1 for name in ("MU", "SNDK")]
            index.append(index[-1] * (1 + sum(growth) / 2))
        assert found[row] == float(index[-1] > math.fsum(index[1:]) / 7)
    assert set(found[7:]) == {0.0, 1.0}


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(LONG_ONLY),
    regime=st.lists(st.sampled_from(THREE), min_size=6, max_size=6),
    level=st.lists(st.floats(-5, 5) | st.just(float("nan")), min_size=6, max_size=6),
    neutral=st.floats(0, 1),
)
def test_long_only_kinds_hold_exactly_one(kind, regime, level, neutral):
    table = exposures(view_of(FLAT, regime, level, kind=kind, neutral_share=neutral, trend={"sessions": 2}))
    assert np.isfinite(table.to_numpy()).all()
    assert (table.to_numpy() >= 0).all()
    np.testing.assert_allclose(table.sum(axis="columns"), 1.0, atol=1e-15)


@settings(max_examples=40, deadline=None)
@given(
    regime=st.lists(st.sampled_from(THREE), min_size=6, max_size=6),
    neutral=st.floats(0, 1),
    max_gross=st.floats(0.1, 1.6),
    short=st.floats(0.2, 0.9),
)
def test_spread_holds_exactly_the_declared_gross_while_scarce(regime, neutral, max_gross, short):
    view = view_of(
        FLAT, regime, kind="spread", neutral_share=neutral, max_gross=max_gross, spread={"short_share": short}
    )
    gross = exposures(view).abs().sum(axis="columns")
    scarce = view.regime == "SCARCE"
    np.testing.assert_allclose(gross[scarce], max_gross, rtol=1e-12)
    np.testing.assert_allclose(gross[~scarce], min(1.0, max_gross), rtol=1e-12)
    assert (exposures(view)["near_cash_flow"] >= 0).all()


def test_a_spread_that_needs_a_loan_is_refused():
    view = view_of(FLAT, "SCARCE", kind="spread", max_gross=3.0, spread={"short_share": 0.1})
    with pytest.raises(
        Exception, match=r"Strategy spread at 2024-01-02.*received 'speculative -0\.3, near_cash_flow 2\.7"
    ):
        exposures(view)


def test_every_shipped_rule_says_what_it_needs():
    for entry in all_strategies():
        assert entry.source
        assert entry.what.endswith(".")
        assert "Requires" in entry.contract
        assert "Sets" in entry.contract
        assert entry.information_set


def test_the_default_kind_is_the_essays():
    assert chosen_strategy(StrategyConfig()).name == "toggle"
