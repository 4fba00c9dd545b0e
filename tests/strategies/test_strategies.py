"""Strategies, sleeves and rebalancing by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.worlds import market_of, random_prices
from tidegate.data.clock import decision_instants
from tidegate.strategies import (
    SLEEVES,
    SleeveConfig,
    StrategyConfig,
    asset_weights,
    buy_and_hold,
    constant_mix,
    eligible,
    rebalance_rows,
    share_within,
    toggle,
)

PRICES = random_prices("2024-01-02", "2024-03-28", ["BTC-USD", "MU", "SNDK", "BIL"], listed={"SNDK": 30})
DECISIONS = decision_instants(PRICES.index[0], PRICES.index[-1])


def test_toggle_by_hand():
    regime = pd.Series(["ABUNDANT", "NEUTRAL", "SCARCE"])
    assert toggle(regime, StrategyConfig(neutral_share=0.4)).to_numpy().tolist() == [[1.0, 0.0], [0.4, 0.6], [0.0, 1.0]]


def test_constant_mix_is_the_average():
    exposures = pd.DataFrame({"speculative": [1.0, 0.5, 0.0, 0.0], "near_cash_flow": [0.0, 0.5, 1.0, 1.0]})
    assert constant_mix(exposures).to_numpy().tolist() == [[0.375, 0.625]] * 4


def test_buy_and_hold():
    assert buy_and_hold(DECISIONS[:2], "near_cash_flow", SLEEVES).to_numpy().tolist() == [[0.0, 1.0]] * 2


def test_an_asset_is_eligible_once_it_has_traded_long_enough():
    allowed = eligible(market_of(PRICES), ["SNDK", "MU"], DECISIONS, min_sessions=5)
    fifth_bar = PRICES.index[30 + 4]
    assert allowed["MU"].tolist() == [False, *[True] * 12]  # three bars at the first Thursday
    expected = [decision.tz_convert("America/New_York").tz_localize(None) >= fifth_bar for decision in DECISIONS]
    assert allowed["SNDK"].tolist() == expected
    assert any(expected)
    assert not all(expected)


def test_an_asset_without_a_fresh_bar_is_not_eligible():
    gone = PRICES.copy()
    gone.loc[gone.index[40] :, "MU"] = np.nan
    allowed = eligible(market_of(gone), ["MU"], DECISIONS, min_sessions=5)["MU"]
    assert not allowed[gone.index[41].tz_localize("UTC") < DECISIONS].any()


def test_crypto_needs_its_bar_to_be_over():
    """At Thursday 17:00 only Wednesday's bitcoin bar is complete: one session less than a stock."""
    allowed = eligible(market_of(PRICES), ["BTC-USD", "MU"], DECISIONS[:1], min_sessions=3)
    assert allowed.iloc[0].to_dict() == {"BTC-USD": False, "MU": True}


def test_equal_and_fixed_shares_renormalise_among_the_eligible():
    allowed = pd.DataFrame({"MU": [True, True, False], "SNDK": [False, True, False], "BIL": [True, True, False]})
    equal = share_within(SleeveConfig(assets=("MU", "SNDK", "BIL")), allowed)
    np.testing.assert_allclose(equal, [[0.5, 0, 0.5], [1 / 3] * 3, [0, 0, 0]])
    fixed = SleeveConfig(assets=("MU", "SNDK", "BIL"), weighting="fixed", weights={"MU": 1, "SNDK": 2, "BIL": 1})
    np.testing.assert_allclose(share_within(fixed, allowed), [[0.5, 0, 0.5], [0.25, 0.5, 0.25], [0, 0, 0]])


def test_exposures_times_shares():
    exposures = pd.DataFrame({"speculative": [0.25], "near_cash_flow": [0.75]})
    shares = {
        "speculative": pd.DataFrame({"BTC-USD": [1.0]}),
        "near_cash_flow": pd.DataFrame({"MU": [0.4], "BIL": [0.6]}),
    }
    assert asset_weights(exposures, shares).iloc[0].to_dict() == pytest.approx(
        {"BTC-USD": 0.25, "MU": 0.3, "BIL": 0.45}
    )


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (3, [True, False, False, True, True, False, False, True]),
        (None, [True, False, False, False, True, False, False, False]),
    ],
)
def test_rebalance_on_change_and_on_schedule(every, expected):
    targets = pd.DataFrame({"MU": [1.0] * 4 + [0.0] * 4, "BIL": [0.0] * 4 + [1.0] * 4})
    assert rebalance_rows(targets, every=every).tolist() == expected


@settings(max_examples=50, deadline=None)
@given(
    regimes=st.lists(st.sampled_from(["ABUNDANT", "NEUTRAL", "SCARCE"]), min_size=13, max_size=13),
    neutral=st.floats(0, 1),
    min_sessions=st.integers(1, 60),
)
def test_weights_are_finite_whole_and_respect_eligibility(regimes, neutral, min_sessions):
    sleeves = {"speculative": ("BTC-USD", "MU"), "near_cash_flow": ("SNDK", "BIL")}
    market = market_of(PRICES)
    allowed = {name: eligible(market, assets, DECISIONS, min_sessions=min_sessions) for name, assets in sleeves.items()}
    shares = {name: share_within(SleeveConfig(assets=assets), allowed[name]) for name, assets in sleeves.items()}
    exposures = toggle(pd.Series(regimes, index=DECISIONS), StrategyConfig(neutral_share=neutral))
    weights = asset_weights(exposures, shares)
    assert np.isfinite(weights).all(axis=None)
    assert (weights >= 0).all(axis=None)
    assert (weights.sum(axis="columns") <= 1 + 1e-12).all()
    for name, assets in sleeves.items():
        for asset in assets:
            assert (weights.loc[~allowed[name][asset], asset] == 0).all()
        filled = allowed[name].any(axis="columns")
        total = weights.loc[filled, list(assets)].sum(axis="columns")
        np.testing.assert_allclose(total, exposures.loc[filled, name], atol=1e-12)


@pytest.mark.parametrize(
    "sleeve",
    [
        {"assets": []},
        {"assets": ["MU", "MU"]},
        {"assets": ["MU"], "weighting": "fixed"},
        {"assets": ["MU"], "weighting": "fixed", "weights": {"MU": -1}},
        {"assets": ["MU"], "weights": {"MU": 1}},
    ],
)
def test_impossible_sleeves_are_refused(sleeve):
    with pytest.raises(ValidationError):
        SleeveConfig(**sleeve)
