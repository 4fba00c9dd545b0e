"""vectorbt's result against a slow, plain loop over sessions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import days, random_prices
from tidegate.backtests.config import ClassCost, CostConfig, ExecutionConfig
from tidegate.backtests.engine import backtest, cost_rates, cost_reserve
from tidegate.backtests.many import simulate_many
from tidegate.backtests.schedule import order_schedule
from tidegate.data.clock import decision_instants
from tidegate.errors import ConfigError, DataError

ASSETS = ("BTC-USD", "MU", "IGV", "BIL")
NO_COSTS = CostConfig(**{name: ClassCost(fee_bps=0, spread_bps=0) for name in ("crypto", "equity", "etf", "bills")})


def slow_loop(schedule, prices, rates, capital):
    """The oracle: on a fill session sell, then buy, to the reserved target weights; mark to market every session.

    Written from the words of the design, in plain Python; knows nothing of vectorbt.
    """
    held = dict.fromkeys(prices.columns, 0.0)
    last = {}
    cash, values, fees_paid = capital, [], 0.0
    reserve = 2.0 * max(rates.values())
    for day, row in prices.iterrows():
        last.update({asset: price for asset, price in row.items() if not np.isnan(price)})
        if day in schedule.index:
            worth = cash + sum(held[asset] * last.get(asset, 0.0) for asset in held)
            wanted = {asset: worth * weight * (1 - reserve) for asset, weight in schedule.loc[day].items()}
            trades = {asset: wanted[asset] - held[asset] * last.get(asset, 0.0) for asset in held if asset in last}
            for asset, amount in sorted(trades.items(), key=lambda item: item[1]):
                cash -= amount + abs(amount) * rates[asset]
                fees_paid += abs(amount) * rates[asset]
                held[asset] += amount / last[asset]
        values.append(cash + sum(held[asset] * last.get(asset, 0.0) for asset in held))
    return pd.Series(values, index=prices.index), fees_paid


def random_targets(prices, seed):
    """Weekly targets with zeros, sums below and at 1, and nothing in what is not listed yet."""
    rng = np.random.default_rng(seed)
    decisions = decision_instants(prices.index[0], prices.index[-1])
    raw = rng.random((len(decisions), len(ASSETS))) * (rng.random((len(decisions), len(ASSETS))) > 0.3)
    listed = prices.notna().reindex(decisions.tz_convert(None).normalize(), method="ffill", fill_value=False).to_numpy()
    raw = raw * listed
    total = raw.sum(axis=1, keepdims=True)
    scale = np.where(rng.random((len(decisions), 1)) > 0.5, 1.0, rng.random((len(decisions), 1)))
    weights = np.divide(raw, total, out=np.zeros_like(raw), where=total > 0) * scale
    return pd.DataFrame(weights, index=decisions, columns=list(ASSETS))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    crypto_bps=st.sampled_from([0, 25, 100, 1000]),
    listing=st.integers(0, 80),
    lag=st.sampled_from([1, 2, 5]),
)
def test_equals_the_slow_loop(seed, crypto_bps, listing, lag):
    prices = random_prices("2021-01-04", "2021-09-30", ASSETS, seed=seed, listed={"MU": listing})
    costs = CostConfig(crypto=ClassCost(fee_bps=crypto_bps, spread_bps=0))
    execution = ExecutionConfig(lag=lag, capital_usd=1e6)
    targets = random_targets(prices, seed)
    targets.iloc[0] = [0.5, 0.0, 0.0, 0.5]
    result = backtest("strategy", targets, prices, costs, execution)
    used = targets.loc[:, (targets != 0).any()]
    schedule = order_schedule(used, prices, execution)
    rates = dict(zip(used.columns, cost_rates(used.columns, costs), strict=True))
    expected, fees = slow_loop(schedule, prices.loc[schedule.index[0] :, used.columns], rates, 1e6)
    np.testing.assert_allclose(result.value, expected, rtol=1e-9)
    np.testing.assert_allclose(result.orders["fee_usd"].sum(), fees, rtol=1e-9, atol=1e-9)


def test_one_asset_bought_by_hand():
    prices = pd.DataFrame(
        {"MU": [10.0, 20.0, 30.0]}, index=pd.DatetimeIndex(["2024-01-04", "2024-01-05", "2024-01-08"])
    )
    targets = pd.DataFrame({"MU": [1.0]}, index=decision_instants(prices.index[0], prices.index[0]))
    costs = CostConfig(equity=ClassCost(fee_bps=100, spread_bps=0))
    result = backtest("strategy", targets, prices, costs, ExecutionConfig(capital_usd=1000))
    # decided on Thursday, filled on Friday at 20: 98 % of 1000 (the reserve is twice 1 %) buys 49 for a fee of 9.80
    assert result.orders[["asset", "side", "quantity", "price", "fee_usd"]].to_numpy().tolist() == [
        ["MU", "buy", pytest.approx(49.0), 20.0, pytest.approx(9.8)]
    ]
    assert result.value.tolist() == pytest.approx([990.2, 990.2 + 490.0])
    assert result.returns.tolist() == pytest.approx([-0.0098, 490.0 / 990.2])
    assert result.weights["CASH"].tolist() == pytest.approx([10.2 / 990.2, 10.2 / 1480.2])


def test_the_last_buyer_is_not_starved_by_costs():
    prices = random_prices("2021-01-04", "2021-03-31", [f"A{k}" for k in range(14)])
    targets = pd.DataFrame(
        1 / 14, index=decision_instants(prices.index[0], prices.index[0] + pd.Timedelta(days=3)), columns=prices.columns
    )
    costs = CostConfig(equity=ClassCost(fee_bps=100, spread_bps=0))
    first = backtest("strategy", targets, prices, costs, ExecutionConfig()).weights.iloc[0].drop("CASH")
    assert first.max() - first.min() < 1e-12


def test_sells_fund_buys_on_the_same_session():
    prices = random_prices("2021-01-04", "2021-02-26", ["MU", "IGV"])
    decisions = decision_instants(prices.index[0], prices.index[15])
    targets = pd.DataFrame({"MU": [1.0, 0.0, 1.0], "IGV": [0.0, 1.0, 0.0]}, index=decisions[:3])
    held = backtest("strategy", targets, prices, NO_COSTS, ExecutionConfig()).weights
    fills = order_schedule(targets, prices, ExecutionConfig()).index
    np.testing.assert_allclose(held.loc[fills, ["MU", "IGV"]], targets, atol=1e-12)


def test_nothing_trades_between_fills():
    prices = random_prices("2021-01-04", "2021-06-30", ["MU", "IGV"])
    targets = pd.DataFrame({"MU": 0.5, "IGV": 0.5}, index=decision_instants(prices.index[0], prices.index[-1])[::4])
    result = backtest("strategy", targets, prices, NO_COSTS, ExecutionConfig())
    assert len(result.orders) == 2 * len(order_schedule(targets, prices, ExecutionConfig()))


def test_held_weights_sum_to_one():
    prices = random_prices("2021-01-04", "2021-06-30", ASSETS, listed={"MU": 40})
    result = backtest("strategy", random_targets(prices, 3), prices, CostConfig(), ExecutionConfig())
    np.testing.assert_allclose(result.weights.sum(axis="columns"), 1.0, atol=1e-12)
    assert (result.weights.loc[: prices["MU"].first_valid_index(), "MU"].iloc[:-1] == 0).all()


@pytest.mark.parametrize("weights", [[-0.1, 0.5], [0.7, 0.7], [np.nan, 0.1]])
def test_impossible_weights_are_refused(weights):
    prices = random_prices("2021-01-04", "2021-02-26", ["MU", "IGV"])
    targets = pd.DataFrame(
        [weights], columns=["MU", "IGV"], index=decision_instants(prices.index[0], prices.index[5])[:1]
    )
    with pytest.raises(ConfigError, match="Target weights of 'strategy'"):
        backtest("strategy", targets, prices, CostConfig(), ExecutionConfig())


class TestMissingPrice:
    """A hole on a fill session is an error or a deferral, never a silent drop."""

    prices = random_prices("2021-01-04", "2021-02-26", ["MU", "IGV"])
    targets = pd.DataFrame(
        {"MU": [1.0, 0.0], "IGV": [0.0, 1.0]}, index=decision_instants(prices.index[0], prices.index[9])[:2]
    )
    hole = pd.Timestamp("2021-01-15")  # the second fill

    def holed(self, asset, *, rows=1):
        prices = self.prices.copy()
        start = prices.index.get_loc(self.hole)
        prices.iloc[start : start + rows, prices.columns.get_loc(asset)] = np.nan
        return prices

    @pytest.mark.parametrize("asset", ["MU", "IGV"])
    def test_error(self, asset):
        with pytest.raises(DataError, match=f"No price of {asset} on the fill session 2021-01-15"):
            backtest("strategy", self.targets, self.holed(asset), CostConfig(), ExecutionConfig())

    @pytest.mark.parametrize("asset", ["MU", "IGV"])
    def test_deferral(self, asset):
        result = backtest(
            "strategy", self.targets, self.holed(asset), CostConfig(), ExecutionConfig(missing_fill="defer")
        )
        assert sorted(set(result.orders["session"])) == [pd.Timestamp("2021-01-08"), pd.Timestamp("2021-01-19")]

    def test_a_deferral_ends(self):
        with pytest.raises(DataError, match="up to five sessions"):
            backtest(
                "strategy", self.targets, self.holed("MU", rows=9), CostConfig(), ExecutionConfig(missing_fill="defer")
            )

    def test_a_hole_between_fills_is_valued_at_the_last_price(self):
        prices = self.prices.copy()
        prices.loc["2021-01-12", "MU"] = np.nan
        value = backtest("strategy", self.targets, prices, CostConfig(), ExecutionConfig()).value
        assert value.loc["2021-01-12"] == value.loc["2021-01-11"]


def test_many_portfolios_at_once_equal_each_alone():
    prices = random_prices("2021-01-04", "2021-12-31", ASSETS, listed={"MU": 60})
    costs, execution = CostConfig(), ExecutionConfig()
    schedules, alone = [], []
    for seed in range(5):
        targets = random_targets(prices, seed)[seed::2]
        schedules.append(order_schedule(targets, prices, execution))
        alone.append(backtest("one", targets.loc[:, list(ASSETS)], prices, costs, execution).value)
    together = simulate_many(schedules, prices, costs, capital=execution.capital_usd)
    for column, value in enumerate(alone):
        np.testing.assert_allclose(together[column].loc[value.index], value, rtol=1e-12)


def test_commission_and_half_spread_are_both_paid():
    """Ten shares at 100: 20 and 5 basis points of 1,000 dollars are 2.50."""
    assert ClassCost(fee_bps=20, spread_bps=5).rate == pytest.approx(0.0025)
    prices = pd.DataFrame({"MU": [100.0, 100.0]}, index=pd.DatetimeIndex(["2024-01-04", "2024-01-05"]))
    targets = pd.DataFrame({"MU": [1.0]}, index=decision_instants(prices.index[0], prices.index[0]))
    costs = CostConfig(equity=ClassCost(fee_bps=20, spread_bps=5))
    orders = backtest("strategy", targets, prices, costs, ExecutionConfig(capital_usd=1000 / 0.995)).orders
    assert orders["notional_usd"].tolist() == pytest.approx([1000.0])
    assert orders["fee_usd"].tolist() == pytest.approx([2.5])


def test_each_asset_pays_its_own_rate_on_its_own_orders():
    """1000 dollars, 8 % held back: 276 of BTC at 4 %, 184 of MU at 1 %, 460 of IGV for nothing."""
    prices = pd.DataFrame({"BTC-USD": 10.0, "MU": 20.0, "IGV": 40.0}, index=days("2024-01-04", "2024-01-05"))
    decision = decision_instants(prices.index[0], prices.index[0])
    targets = pd.DataFrame({"BTC-USD": [0.3], "MU": [0.2], "IGV": [0.5]}, index=decision)
    rates = {"crypto": 400, "equity": 100, "etf": 0}
    costs = CostConfig(**{name: ClassCost(fee_bps=bps, spread_bps=0) for name, bps in rates.items()})
    orders = backtest("strategy", targets, prices, costs, ExecutionConfig(capital_usd=1000)).orders
    assert orders.set_index("asset")["notional_usd"].to_dict() == pytest.approx({"BTC-USD": 276, "MU": 184, "IGV": 460})
    assert orders.set_index("asset")["fee_usd"].to_dict() == pytest.approx({"BTC-USD": 11.04, "MU": 1.84, "IGV": 0})


def test_idle_cash_earns_nothing():
    prices = pd.DataFrame({"MU": 10.0}, index=days("2024-01-04", "2024-12-31"))
    targets = pd.DataFrame({"MU": [0.25]}, index=decision_instants(prices.index[0], prices.index[0]))
    result = backtest("strategy", targets, prices, NO_COSTS, ExecutionConfig())
    assert (result.value == 1e6).all()
    assert (result.weights["CASH"] == 0.75).all()


@pytest.mark.parametrize(
    ("asset", "bps"), [("BTC-USD", 25), ("DOGE-USD", 25), ("MU", 5), ("UNHEARD", 5), ("IGV", 3), ("BIL", 2)]
)
def test_each_class_pays_its_own_rate(asset, bps):
    assert cost_rates(pd.Index([asset]), CostConfig()).tolist() == pytest.approx([bps * 1e-4])


def test_the_reserve_covers_the_dearest_turnover():
    weights, closes = np.array([[0.2, 0.5], [0.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 1.0], [9.0, 1.0], [1.0, 1.0]])
    assert cost_reserve(np.array([0.01, 0.002]), weights, closes).tolist() == [[0.02]] * 3
