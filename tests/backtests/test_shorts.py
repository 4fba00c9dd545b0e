"""Short positions: against a slow loop with a lender, within their limits, and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backtests.test_engine import ASSETS, NO_COSTS, random_targets
from tests.worlds import random_prices
from tidegate.backtests.config import ClassCost, CostConfig, ExecutionConfig, Limits
from tidegate.backtests.engine import backtest, cost_reserve
from tidegate.backtests.schedule import order_schedule
from tidegate.data.clock import decision_instants
from tidegate.errors import ConfigError


def test_the_reserve_counts_what_shorts_have_become():
    """Short 0.5 and long 1, the short doubles: 1 + 1 held in a portfolio of 0.5 is 4; what is bought now adds 1."""
    weights, closes = np.array([[-0.5, 1.0], [1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 1.0], [2.0, 1.0], [2.0, 1.0]])
    assert cost_reserve(np.array([0.01, 0.002]), weights, closes).tolist() == [[0.02], [pytest.approx(0.05)], [0.02]]


def test_a_buyer_after_shorts_is_not_starved_by_costs():
    """1000 dollars at 1 %: short 441 and long 1029 leave 985.30; then A for 97.5 % of it, not for all the cash."""
    prices = pd.DataFrame({"A": 10.0, "B": 10.0}, index=pd.DatetimeIndex(["2024-01-04", "2024-01-05", "2024-01-12"]))
    decisions = decision_instants(prices.index[0], prices.index[-1])
    targets = pd.DataFrame({"A": [-0.45, 1.0], "B": [1.05, 0.0]}, index=decisions)
    costs = CostConfig(equity=ClassCost(fee_bps=100, spread_bps=0, borrow_bps=0))
    limits, execution = Limits(gross=1.5, shorts=True), ExecutionConfig(capital_usd=1000)
    result = backtest("strategy", targets, prices, costs, execution, limits=limits)
    assert result.orders["notional_usd"].tolist() == pytest.approx([441.0, 1029.0, 1029.0, 1401.6675])
    assert result.value.tolist() == pytest.approx([985.3, 960.993325])


def slow_loop_with_shorts(schedule, prices, costs, capital):
    """The oracle again, with a lender: before each session's fills what was short since the last one pays."""
    kinds = {"BTC-USD": costs.crypto, "MU": costs.equity, "IGV": costs.etf, "BIL": costs.bills}
    held = dict.fromkeys(prices.columns, 0.0)
    dearest = max((kinds[asset].fee_bps + kinds[asset].spread_bps) / 1e4 for asset in held)
    cash, values, last, before = capital, [], None, prices.iloc[0]
    due, then = dict.fromkeys(held, 0.0), prices.iloc[0]
    for day, row in prices.iterrows():
        if last is not None:
            worth = cash + sum(held[asset] * before[asset] for asset in held)
            owed = sum(max(-held[a] * before[a], 0.0) * kinds[a].borrow_bps / 1e4 for a in held)
            left = 1 - owed / worth * (day - last).days / 365
            cash, held = cash * left, {asset: amount * left for asset, amount in held.items()}
        if day in schedule.index:
            worth = cash + sum(held[asset] * row[asset] for asset in held)
            grown, wanted = {a: due[a] * row[a] / then[a] for a in due}, schedule.loc[day].to_dict()
            without_costs = 1 + sum(grown.values()) - sum(due.values())
            gross = sum(map(abs, grown.values())) / without_costs + sum(map(abs, wanted.values()))
            short = min(*due.values(), *wanted.values()) < 0
            reserve, due, then = dearest * (max(2.0, gross) if short else 2.0), wanted, row
            for asset, weight in wanted.items():
                amount = worth * weight * (1 - reserve) - held[asset] * row[asset]
                cash -= amount + abs(amount) * (kinds[asset].fee_bps + kinds[asset].spread_bps) / 1e4
                held[asset] += amount / row[asset]
        values.append(cash + sum(held[asset] * row[asset] for asset in held))
        last, before = day, row
    return pd.Series(values, index=prices.index)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    borrow_bps=st.sampled_from([0, 50, 1000, 5000]),
    gross=st.sampled_from([0.5, 1.0, 1.5]),
    lag=st.sampled_from([1, 3]),
    fee_bps=st.sampled_from([1, 20, 300]),
)
def test_shorts_equal_the_slow_loop(seed, borrow_bps, gross, lag, fee_bps):
    prices = random_prices("2021-01-04", "2021-09-30", ASSETS, seed=seed)
    fees = {"equity": {"fee_bps": fee_bps}, "etf": {"fee_bps": fee_bps}, "bills": {"fee_bps": fee_bps}}
    costs = CostConfig.model_validate(fees | {"crypto": ClassCost(fee_bps=20, spread_bps=5, borrow_bps=borrow_bps)})
    execution = ExecutionConfig(lag=lag, capital_usd=1e6)
    rng = np.random.default_rng(seed)
    decisions = decision_instants(prices.index[0], prices.index[-1])
    raw = rng.normal(size=(len(decisions), len(ASSETS)))
    raw *= gross / np.abs(raw).sum(axis=1, keepdims=True)
    raw /= np.maximum(raw.sum(axis=1, keepdims=True), 1.0)
    targets = pd.DataFrame(raw, index=decisions, columns=list(ASSETS))
    limits = Limits(gross=gross, shorts=True)
    result = backtest("strategy", targets, prices, costs, execution, limits=limits)
    schedule = order_schedule(targets, prices, execution)
    expected = slow_loop_with_shorts(schedule, prices.loc[schedule.index[0] :], costs, 1e6)
    np.testing.assert_allclose(result.value, expected, rtol=1e-9)
    np.testing.assert_allclose(result.weights.sum(axis="columns"), 1.0, atol=1e-9)
    assert result.borrow.iloc[0] == 0
    assert (result.borrow.iloc[1:] > 0).any()


def test_a_short_by_hand():
    """Short half of 1000 dollars at 20 over a weekend, at 36.5 % a year: 3/365 of it on half, and 250 lost at 30."""
    prices = pd.DataFrame(
        {"MU": [10.0, 20.0, 30.0]}, index=pd.DatetimeIndex(["2024-01-04", "2024-01-05", "2024-01-08"])
    )
    targets = pd.DataFrame({"MU": [-0.5]}, index=decision_instants(prices.index[0], prices.index[0]))
    costs = CostConfig(equity=ClassCost(fee_bps=0, spread_bps=0, borrow_bps=3650))
    execution = ExecutionConfig(capital_usd=1000)
    result = backtest("strategy", targets, prices, costs, execution, limits=Limits(shorts=True))
    assert result.orders[["side", "quantity", "price"]].to_numpy().tolist() == [["sell", pytest.approx(25.0), 20.0]]
    assert result.weights["MU"].tolist() == pytest.approx([-0.5, -1.0])
    assert result.borrow.tolist() == pytest.approx([0.0, 0.5 * 0.365 * 3 / 365])
    assert result.value.tolist() == pytest.approx([1000.0, 750.0 * (1 - 0.0015)])


@pytest.mark.parametrize(
    ("weights", "limits"),
    [
        ([-0.1, 0.5], Limits(gross=2.0)),
        ([-0.6, 0.5], Limits(shorts=True)),
        ([-0.1, 1.2], Limits(gross=1.5, shorts=True)),
        ([0.3, 0.3], Limits(gross=0.5)),
        ([np.inf, 0.1], Limits(gross=1.5, shorts=True)),
    ],
)
def test_weights_beyond_the_limits_are_refused(weights, limits):
    prices = random_prices("2021-01-04", "2021-02-26", ["MU", "IGV"])
    first = decision_instants(prices.index[0], prices.index[5])[:1]
    targets = pd.DataFrame([weights], columns=["MU", "IGV"], index=first)
    with pytest.raises(ConfigError, match="Target weights of 'strategy'"):
        backtest("strategy", targets, prices, CostConfig(), ExecutionConfig(), limits=limits)


def test_weights_at_the_limits_are_taken():
    prices = random_prices("2021-01-04", "2021-02-26", ["MU", "IGV"])
    first = decision_instants(prices.index[0], prices.index[5])[:1]
    targets = pd.DataFrame([[-0.5, 1.0]], columns=["MU", "IGV"], index=first)
    limits = Limits(gross=1.5, shorts=True)
    assert len(backtest("strategy", targets, prices, NO_COSTS, ExecutionConfig(), limits=limits).orders) == 2


def test_long_only_portfolios_pay_no_lender():
    prices = random_prices("2021-01-04", "2021-03-31", ASSETS)
    targets = random_targets(prices, 5)
    dear = CostConfig.model_validate({"equity": {"borrow_bps": 10_000}, "crypto": {"borrow_bps": 10_000}})
    values = [
        backtest("strategy", targets, prices, costs, ExecutionConfig(), limits=limits).value
        for costs in (CostConfig(), dear)
        for limits in (Limits(), Limits(shorts=True))
    ]
    for value in values[1:]:
        np.testing.assert_array_equal(value, values[0])
