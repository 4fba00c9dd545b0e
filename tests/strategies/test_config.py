"""Impossible configurations are refused with words that name the place."""

import pytest
from pydantic import ValidationError

import tidegate as tg
from tidegate.strategies import SleeveConfig, StrategyConfig

SLEEVES = [
    ({"assets": []}, "at least 1 item"),
    ({"assets": ["MU", "MU"]}, "a ticker stands twice"),
    ({"assets": ["MU"], "weighting": "fixed"}, "one positive weight for every ticker"),
    ({"assets": ["MU"], "weighting": "fixed", "weights": {"MU": 0}}, "one positive weight"),
    ({"assets": ["MU"], "weighting": "fixed", "weights": {"MU": float("nan")}}, "a finite number"),
    ({"assets": ["MU"], "weighting": "fixed", "weights": {"MU": float("inf")}}, "a finite number"),
    ({"assets": ["MU"], "weighting": "fixed", "weights": {"MU": 1, "SNDK": 1}}, "one positive weight"),
    ({"assets": ["MU"], "weights": {"MU": 1}}, "the weighting is not fixed"),
    ({"assets": ["MU"], "weighting": "momentun"}, "'inverse_volatility' or 'momentum'"),
    ({"assets": ["MU", "SNDK", "STX"], "cap": 0.3}, "a cap of 0.3 leaves 3 assets unable.*at least 1/3"),
    ({"assets": ["MU"], "cap": 1.5}, "less than or equal to 1"),
    ({"assets": ["MU"], "cap": 0}, "greater than 0"),
    ({"assets": ["MU"], "lookback": 1}, "greater than or equal to 2"),
]


@pytest.mark.parametrize(("sleeve", "words"), SLEEVES)
def test_impossible_sleeves(sleeve, words):
    with pytest.raises(ValidationError, match=words):
        SleeveConfig(**sleeve)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 49])
def test_a_cap_of_exactly_one_over_n_is_possible(count):
    assets = tuple(f"A{number}" for number in range(count))
    assert SleeveConfig(assets=assets, cap=1 / count).cap == 1 / count


STUDIES = {
    "sleeves.near_cash_flow.assets=['BTC-USD']": "BTC-USD stands in both sleeves",
    "sleeves.speculative.cap=0.01": "key sleeves.speculative: a cap of 0.01 leaves .* at least 1/",
    "costs.crypto.fee_bps=-1": r"key costs\.crypto\.fee_bps; received -1; .*greater than or equal to 0",
    "costs.etf.borrow_bps=-1": r"key costs\.etf\.borrow_bps; received -1",
    "signal.regime.scarce_enter=0.4": "thresholds must rise",
    "strategy.drawdown_brake.limit=0.1": r"key strategy\.drawdown_brake: release must be smaller than limit",
    "strategy.drawdown_brake={limit=0.1, release=0.2}": "release must be smaller than limit",
    "strategy.wrap=['vol_target', 'vol_target']": "key strategy: a wrapper stands twice in wrap",
    "strategy.wrap=['vol_targt']": "received 'vol_targt'; expected .*'vol_target' or 'drawdown_brake'",
    "strategy.wrap=vol_target": "received 'vol_target'; expected a value that is a list",
    "strategy.max_gross=0": "greater than 0",
    "strategy.max_gross=3.1": "less than or equal to 3",
    "strategy.neutral_share=1.1": "less than or equal to 1",
    "strategy.min_sessions=0": "greater than or equal to 1",
    "strategy.min_prices=0": "greater than or equal to 1",
    "strategy.rebalance_on=[]": "at least 1 item",
    "strategy.rebalance_on=['flip']": "'change', 'schedule' or 'drift'",
    "strategy.rebalance_every=0": "greater than or equal to 1",
    "strategy.drift=0": "greater than 0",
    "strategy.no_trade_band=-0.1": "greater than or equal to 0",
    "strategy.empty_sleeve=cash": "'refuse', 'bills' or 'wait'",
    "strategy.idle=stocks": "'cash' or 'bills'",
    "strategy.spread.short_share=1": "less than 1",
    "strategy.tilt.slope=0": "greater than 0",
    "strategy.tilt.centre=nan": "finite number",
    "strategy.trend.sessions=1": "greater than or equal to 2",
    "strategy.tilt.slop=1": r"unknown key strategy\.tilt\.slop; .*Did you mean strategy\.tilt\.slope\?",
    "strategy.wraps=[]": r"unknown key strategy\.wraps; .*Did you mean strategy\.wrap\?",
}


@pytest.mark.parametrize("override", STUDIES)
def test_impossible_studies(override):
    with pytest.raises(tg.ConfigError, match=STUDIES[override]) as refused:
        tg.Study.load("essay", [override])
    assert "\n" not in str(refused.value)


def test_what_watches_drift_and_what_needs_bills():
    assert not StrategyConfig().watches_drift
    assert StrategyConfig(no_trade_band=0.01).watches_drift
    assert StrategyConfig(rebalance_on=("drift",)).watches_drift
    assert not StrategyConfig().bills_stand_in
    assert StrategyConfig(idle="bills").bills_stand_in
    assert StrategyConfig(empty_sleeve="bills").bills_stand_in
