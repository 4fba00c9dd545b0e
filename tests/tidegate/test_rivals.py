"""The rivals, each against a slow loop or an independent construction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate import pipeline
from tidegate.backtests.lag import fill_sessions
from tidegate.rivals import absent, limits_of, plans
from tidegate.strategies import SLEEVES
from tidegate.study import Study

WORLD = ["economy.first_session=2012-01-03", "economy.last_session=2019-12-30"]
NAMES = ["strategy", "constant_mix", "speculative", "near_cash_flow", "sixty_forty", "trend", "volatility_managed"]
NAMES += ["net_liquidity_only", "credit_only", "price_only"]


@pytest.fixture(scope="module")
def study():
    return Study.load("proxies", WORLD)


@pytest.fixture(scope="module")
def made(study, market, decisions):
    return plans(study, market, decisions)


def test_every_rival_stands_beside_the_strategy(study, made, decisions):
    assert list(made) == NAMES
    assert absent(study, made) == ()
    for name, plan in made.items():
        assert plan.targets.index.equals(decisions.targets.index), name
        assert np.isfinite(plan.targets.to_numpy()).all(), name
        assert (plan.targets >= 0).all(axis=None), name
        assert (plan.targets.sum(axis="columns") <= 1 + 1e-12).all(), name
    assert made["strategy"].targets is decisions.targets


def test_the_constant_mix_holds_the_average_exposure(made, decisions):
    mean = {sleeve: sum(decisions.exposures[sleeve]) / len(decisions.exposures) for sleeve in SLEEVES}
    for decision, row in made["constant_mix"].targets.iterrows():
        for sleeve in SLEEVES:
            for asset, share in decisions.shares[sleeve].loc[decision].items():
                assert row[asset] == pytest.approx(mean[sleeve] * share)


@pytest.mark.parametrize("sleeve", SLEEVES)
def test_a_held_sleeve_is_traded_only_when_its_names_change(made, decisions, sleeve):
    plan, share = made[sleeve], decisions.shares[sleeve]
    pd.testing.assert_frame_equal(plan.targets[list(share.columns)], share)
    np.testing.assert_allclose(plan.targets.sum(axis="columns"), 1.0)
    trades = decisions.trades(plan.targets, plan.config)
    assert len(trades) == 1 + int((share.diff().iloc[1:] != 0).any(axis="columns").sum())


def test_sixty_forty_is_rebalanced_on_schedule(made, decisions):
    plan = made["sixty_forty"]
    assert plan.targets.columns.tolist() == ["SPY", "TLT"]
    assert plan.targets.drop_duplicates().to_numpy().tolist() == [[0.6, 0.4]]
    assert decisions.trades(plan.targets, plan.config).index.equals(decisions.targets.index[::4])


def without(market, asset, *, until=None):
    prices = market.prices.copy()
    prices.loc[: until or prices.index[-1], asset] = np.nan
    return replace(market, prices=prices if until else prices.drop(columns=asset))


@pytest.mark.parametrize("fund", ["SPY", "TLT"])
def test_sixty_forty_is_absent_where_a_fund_is(study, market, decisions, fund):
    found = plans(study, without(market, fund), decisions)
    assert "sixty_forty" not in found
    assert absent(study, found) == ("sixty_forty",)


def test_sixty_forty_is_absent_where_a_fund_is_too_young(study, market, decisions):
    first = decisions.targets.index[0].tz_localize(None).normalize()
    days = market.sessions[market.sessions <= first]
    assert "sixty_forty" in plans(study, without(market, "TLT", until=days[-64]), decisions)
    assert "sixty_forty" not in plans(study, without(market, "TLT", until=days[-63]), decisions)


def known_days(market, decision):
    """Sessions whose bitcoin bar was over: those of the UTC days before the decision's."""
    return market.prices.loc[: decision.tz_localize(None).normalize() - pd.Timedelta(days=1)]


def test_trend_equals_a_slow_loop(made, market, decisions):
    speculative = []
    for decision in decisions.targets.index:
        bars = known_days(market, decision)[["BTC-USD", "IGV"]].iloc[-200:]
        share = decisions.shares["speculative"].loc[decision]
        value, path = 1.0, [1.0]
        for yesterday, today in zip(bars.index[:-1], bars.index[1:], strict=True):
            value *= 1 + sum(share[a] * (bars.at[today, a] / bars.at[yesterday, a] - 1) for a in bars)
            path.append(value)
        speculative.append(0.5 if len(path) < 200 else float(value > sum(path) / 200))
    held = made["trend"].targets[["BTC-USD", "IGV"]].sum(axis="columns")
    assert held.round(12).tolist() == speculative
    assert {0.0, 1.0} <= set(speculative)


def test_volatility_managed_equals_a_slow_loop(made, market, decisions):
    targets = made["volatility_managed"].targets
    factors = []
    for decision in targets.index:
        weights = {a: s / 2 for each in SLEEVES for a, s in decisions.shares[each].loc[decision].items()}
        bars = known_days(market, decision)[list(weights)].iloc[-64:]
        moves = (bars / bars.shift(1) - 1).iloc[1:] @ pd.Series(weights)
        factor = min(0.15 / (float(np.sqrt(((moves - moves.mean()) ** 2).sum() / 62)) * 252**0.5), 1.0)
        factors.append(factor)
        for asset, weight in weights.items():
            assert targets.at[decision, asset] == pytest.approx(weight * factor, rel=1e-9)
    assert min(factors) < 0.9


PARTS = {"net_liquidity_only": "water.net_liquidity_impulse", "credit_only": "credit.", "price_only": "price."}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_alone_equals_the_study_that_drops_the_rest(study, market, decisions, made, name):
    rest = tuple(each for each in decisions.waterline.indicators if not each.startswith(PARTS[name]))
    alone = study.signal.model_copy(update={"drop": rest, "min_blocks": 1, "min_coverage": 0.0})
    expected = tg.decide(study.model_copy(update={"signal": alone}), market).targets
    common = expected.index.intersection(made[name].targets.index)
    assert len(common) > 50
    early = made[name].targets.loc[: common[0]].iloc[:-1]
    np.testing.assert_allclose(early[["BTC-USD", "IGV"]].sum(axis="columns"), 0.5)  # NEUTRAL before the first call
    pd.testing.assert_frame_equal(made[name].targets.loc[common], expected.loc[common], check_freq=False)
    assert not made[name].targets.equals(decisions.targets)


def test_a_part_that_is_not_measured_has_no_rival(study, market, decisions):
    dropped = tuple(each for each in decisions.waterline.indicators if each.startswith("credit."))
    fewer = study.model_copy(update={"signal": study.signal.model_copy(update={"drop": dropped})})
    found = plans(fewer, market, tg.decide(fewer, market))
    assert "credit_only" not in found
    assert "price_only" in found


def test_a_part_that_is_never_called_has_no_rival():
    """Net liquidity has too short a history here to be scaled: a rival that is NEUTRAL throughout says nothing."""
    study = Study.load("proxies", [WORLD[0], "economy.last_session=2016-12-30"])
    market = tg.load_market("synthetic", economy=study.economy)
    assert "net_liquidity_only" not in plans(study, market, tg.decide(study, market))


def test_only_rivals_that_follow_the_study_may_go_short(market):
    study = Study.load(
        "proxies", [*WORLD, "strategy.kind=spread", "strategy.max_gross=1.5", "strategy.wrap=['vol_target']"]
    )
    decisions = tg.decide(study, market)
    made = plans(study, market, decisions)
    short = {name for name, plan in made.items() if (plan.targets < 0).any(axis=None)}
    assert {"strategy"} <= short <= {"strategy", "constant_mix", "net_liquidity_only", "credit_only", "price_only"}
    assert {name for name, plan in made.items() if plan.limits.shorts} >= short
    assert limits_of(study).gross == 1.5
    assert set(made["trend"].targets.sum(axis="columns").round(12)) == {1.0}  # without the study's wrappers
    for name in ("speculative", "near_cash_flow", "sixty_forty", "trend", "volatility_managed"):
        assert made[name].targets.abs().sum(axis="columns").max() <= 1 + 1e-12
        assert not made[name].limits.shorts


def test_bills_stand_in_for_the_rivals_too(market):
    study = Study.load("long_history", [*WORLD, "clock.start=2012-01-01", "strategy.idle=bills"])
    found = plans(study, market, tg.decide(study, market))
    managed = found["volatility_managed"].targets
    np.testing.assert_allclose(found["trend"].targets.sum(axis="columns"), 1.0)
    assert managed.columns.tolist() == ["IGV", "SMH", "SHV", "BIL"]


def test_a_hole_in_a_fund_that_the_study_does_not_name_stops_nothing(study, market, decisions, made):
    """No gate looks at SPY: its order is filled at the last price, as a hole in the study's own names is not."""
    fills = fill_sessions(pd.DatetimeIndex(made["sixty_forty"].targets.index), market.sessions, lag=1)
    prices = market.prices.copy()
    prices.loc[fills[0], "SPY"] = np.nan
    holed = replace(market, prices=prices)
    orders = pipeline._portfolios(study, holed, prices, decisions)["sixty_forty"].orders
    first = orders[(orders["session"] == fills[0]) & (orders["asset"] == "SPY")]
    before = market.prices.loc[: fills[0], "SPY"].iloc[-2]
    assert first["price"].tolist() == [before]


def test_a_hole_in_the_studys_own_names_is_not_filled(study, market, decisions):
    first = decisions.targets.iloc[0]
    (fill,) = fill_sessions(pd.DatetimeIndex([first.name]), market.sessions, lag=1)
    prices = market.prices.copy()
    prices.loc[fill, first.idxmax()] = np.nan
    with pytest.raises(tg.DataError, match="No price of"):
        pipeline._portfolios(study, replace(market, prices=prices), prices, decisions)
