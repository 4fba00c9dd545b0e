"""Tells: crypto, the most sensitive indicator of all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..known import Known
from ..registry import indicator
from ..returns import beta_to, daily_returns

_MARKET = ("SPY", "QQQ")
_YEAR, _QUARTER = 252, 63  # sessions


@indicator(
    "tells",
    standardisation="rolling",
    series=("BTC-USD",),
    source="Liu and Tsyvinski (2021), crypto momentum",
    unit="log",
)
def crypto_momentum(known: Known) -> pd.Series[float]:
    """Log return of bitcoin over 13 weeks.

    Information set: UTC bars complete by the decision (on a Thursday at 17:00 New York: Wednesday's).
    """
    newest = known.latest("BTC-USD")
    growth = known.row(newest.value) / known.at("BTC-USD", newest.period - known.span)
    return growth.where(growth > 0).map(np.log)


@indicator(
    "tells",
    standardisation="rolling",
    source="The essay of February 2026: crypto is the canary; net of what it shares with equities",
    preset=False,
    unit="log",
)
def crypto_canary(known: Known) -> pd.Series[float]:
    """Return of bitcoin over 63 sessions minus its beta (252 sessions) times the stock market's.

    Information set: sessions whose bars of both were complete. NaN where the market holds neither SPY nor QQQ.
    """
    market = next((asset for asset in _MARKET if asset in known.market.prices), None)
    if market is None or "BTC-USD" not in known.market.prices:
        return known.row(np.full(len(known.index), np.nan))
    pair = ["BTC-USD", market]
    growth = daily_returns(known, pair)
    windows = (growth[max(0, row + 1 - _YEAR) : row + 1] for row in known.window_rows(pair))
    return known.row(np.array([_residual(window) for window in windows]))


def _residual(growth: np.ndarray) -> float:
    """Sum of log returns of the first column over the last quarter, net of its beta to the second."""
    if len(growth) < _YEAR or np.isnan(growth).any():
        return np.nan
    crypto, market = np.log1p(growth).T
    return float((crypto - beta_to(market, crypto) * market)[-_QUARTER:].sum())
