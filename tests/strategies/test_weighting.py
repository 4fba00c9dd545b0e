"""Weights within a sleeve: by hand, against slow loops, and what always holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies.views import daily, prices_of
from tests.worlds import market_of, random_prices
from tidegate.strategies import SleeveConfig, share_within
from tidegate.strategies.weighting import capped

ASSETS = ("MU", "SNDK", "STX", "BIL")
PRICES = random_prices("2024-01-02", "2024-03-28", ASSETS, seed=1, listed={"SNDK": 20})
WEIGHTINGS = ("equal", "fixed", "inverse_volatility", "momentum")


def shared(prices, allowed=True, **sleeve):
    table = pd.DataFrame(allowed, index=daily(prices), columns=list(prices.columns))
    return share_within(SleeveConfig(assets=tuple(prices.columns), **sleeve), table, market_of(prices))


def given_weights(weighting, assets=ASSETS):
    return dict(zip(assets, range(1, len(assets) + 1), strict=True)) if weighting == "fixed" else {}


def test_equal_and_fixed_renormalise_among_the_eligible():
    prices = prices_of(MU=[1] * 3, SNDK=[1] * 3, BIL=[1] * 3)
    allowed = [[True, False, True], [True, True, True], [False, False, False]]
    np.testing.assert_allclose(shared(prices, allowed), [[0.5, 0, 0.5], [1 / 3] * 3, [0, 0, 0]])
    weights = {"MU": 1, "SNDK": 2, "BIL": 1}
    fixed = shared(prices, allowed, weighting="fixed", weights=weights)
    np.testing.assert_allclose(fixed, [[0.5, 0, 0.5], [0.25, 0.5, 0.25], [0, 0, 0]])


def test_inverse_volatility_by_hand():
    """Deviations of 10 % and of 30 %: three quarters and one quarter; equal while nothing is known."""
    prices = prices_of(MU=[100, 110, 99, 108.9], SNDK=[100, 130, 91, 118.3])
    found = shared(prices, weighting="inverse_volatility", lookback=2)
    np.testing.assert_allclose(found, [[0.5, 0.5], [0.5, 0.5], [0.75, 0.25], [0.75, 0.25]], rtol=1e-12)


def test_an_asset_that_does_not_move_gets_nothing_beside_one_that_does():
    prices = prices_of(MU=[100, 110, 99], BIL=[1, 1, 1])
    found = shared(prices, weighting="inverse_volatility", lookback=2)
    assert found.to_numpy().tolist() == [[0.5, 0.5], [0.5, 0.5], [1.0, 0.0]]


def test_momentum_by_hand():
    """Growth over two sessions: +10 %, -50 %, +30 % rank 2, 1, 3; then all alike; then SNDK may not be held."""
    prices = prices_of(MU=[10, 10, 11, 11, 11], SNDK=[10, 10, 5, 11, 10], STX=[10, 10, 13, 11, 13])
    allowed = [[True] * 3] * 4 + [[True, False, True]]
    found = shared(prices, allowed, weighting="momentum", lookback=2)
    np.testing.assert_allclose(found.iloc[:2], 1 / 3)
    np.testing.assert_allclose(found.iloc[2], [2 / 6, 1 / 6, 3 / 6])
    np.testing.assert_allclose(found.iloc[3], 1 / 3)
    assert found.iloc[4].tolist() == [0.5, 0.0, 0.5]  # MU and STX both stand where they stood: 2nd and a half


def test_unknown_momentum_gets_nothing_until_it_is_known():
    prices = prices_of(MU=[10, 11, 12, 13], SNDK=[np.nan, np.nan, 10, 11])
    allowed = [[True, False]] * 2 + [[True, True]] * 2
    found = shared(prices, allowed, weighting="momentum", lookback=2)
    assert found.to_numpy().tolist() == [[1.0, 0.0]] * 4


@pytest.mark.parametrize(
    ("weights", "cap", "expected"),
    [
        ([0.6, 0.3, 0.1], 0.5, [0.5, 0.375, 0.125]),  # the cut tenth is shared 3 : 1
        ([0.7, 0.2, 0.1], 0.4, [0.4, 0.4, 0.2]),  # exactly full after one turn
        ([0.8, 0.15, 0.05], 0.4, [0.4, 0.4, 0.2]),  # the second spills over too
        ([0.5, 0.5, 0.0], 0.4, [0.4, 0.4, 0.0]),  # too few eligible: the rest is cash
        ([1.0, 0.0, 0.0], 0.4, [0.4, 0.0, 0.0]),
        ([0.0, 0.0, 0.0], 0.4, [0.0, 0.0, 0.0]),
        ([0.6, 0.3, 0.1], 1.0, [0.6, 0.3, 0.1]),
    ],
)
def test_caps_by_hand(weights, cap, expected):
    np.testing.assert_allclose(capped(np.array([weights]), cap), [expected], atol=1e-15)


def filled(weights, cap):
    """The water level found by halving: min(cap, level x weight) sums to what is possible."""
    want = min(sum(weights), cap * sum(weight > 0 for weight in weights))
    low, high = 0.0, 1e9
    for _ in range(200):
        level = (low + high) / 2
        low, high = (level, high) if sum(min(cap, level * weight) for weight in weights) < want else (low, level)
    return [min(cap, high * weight) for weight in weights]


@settings(max_examples=200, deadline=None)
@given(
    raw=st.lists(st.integers(0, 50), min_size=1, max_size=7).filter(any),
    cap=st.floats(0.05, 1),
)
def test_caps_against_a_slow_search(raw, cap):
    weights = np.array([raw]) / sum(raw)
    found = capped(weights, cap)
    assert found.max() <= cap
    np.testing.assert_allclose(found[0], filled(weights[0].tolist(), cap), atol=1e-9)


def test_too_few_eligible_leave_the_rest_in_cash():
    prices = prices_of(MU=[1] * 2, SNDK=[1] * 2, STX=[1] * 2)
    found = shared(prices, [[True, False, False], [True, True, True]], cap=0.4)
    np.testing.assert_allclose(found, [[0.4, 0, 0], [1 / 3] * 3])


@settings(max_examples=40, deadline=None)
@given(
    weighting=st.sampled_from(WEIGHTINGS),
    cap=st.floats(0.25, 1),
    lookback=st.integers(2, 30),
    seed=st.integers(0, 2**16),
)
def test_shares_are_whole_capped_and_only_of_the_eligible(weighting, cap, lookback, seed):
    allowed = np.random.default_rng(seed).random(PRICES.shape) < 0.7
    allowed &= PRICES.notna().to_numpy()
    table = shared(
        PRICES, allowed, weighting=weighting, cap=cap, lookback=lookback, weights=given_weights(weighting)
    ).to_numpy()
    assert np.isfinite(table).all()
    assert (table >= 0).all()
    assert table.max() <= cap
    assert (table[~allowed] == 0).all()
    most = np.minimum(1, (table > 0).sum(axis=1) * cap)
    np.testing.assert_allclose(table.sum(axis=1), most, atol=1e-12)
    assert ((table.sum(axis=1) > 0) == allowed.any(axis=1)).all()


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("cap", [1.0, 0.35])
@settings(max_examples=6, deadline=None)
@given(order=st.permutations(ASSETS))
def test_permuting_the_assets_permutes_the_shares(weighting, cap, order):
    options = {"weighting": weighting, "cap": cap, "lookback": 10, "weights": given_weights(weighting)}
    allowed = PRICES.notna()
    plain = shared(PRICES, allowed.to_numpy(), **options)
    other = shared(PRICES[order], allowed[order].to_numpy(), **options)
    pd.testing.assert_frame_equal(other[list(ASSETS)], plain, rtol=1e-12)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("scale", [0.125, 4096.0, 3.7])
def test_the_unit_of_prices_does_not_matter(weighting, scale):
    options = {"weighting": weighting, "cap": 0.5, "lookback": 10, "weights": given_weights(weighting)}
    plain, scaled = shared(PRICES, **options), shared(PRICES * scale, **options)
    np.testing.assert_allclose(scaled, plain, rtol=1e-12 if scale == 3.7 else 0)


def test_crypto_is_weighted_by_the_bar_that_is_over():
    """At 17:00 the bitcoin bar of the day is not over: its growth over two sessions is yesterday's."""
    prices = prices_of(**{"BTC-USD": [10, 10, 20, 1, 1], "MU": [10, 10, 11, 11, 12]})
    found = shared(prices, weighting="momentum", lookback=2)
    np.testing.assert_allclose(found.iloc[3], [2 / 3, 1 / 3])  # +100 % until yesterday
    np.testing.assert_allclose(found.iloc[4], [1 / 3, 2 / 3])  # -90 %
