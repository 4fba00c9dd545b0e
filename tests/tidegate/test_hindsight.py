"""Hindsight controls: proxies, and baskets drawn at random."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate import pipeline
from tidegate.backtests.bills import bill_returns
from tidegate.backtests.engine import backtest
from tidegate.backtests.performance import sharpe_ratio
from tidegate.data.assets import is_crypto
from tidegate.hindsight import proxies_plan, random_baskets, universe, weigh_baskets
from tidegate.pipeline import tradable_prices
from tidegate.rivals import limits_of
from tidegate.strategies import eligible
from tidegate.study import Study

WORLD = ["economy.first_session=2012-01-03", "economy.last_session=2016-12-30", "evidence.baskets=19"]


@pytest.fixture(scope="module")
def study():
    return Study.load("essay", WORLD)


def executed(study, market, decisions, targets=None):
    targets = decisions.targets if targets is None else targets
    trades = decisions.trades(targets, study.strategy)
    prices = tradable_prices(study, market)
    return backtest("one", trades, prices, study.costs, study.execution, limits=limits_of(study))


def weighed(study, market, decisions):
    bills = bill_returns(market.releases, pd.DatetimeIndex(executed(study, market, decisions).value.index))
    return weigh_baskets(study, market, decisions, tradable_prices(study, market), bills), bills


@pytest.fixture(scope="module")
def found(study, market, decisions):
    return weighed(study, market, decisions)


def test_the_own_basket_is_the_strategy(study, market, decisions, found):
    baskets, bills = found
    assert baskets.sharpe == pytest.approx(sharpe_ratio(executed(study, market, decisions).returns, bills), rel=1e-9)


def test_the_baskets_one_by_one(study, market, decisions, found):
    """Each basket executed alone: the same exposures, its eligible names in equal parts."""
    baskets, bills = found
    index, ratios = pd.DatetimeIndex(decisions.targets.index), []
    for basket in random_baskets(study, market):
        allowed = eligible(market, basket, index, min_sessions=63, min_prices=63).astype(float)
        share = allowed.div(allowed.sum(axis="columns").clip(lower=1), axis="index")
        near = share.mul(decisions.exposures["near_cash_flow"], axis="index")
        speculative = decisions.shares["speculative"].mul(decisions.exposures["speculative"], axis="index")
        targets = pd.concat([speculative, near], axis=1)
        ratios.append(sharpe_ratio(executed(study, market, decisions, targets).returns, bills))
    assert [baskets.low, baskets.median, baskets.high] == pytest.approx(
        np.quantile(ratios, [0.05, 0.5, 0.95]), rel=1e-6
    )
    assert baskets.p_value == pytest.approx((1 + sum(ratio >= baskets.sharpe for ratio in ratios)) / 20)
    assert (baskets.draws, baskets.universe) == (19, len(universe(study, market)))


def test_plain_data(found):
    baskets, _ = found
    assert set(baskets.as_dict()) == {"sharpe", "median", "low", "high", "p_value", "draws", "universe"}
    assert baskets.low <= baskets.median <= baskets.high
    assert 1 / 20 <= baskets.p_value <= 1


def test_the_universe_is_what_could_have_been_chosen(study, market):
    names = universe(study, market)
    assert set(study.sleeves.near_cash_flow.assets) <= set(names)
    assert not set(study.sleeves.speculative.assets) & set(names)
    assert not [name for name in names if is_crypto(name)]
    assert {"SPY", "SHV", "GONE"} <= set(names)
    without = Study.load("essay", [*WORLD, "sleeves.speculative.assets=['CRM']"])
    assert "BTC-USD" in market.assets
    assert not [name for name in universe(without, market) if is_crypto(name)]


def test_the_seed_decides_the_baskets(study, market):
    drawn = random_baskets(study, market)
    assert drawn == random_baskets(study, market)
    assert drawn != random_baskets(Study.load("essay", [*WORLD, "evidence.seed=1"]), market)
    assert len(drawn) == 19
    assert all(len(set(basket)) == 4 and set(basket) <= set(universe(study, market)) for basket in drawn)
    assert len(set(drawn)) > 10


def test_no_baskets_where_the_data_hold_no_other_names(study, market, decisions):
    small = replace(market, prices=market.prices[list(study.tickers)])
    assert random_baskets(study, small) == []
    assert weighed(study, small, decisions)[0] is None


def test_a_hole_in_a_name_that_the_study_never_chose_stops_nothing(study, market, decisions):
    prices = market.prices.copy()
    for asset in ("SPY", "QQQ", "SHV"):
        prices.loc[prices.index.day_of_week == 4, asset] = np.nan  # every fill session
    baskets, _ = weighed(study, replace(market, prices=prices), decisions)
    assert baskets.draws == 19


def test_shorts_in_baskets(market):
    study = Study.load("essay", [*WORLD, "strategy.kind=spread", "strategy.max_gross=1.2"])
    decisions = tg.decide(study, market)
    baskets, bills = weighed(study, market, decisions)
    assert baskets.sharpe == pytest.approx(sharpe_ratio(executed(study, market, decisions).returns, bills), rel=1e-9)


def test_proxies_are_the_same_rules_on_other_names(study, market, decisions):
    changed = Study.load("essay", [*WORLD, "strategy.neutral_share=0.3"])
    plan = proxies_plan(changed, market, decisions)
    proxies = Study.load("proxies", [*WORLD, "strategy.neutral_share=0.3"])
    pd.testing.assert_frame_equal(plan.targets, tg.decide(proxies, market).targets)
    assert plan.config == changed.strategy


def test_no_proxies_where_the_data_lack_them(study, market, decisions):
    lacking = replace(market, prices=market.prices.drop(columns="IGV"))
    assert proxies_plan(study, lacking, decisions) is None


def test_a_hole_in_a_proxy_that_no_gate_looked_at_stops_nothing(study, market, decisions):
    whole = pipeline._portfolios(study, market, market.prices, decisions)["proxies"].orders
    session = whole.loc[whole["asset"] == "SMH", "session"].iloc[0]
    prices = market.prices.copy()
    prices.loc[session, "SMH"] = np.nan
    holed = pipeline._portfolios(study, replace(market, prices=prices), prices, decisions)["proxies"].orders
    filled = holed[(holed["session"] == session) & (holed["asset"] == "SMH")]
    assert filled["price"].tolist() == [market.prices.loc[:session, "SMH"].iloc[-2]]


@pytest.mark.parametrize("on", ['["drift"]', '["change", "schedule"]'])
def test_proxies_that_begin_later_are_traded_from_their_own_begin(market, on):
    """Drift is followed with the prices of the plan's own decisions, not of the study's."""
    study = Study.load("essay", [*WORLD, f"strategy.rebalance_on={on}"])
    prices = market.prices.copy()
    prices.loc[:"2014-01-31", ["SMH", "BIL"]] = np.nan
    prices["BIL"] = prices["BIL"].where(prices.index > "2014-01-31")
    late = replace(market, prices=prices)
    essay = Study.load("essay", [*WORLD, f"strategy.rebalance_on={on}", "sleeves.near_cash_flow.assets=['MU']"])
    decisions = tg.decide(essay, late)
    plan = proxies_plan(essay, late, decisions)
    assert plan.targets.index[0] > decisions.targets.index[60]
    waits = [f"strategy.rebalance_on={on}", "strategy.empty_sleeve=wait"]
    alone = tg.decide(Study.load("proxies", [*WORLD, *waits]), late)
    expected = alone.trades(alone.targets, study.strategy)
    pd.testing.assert_frame_equal(decisions.trades(plan.targets, plan.config), expected)
    assert 1 < len(expected) < len(plan.targets)
