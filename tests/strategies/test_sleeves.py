"""Which assets may be held, and from exposures of sleeves to weights of assets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies.views import daily, prices_of
from tests.worlds import market_of, random_prices
from tidegate.data.clock import decision_instants
from tidegate.strategies import SLEEVES, SleeveConfig, asset_weights, buy_and_hold, constant_mix, eligible, share_within

GAPS = prices_of(MU=[np.nan, 10, np.nan, 11, 12, 13])
ASSETS = ["BTC-USD", "MU", "SNDK", "BIL"]
PRICES = random_prices("2024-01-02", "2024-03-28", ASSETS, listed={"SNDK": 30})
PRICES.loc[PRICES.index[45] :, "MU"] = np.nan  # delisted
AT = decision_instants(PRICES.index[0], PRICES.index[-1], every="daily")


def held(prices, asset="MU", **minimum):
    return eligible(market_of(prices), [asset], daily(prices), **minimum)[asset].tolist()


@pytest.mark.parametrize(
    ("minimum", "expected"),
    [
        ({"min_sessions": 1}, [False, True, False, True, True, True]),
        ({"min_sessions": 3}, [False, False, False, True, True, True]),  # the hole counts as a session
        ({"min_sessions": 4}, [False, False, False, False, True, True]),
        ({"min_sessions": 1, "min_prices": 2}, [False, False, False, True, True, True]),
        ({"min_sessions": 1, "min_prices": 4}, [False, False, False, False, False, True]),  # the hole is no price
        ({"min_sessions": 5, "min_prices": 3}, [False, False, False, False, False, True]),
        ({"min_sessions": 6}, [False] * 6),
    ],
)
def test_sessions_since_listing_and_prices_by_hand(minimum, expected):
    assert held(GAPS, **minimum) == expected


def test_a_delisted_asset_leaves_with_its_last_price():
    assert held(prices_of(MU=[10, 11, 12, np.nan, np.nan]), min_sessions=2) == [False, True, True, False, False]


def test_crypto_needs_its_bar_to_be_over():
    prices = prices_of(**{"BTC-USD": [10, 11, 12, np.nan, 13, 14], "MU": [1] * 6})
    assert held(prices, "BTC-USD", min_sessions=2) == [False, False, True, True, False, True]
    assert held(prices, "MU", min_sessions=2) == [False, True, True, True, True, True]


def test_what_comes_later_changes_nothing():
    cut = 40
    whole = eligible(market_of(PRICES), ASSETS, AT, min_sessions=5, min_prices=5)
    known = eligible(market_of(PRICES).known_at(AT[cut]), ASSETS, AT[: cut + 1], min_sessions=5, min_prices=5)
    pd.testing.assert_frame_equal(known, whole.iloc[: cut + 1])


def table(**columns):
    return pd.DataFrame(columns, dtype=float)


def test_exposures_times_shares():
    exposures = table(speculative=[0.25], near_cash_flow=[0.75])
    shares = {"speculative": table(MU=[1.0]), "near_cash_flow": table(STX=[0.4], BIL=[0.6])}
    assert asset_weights(exposures, shares).iloc[0].to_dict() == pytest.approx({"MU": 0.25, "STX": 0.3, "BIL": 0.45})


def test_a_short_sleeve_is_shared_like_a_long_one():
    exposures = table(speculative=[-0.4], near_cash_flow=[0.6])
    shares = {"speculative": table(MU=[0.75], SNDK=[0.25]), "near_cash_flow": table(BIL=[1.0])}
    assert asset_weights(exposures, shares).iloc[0].to_dict() == pytest.approx({"MU": -0.3, "SNDK": -0.1, "BIL": 0.6})


def test_an_asset_of_two_sleeves_gets_the_sum():
    exposures = table(speculative=[0.2, 0.0], near_cash_flow=[0.6, 1.0], bills=[0.2, 0.0])
    shares = {
        "speculative": table(MU=[1.0, 1.0]),
        "near_cash_flow": table(SMH=[0.5, 0.0], BIL=[0.5, 1.0]),
        "bills": table(BIL=[1.0, 1.0]),
    }
    found = asset_weights(exposures, shares)
    assert list(found.columns) == ["MU", "SMH", "BIL"]
    np.testing.assert_allclose(found, [[0.2, 0.3, 0.5], [0.0, 0.0, 1.0]])


def test_bills_that_nobody_holds_get_nothing():
    exposures = table(speculative=[0.2], near_cash_flow=[0.8])
    shares = {"speculative": table(MU=[1.0]), "near_cash_flow": table(SMH=[1.0]), "bills": table(BIL=[1.0])}
    assert asset_weights(exposures, shares).iloc[0].to_dict() == {"MU": 0.2, "SMH": 0.8, "BIL": 0.0}


def test_constant_mix_is_the_average():
    exposures = table(speculative=[1.0, 0.5, 0.0, 0.0], near_cash_flow=[0.0, 0.5, 1.0, 1.0])
    assert constant_mix(exposures).to_numpy().tolist() == [[0.375, 0.625]] * 4


def test_buy_and_hold():
    assert buy_and_hold(AT[:2], "near_cash_flow", SLEEVES).to_numpy().tolist() == [[0.0, 1.0]] * 2


@settings(max_examples=40, deadline=None)
@given(
    exposure=st.lists(st.floats(-1, 1), min_size=len(AT), max_size=len(AT)),
    weighting=st.sampled_from(["equal", "inverse_volatility", "momentum"]),
    min_sessions=st.integers(1, 60),
    min_prices=st.integers(1, 60),
)
def test_weights_respect_eligibility_and_never_leak_across(exposure, weighting, min_sessions, min_prices):
    market, sleeves = market_of(PRICES), {"speculative": ("BTC-USD", "MU"), "near_cash_flow": ("SNDK", "BIL")}
    allowed = {
        name: eligible(market, assets, AT, min_sessions=min_sessions, min_prices=min_prices)
        for name, assets in sleeves.items()
    }
    shares = {
        name: share_within(SleeveConfig(assets=assets, weighting=weighting, lookback=5), allowed[name], market)
        for name, assets in sleeves.items()
    }
    exposures = pd.DataFrame({"speculative": exposure, "near_cash_flow": 1 - np.abs(exposure)}, index=AT)
    weights = asset_weights(exposures, shares)
    assert np.isfinite(weights.to_numpy()).all()
    assert weights.abs().sum(axis="columns").max() <= 1 + 1e-12
    for name, assets in sleeves.items():
        assert (weights[list(assets)].to_numpy()[~allowed[name].to_numpy()] == 0).all()
        filled = allowed[name].any(axis="columns")
        total = weights[list(assets)].sum(axis="columns")
        np.testing.assert_allclose(total, exposures[name].where(filled, 0.0), atol=1e-12)
    assert (weights["SNDK"].iloc[:30] == 0).all()
    assert (weights["MU"].iloc[45:] == 0).all()
