"""The engine and the event loop against `bt`, an independent library.

Both fill at the close of a session, in fractions of shares, from one pool of cash that earns nothing; both take target
weights of the portfolio's value before the fill, charge a share of the notional, keep what is held between fills and
mark it to the close every session.

They differ in who pays. `bt` takes costs out of what it allocates: 980 dollars at 1 % buy 970.30 of an asset. tidegate
buys 980 and pays the 9.80 from the cash that it has held back (the dearest rate on the most a fill can trade). `bt` is
therefore given the reserved weights and, for each trade, its cost on top (`PayOnTop`), worked out from the positions
that `bt` itself holds. It does not wait for a price and cannot value a hole: it fills on the sessions it is told, at
closes filled forward. It lends cash without a word: a buyer that is starved here shows as a difference.
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

KINDS = {
    "BTC-USD": "crypto",
    "ETH-USD": "crypto",
    "MU": "equity",
    "IGV": "etf",
    "QQQ": "etf",
    "SMH": "etf",
    "BIL": "bills",
}


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


def in_bt(case, schedule, prices, *, on_top=True):
    """Daily values and all costs of a million dollars; commission and half the spread are each charged as such."""
    used = case.targets.columns[(case.targets != 0).any()]
    schedule, closes = schedule[used], prices[used].ffill().loc[schedule.index[0] :]
    kinds = [getattr(case.costs, KINDS[asset]) for asset in used]
    (fee,) = {kind.fee_bps / 1e4 for kind in kinds}
    spread = np.array([kind.spread_bps / 1e4 for kind in kinds])
    rates = pd.Series(fee + spread, index=used)
    weights = schedule.mul(1 - rates.max() * turnover(schedule, closes), axis="index")
    algos = [bt.algos.WeighTarget(weights), *([PayOnTop(rates)] if on_top else []), bt.algos.Rebalance()]
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


def turnover(schedule, closes):
    """What a fill can trade at most: all it holds and all it wants, with shorts; twice the portfolio without."""
    most, due, then = [], schedule.iloc[0] * 0.0, closes.iloc[0]
    for day, wanted in schedule.iterrows():
        grown = (due * closes.loc[day] / then).where(due != 0, 0.0)
        traded = grown.abs().sum() / (1 + (grown - due).sum()) + wanted.abs().sum()
        most.append(max(2.0, traded) if (due < 0).any() or (wanted < 0).any() else 2.0)
        due, then = wanted, closes.loc[day]
    return pd.Series(most, index=schedule.index)


def costs_of(fee, spreads=(0, 0, 0, 0)):
    """One commission for all, half a spread of its own for each class, nothing to lend."""
    return CostConfig.model_validate(
        {
            name: {"fee_bps": fee, "spread_bps": spread, "borrow_bps": 0}
            for name, spread in zip(CostConfig.model_fields, spreads, strict=True)
        }
    )


def with_costs(case, costs):
    return case._replace(costs=costs, execution=case.execution.model_copy(update={"capital_usd": 1e6}))


def assert_equals_bt(case, prices, schedule, **how):
    expected, paid = in_bt(case, schedule, prices, **how)
    result = backtest("one", case.targets, prices, case.costs, case.execution, limits=ANYTHING)
    curve = together([case], prices, bills_of(prices, 0), curves=True).curves[0]
    assert result.value.index.equals(expected.index)
    np.testing.assert_allclose(result.value, expected, rtol=1e-10)
    np.testing.assert_allclose(curve[-len(expected) :], expected, rtol=1e-10)
    assert (curve[: -len(expected)] == 1e6).all()
    assert result.orders["fee_usd"].sum() == pytest.approx(paid, rel=1e-10, abs=1e-6)


NAMES = ("BTC-USD", "MU", "ETH-USD", "IGV", "QQQ", "SMH", "BIL")


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    assets=st.sampled_from([1, 2, 4, 7]),
    fee=st.sampled_from([0, 5, 100, 950]),
    spreads=st.tuples(*[st.sampled_from([0, 7.5, 40])] * 4),
    listing=st.integers(0, 80),
    holes=st.sampled_from([0.0, 0.02]),
    short=st.booleans(),
)
@example(seed=1, assets=1, fee=950, spreads=(0, 0, 0, 0), listing=0, holes=0.02, short=False)
@example(seed=2, assets=7, fee=950, spreads=(40, 7.5, 0, 0), listing=40, holes=0.02, short=False)
@example(seed=7, assets=2, fee=0, spreads=(40, 7.5, 40, 40), listing=0, holes=0.0, short=True)
def test_equals_bt(seed, assets, fee, spreads, listing, holes, short):
    """Zeros, sums below 1 and assets that are never held come with `random_case`; holes defer what they meet."""
    listed = {"MU": listing} if assets == 7 else {}
    prices = with_holes(
        random_prices("2021-01-04", "2021-08-31", NAMES[-assets:], seed=seed, listed=listed), seed, holes
    )
    case = with_costs(random_case(prices, seed, short=short), costs_of(fee, spreads))
    assert_equals_bt(case, prices, order_schedule(case.targets, prices, case.execution))


@pytest.mark.parametrize("seed", range(3))
def test_without_costs_bt_needs_no_help(seed):
    prices = random_prices("2021-01-04", "2021-08-31", NAMES, seed=seed, listed={"MU": 40})
    case = with_costs(random_case(prices, seed, short=seed == 2), costs_of(0))
    assert_equals_bt(case, prices, order_schedule(case.targets, prices, case.execution), on_top=False)


def weekly(targets):
    return pd.DataFrame(targets, index=decision_instants(pd.Timestamp("2024-01-04"), pd.Timestamp("2024-01-18")))


@pytest.mark.parametrize("fee", [5, 950])
def test_fills_that_are_told_by_hand(fee):
    """MU is listed on the 10th, has a hole between fills on the 17th and one on the 12th, where it is bought."""
    prices = random_prices("2024-01-04", "2024-01-26", ["MU", "IGV", "BIL"])
    prices.loc[:"2024-01-09", "MU"] = np.nan
    prices.loc[["2024-01-12", "2024-01-17"], "MU"] = np.nan
    weights = [[0.0, 0.6, 0.3], [0.5, 0.0, 0.5], [0.0, 0.2, 0.0]]
    execution = ExecutionConfig(missing_fill="defer")
    case = Case(weekly(dict(zip(prices, np.transpose(weights), strict=True))), costs_of(fee), execution)
    fills = pd.DatetimeIndex(["2024-01-05", "2024-01-16", "2024-01-19"])
    assert_equals_bt(case, prices, pd.DataFrame(weights, index=fills, columns=prices.columns))


@pytest.mark.parametrize("assets", [["MU"], ["MU", "IGV", "BIL"]])
def test_one_session_equals_bt(assets):
    """Bought at the only close that is left, for a fee of 9.5 %; one of three weights is zero."""
    prices = random_prices("2024-01-18", "2024-01-19", assets)
    targets = weekly(dict.fromkeys(assets, 0.4)).iloc[-1:].assign(**({"IGV": 0.0} if len(assets) > 1 else {}))
    case = Case(targets, costs_of(950), ExecutionConfig())
    assert_equals_bt(case, prices, targets.set_axis(prices.index[1:]))


def test_bt_takes_from_a_trade_what_tidegate_pays_for_it():
    """A million at 1 %, 98 % to be held: `bt` spends 980,000 on shares and fee, tidegate 9,800 on top."""
    prices = pd.DataFrame({"MU": [10.0, 20.0]}, index=days("2024-01-18", "2024-01-19"))
    case = Case(weekly({"MU": 1.0}).iloc[-1:], costs_of(100), ExecutionConfig())
    values, _ = in_bt(case, case.targets.set_axis(prices.index[1:]), prices, on_top=False)
    assert values.tolist() == pytest.approx([1e6 - 980_000 * 0.01 / 1.01], rel=1e-12)
    result = backtest("one", case.targets, prices, case.costs, case.execution)
    assert result.value.tolist() == pytest.approx([1e6 - 9_800], rel=1e-12)
