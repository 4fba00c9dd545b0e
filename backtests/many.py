"""Many portfolios in one vectorbt call: only rows that trade are simulated, holdings are valued daily afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .borrow import after_fees, borrow_fees, borrow_rates
from .config import CostConfig
from .engine import cost_rates, cost_reserve, simulate


def simulate_many(
    schedules: Sequence[pd.DataFrame], prices: pd.DataFrame, costs: CostConfig, *, capital: float
) -> pd.DataFrame:
    """Daily values of many portfolios over the same assets.

    Parameters
    ----------
    schedules : sequence of DataFrame, each of shape (fills, assets)
        Target weights by fill session (see `order_schedule`).
    prices : DataFrame, shape (sessions, assets)
        Closes in USD; NaN before listing.
    costs : CostConfig
        Basis points per asset class.
    capital : float
        USD of each portfolio before its first fill.

    Returns
    -------
    DataFrame, shape (sessions, portfolios)
        Values in USD; `capital` before a portfolio's first fill.

    Notes
    -----
    Row j of portfolio k is its own j-th fill, whatever its date: the orders, and so the holdings between fills, are
    those of the daily simulation, at a small part of its cost.
    """
    assets = schedules[0].columns
    closes = prices[assets].ffill().to_numpy(dtype=float)
    fills = [prices.index.get_indexer(schedule.index) for schedule in schedules]
    depth, count, width = max(map(len, fills)), len(schedules), len(assets)
    events = np.full((depth, count, width), np.nan)
    sizes = np.full((depth, count, width), np.nan)
    rates, borrow, sessions = cost_rates(assets, costs), borrow_rates(assets, costs), pd.DatetimeIndex(prices.index)
    for k, (schedule, rows) in enumerate(zip(schedules, fills, strict=True)):
        events[:, k] = closes[np.pad(rows, (0, depth - len(rows)), mode="edge")]
        weights = schedule.to_numpy(dtype=float)
        sizes[: len(rows), k] = weights * (1.0 - cost_reserve(rates, weights, closes[rows]))
    groups = np.repeat(np.arange(count), width)
    portfolio = simulate(
        _table(events),
        _table(np.where(np.isnan(events), np.nan, sizes)),
        np.tile(rates, count),
        capital,
        groups,
    )
    held = portfolio.assets().to_numpy().reshape(depth, count, width)
    cash = portfolio.cash().to_numpy().reshape(depth, count)
    values = {}
    for k, rows in enumerate(fills):
        last = np.searchsorted(rows, np.arange(len(prices)), side="right") - 1
        positions = np.nan_to_num(held[last, k] * closes) * (last >= 0)[:, None]
        worth = np.where(last >= 0, positions.sum(axis=1) + cash[last, k], capital)
        fees = borrow_fees(positions / worth[:, None], sessions, borrow)
        values[k] = after_fees(worth, fees) if (positions < 0).any() else worth
    return pd.DataFrame(values, index=prices.index)


def _table(values: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]) -> pd.DataFrame:
    depth, count, width = values.shape
    return pd.DataFrame(values.reshape(depth, count * width))
