"""Many portfolios at once against each alone."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import random_prices
from tidegate.backtests.config import CostConfig, ExecutionConfig, Limits
from tidegate.backtests.engine import backtest
from tidegate.backtests.many import simulate_many
from tidegate.backtests.schedule import order_schedule
from tidegate.data.clock import decision_instants

ASSETS = ("BTC-USD", "MU", "IGV", "BIL")
SHORTS = Limits(gross=1.0, shorts=True)


def signed_targets(prices, seed, *, short):
    """Weekly weights of a gross of at most 1, some of them short; MU only once it is listed."""
    rng = np.random.default_rng(seed)
    decisions = decision_instants(prices.index[0], prices.index[-1])
    raw = rng.random((len(decisions), len(ASSETS))) + 0.01
    raw *= prices.notna().reindex(decisions.tz_convert(None).normalize(), method="ffill", fill_value=False).to_numpy()
    sign = np.where(rng.random(raw.shape) < (0.3 if short else 0.0), -1.0, 1.0)
    weights = raw / raw.sum(axis=1, keepdims=True) * sign * rng.uniform(0.3, 1.0, (len(raw), 1))
    return pd.DataFrame(weights, index=decisions, columns=list(ASSETS))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), listing=st.integers(0, 60), lag=st.sampled_from([1, 3]), short=st.booleans())
def test_together_as_alone(seed, listing, lag, short):
    prices = random_prices("2021-01-04", "2021-07-30", ASSETS, seed=seed, listed={"MU": listing})
    costs, execution = CostConfig(), ExecutionConfig(lag=lag)
    targets = [signed_targets(prices, seed + k, short=short).iloc[k :: 1 + k] for k in range(4)]
    schedules = [order_schedule(each, prices, execution) for each in targets]
    together = simulate_many(schedules, prices, costs, capital=execution.capital_usd)
    for k, each in enumerate(targets):
        alone = backtest("one", each, prices, costs, execution, limits=SHORTS).value
        np.testing.assert_allclose(together[k].loc[alone.index], alone, rtol=1e-9)
        before = together[k].loc[: alone.index[0]].iloc[:-1]
        assert (before == execution.capital_usd).all()


def test_a_short_costs_more_when_lenders_ask_more():
    prices = random_prices("2021-01-04", "2021-07-30", ASSETS, seed=1)
    schedule = order_schedule(signed_targets(prices, 2, short=True), prices, ExecutionConfig())
    dear = {name: {"borrow_bps": 5000} for name in ("crypto", "equity", "etf", "bills")}
    cheap = {name: {"borrow_bps": 0} for name in ("crypto", "equity", "etf", "bills")}
    ends = [
        simulate_many([schedule], prices, CostConfig.model_validate(bps), capital=1e6)[0].iloc[-1]
        for bps in (dear, cheap)
    ]
    assert ends[0] < 0.95 * ends[1]
