"""Views on hand-made prices: one decision at the close of each session, one or two assets in each sleeve."""

import pandas as pd

from tests.worlds import days, market_of
from tidegate.data.clock import decision_instants
from tidegate.strategies import SleeveConfig, StrategyConfig, View, share_within

SIX = days("2024-01-02", "2024-01-09")


def prices_of(**columns):
    """Stocks' prices on the first sessions of 2024."""
    table = pd.DataFrame(columns, dtype=float)
    return table.set_axis(days("2024-01-02", "2024-03-28")[: len(table)], axis="index")


def daily(prices):
    """A decision at 17:00 in New York of every session: row t knows the bar of session t of a stock."""
    return decision_instants(prices.index[0], prices.index[-1], every="daily")


def view_of(prices, regime="ABUNDANT", level=float("nan"), *, sleeves=None, **config):
    """What a strategy sees: sleeves are equally weighted and always eligible."""
    sleeves = sleeves or {"speculative": ["MU"], "near_cash_flow": ["BIL"]}
    at, market = daily(prices), market_of(prices)
    shares = {}
    for sleeve, assets in sleeves.items():
        allowed = pd.DataFrame(True, index=at, columns=list(assets))
        shares[sleeve] = share_within(SleeveConfig(assets=tuple(assets)), allowed, market)
    return View(
        regime=pd.Series(regime, index=at, dtype=object),
        level=pd.Series(level, index=at, dtype=float),
        shares=shares,
        config=StrategyConfig(**config),
        market=market,
    )
