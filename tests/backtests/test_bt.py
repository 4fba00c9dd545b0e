"""The engine and the event loop against `bt`, an independent library.

Both fill at the close of a session, in fractions of shares, from one pool of cash that earns nothing; both take target
weights of the portfolio's value before the fill, charge a share of the notional, keep what is held between fills and
mark it to the close every session.

They differ in who pays. `bt` takes costs out of what it allocates: 980 dollars at 1 % buy 970.30 of an asset. tidegate
buys 980 and pays the 9.80 from the cash that it has held back (twice the dearest rate). `bt` is therefore given the
reserved weights, and for each trade its cost on top (`PayOnTop`), worked out from the positions that `bt` itself holds.
It does not wait for a price and cannot value a hole: it fills on the sessions it is told, at closes filled forward.
It lends cash without a word, so that an order of trades that starves a buyer of ours shows as a difference.
"""

import bt
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.backtests.test_event_loop import ANYTHING, Case, bills_of, random_case, together, with_holes
from tests.worlds import days, random_prices
from tidegate.backtests.config import CostConfig, ExecutionConfig
from tidegate.backtests.engine import backtest
from tidegate.backtests.schedule import order_schedule
from tidegate.data.clock import decision_instants

KINDS = {"BTC-USD": "crypto", "ETH-USD": "crypto", "MU": "equity", "IGV": "etf", "QQQ": "etf", "SMH": "etf", "BIL": "bills"}


class PayOnTop(bt.Algo):
    """Allocate the cost of each trade on top of it."""

    def __init__(self, rates):
        super().__init__()
        self.rates = rates

    def __call__(self, target):
        weights = target.temp["weights"]
        held = pd.Series({name: target.children[name].weight for name in target.children}, dtype=float)
        trades = (weights - held.reindex(weights.index, fill_value=0.0)).abs()
        target.temp["weights"] = (weights + trades * self.rates).where(weights != 0, 0.0)
        return True


def in_bt(schedule, prices, costs, *, on_top=True):
    """Daily values and all costs of a million dollars; commission and half the spread are each charged as such."""
    used = schedule.columns[(schedule != 0).any()]
    kinds = [getattr(costs, KINDS[asset]) for asset in used]
    (fee,) = {kind.fee_bps / 1e4 for kind in kinds}
    spread = np.array([kind.spread_bps / 1e4 for kind in kinds])
    rates = pd.Series(fee + spread, index=used)
    weights = schedule[used] * (1 - 2 * rates.max())
    algos = [bt.algos.WeighTarget(weights), *([PayOnTop(rates)] if on_top else []), bt.algos.Rebalance()]
    closes = prices[used].ffill().loc[schedule.index[0] :]
    run = bt.Backtest(
        bt.Strategy("bt", algos),
        closes,
        initial_capital=1e6,
        commissions=lambda quantity, price: abs(quantity) * price * fee,
        integer_positions=False,
        additional_data={"bidoffer": closes * 2 * spread},
    )
    run.run()
    paid = run.strategy.fees.sum() + run.strategy.bidoffers_paid.sum()
    return run.strategy.values.iloc[1:], paid  # bt begins with a row of its own, the day before


def costs_of(fee, seed):
    """One commission for all, half a spread of its own for each class, nothing to lend."""
    spreads = np.random.default_rng(seed).choice([0, 7.5, 40], len(CostConfig.model_fields))
    return CostConfig.model_validate(
        {
            name: {"fee_bps": fee, "spread_bps": spread, "borrow_bps": 0}
            for name, spread in zip(CostConfig.model_fields, spreads, strict=True)
        }
    )


def assert_equals_bt(case, prices, fills=None):
    schedule = order_schedule(case.targets, prices, case.execution) if fills is None else fills
    expected, paid = in_bt(schedule, prices, case.costs)
    result = backtest("one", case.targets, prices, case.costs, case.execution, limits=ANYTHING)
    curve = together([case], prices, bills_of(prices, 0), curves=True).curves[0]
    assert result.value.index.equals(expected.index)
    np.testing.assert_allclose(result.value, expected, rtol=1e-10)
    np.testing.assert_allclose(curve[-len(expected) :], expected, rtol=1e-10)
    assert (curve[: -len(expected)] == 1e6).all()
    assert result.orders["fee_usd"].sum() == pytest.approx(paid, rel=1e-9, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    assets=st.sampled_from([1, 2, 4, 7]),
    fee=st.sampled_from([0, 5, 100, 950]),
    listing=st.integers(0, 80),
    holes=st.sampled_from([0.0, 0.02]),
    short=st.booleans(),
)
@example(seed=1, assets=1, fee=950, listing=0, holes=0.02, short=False)
@example(seed=2, assets=7, fee=950, listing=40, holes=0.02, short=False)
@example(seed=3, assets=7, fee=0, listing=80, holes=0.0, short=True)
def test_equals_bt(seed, assets, fee, listing, holes, short):
    """Zeros, sums below 1, assets that are listed late or never held come with `random_case`."""
    names = ("BTC-USD", "MU", "ETH-USD", "IGV", "QQQ", "SMH", "BIL")[-assets:]
    prices = random_prices("2021-01-04", "2021-08-31", names, seed=seed, listed={"MU": listing} if assets == 7 else {})
    prices = with_holes(prices, seed, holes)
    case = random_case(prices, seed, short=short)
    execution = case.execution.model_copy(update={"capital_usd": 1e6})
    assert_equals_bt(case._replace(costs=costs_of(fee, seed), execution=execution), prices)
