"""Delisting by hand: the last price, the haircut, and what is no delisting."""

import numpy as np
import pandas as pd
import pytest

from tests.worlds import days, market_of, random_prices
from tidegate.backtests.config import ClassCost, CostConfig, ExecutionConfig
from tidegate.backtests.delisting import with_last_prices
from tidegate.backtests.engine import backtest
from tidegate.data.clock import decision_instants
from tidegate.errors import DataError
from tidegate.strategies import SleeveConfig, asset_weights, eligible, share_within

INDEX = days("2024-01-02", "2024-01-16")
FREE = CostConfig(**{name: ClassCost(fee_bps=0, spread_bps=0) for name in ("crypto", "equity", "etf", "bills")})


def priced(*values):
    """A table of one asset that ends with as many holes as are needed to fill the sessions."""
    column = [*values, *[np.nan] * (len(INDEX) - len(values))]
    return pd.DataFrame({"MU": column, "BIL": 1.0}, index=INDEX)


def test_the_last_price_stays_for_good():
    assert len(INDEX) == 10
    after = with_last_prices(priced(10.0, 11.0, np.nan, 12.0), delisting_return=0.0)
    np.testing.assert_array_equal(after["MU"], [10.0, 11.0, np.nan, *[12.0] * 7])
    assert (after["BIL"] == 1.0).all()


def test_the_haircut_is_taken_once():
    after = with_last_prices(priced(10.0, 11.0, 12.0), delisting_return=-0.25)
    np.testing.assert_allclose(after["MU"], [10.0, 11.0, 12.0, *[9.0] * 7])


@pytest.mark.parametrize(("holes", "delisted"), [(1, False), (4, False), (5, True), (6, True)])
def test_fewer_than_five_sessions_are_a_hole(holes, delisted):
    before = priced(*[10.0] * (10 - holes))
    after = with_last_prices(before, delisting_return=-0.5)["MU"]
    assert after.notna().all() == delisted
    assert (after.iloc[-1] == 5.0) == delisted


def test_a_hole_in_the_middle_and_a_late_listing_stay_as_they_are():
    before = priced(np.nan, np.nan, 10.0, *[np.nan] * 6, 11.0)
    pd.testing.assert_frame_equal(with_last_prices(before, delisting_return=-0.5), before)


def test_what_never_traded_and_what_is_too_short_is_left_alone():
    never = priced()
    pd.testing.assert_frame_equal(with_last_prices(never, delisting_return=-0.5), never)
    short = priced(10.0).iloc[:5]
    pd.testing.assert_frame_equal(with_last_prices(short, delisting_return=-0.5), short)


def test_the_given_table_is_not_changed():
    before = priced(10.0)
    with_last_prices(before, delisting_return=-0.5)
    pd.testing.assert_frame_equal(before, priced(10.0))


@pytest.mark.parametrize("haircut", [0.0, -0.3])
def test_a_name_that_goes_leaves_at_its_last_price(haircut):
    """Half MU, half BIL; MU ends in mid-sample; at the next decision its share goes to BIL, holes being errors."""
    prices = random_prices("2024-01-02", "2024-03-28", ["MU", "BIL"])
    prices["BIL"] = 1.0
    last = prices.index[30]
    prices.loc[prices.index > last, "MU"] = np.nan
    decisions = decision_instants(prices.index[0], prices.index[-1])
    sleeve = SleeveConfig(assets=("MU", "BIL"))
    market = market_of(prices)
    share = share_within(sleeve, eligible(market, sleeve.assets, decisions, min_sessions=1), market)
    targets = asset_weights(pd.DataFrame({"only": 1.0}, index=decisions), {"only": share})
    trades = targets[(targets.diff() != 0).any(axis="columns")]
    assert trades["MU"].tolist() == [0.5, 0.0]
    whole = with_last_prices(prices, delisting_return=haircut)
    result = backtest("strategy", trades, whole, FREE, ExecutionConfig(delisting_return=haircut))
    bought, sold = result.orders[result.orders["asset"] == "MU"].itertuples()
    assert (bought.side, sold.side) == ("buy", "sell")
    assert sold.session > last
    assert sold.price == pytest.approx(prices.at[last, "MU"] * (1 + haircut))
    assert (result.weights.loc[sold.session :, "MU"] == 0).all()
    growth = prices.at[last, "MU"] * (1 + haircut) / prices.at[bought.session, "MU"]
    assert result.value.iloc[-1] == pytest.approx(1e6 * (0.5 * growth + 0.5))
    with pytest.raises(DataError, match="No price of MU"):
        backtest("strategy", trades, prices, FREE, ExecutionConfig())
