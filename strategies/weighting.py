"""Weighting: how a sleeve is shared among the assets that may be held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.market import Market
from .config import SleeveConfig

Floats = npt.NDArray[np.float64]


def share_within(sleeve: SleeveConfig, allowed: pd.DataFrame, market: Market) -> pd.DataFrame:
    """Weights of a sleeve's assets at each decision.

    Parameters
    ----------
    sleeve : SleeveConfig
        Assets, weighting and cap.
    allowed : DataFrame of bool, shape (decisions, assets)
        Eligibility.
    market : Market
        Read only as of each decision.

    Returns
    -------
    DataFrame, shape (decisions, assets)
        Rows sum to 1, to the cap times the number of assets that are given a weight where that is less, or to 0 where
        none is eligible. Assets whose volatility or momentum is not known get none, unless it is known of no asset.
        Information set of row t: bars complete by t.
    """
    assets = list(sleeve.assets)
    decisions = pd.DatetimeIndex(allowed.index)
    raw = _RAW[sleeve.weighting](sleeve, market, decisions) * allowed[assets].to_numpy()
    return pd.DataFrame(
        capped(_normalised(raw, allowed[assets].to_numpy()), sleeve.cap), index=decisions, columns=assets
    )


def _normalised(raw: Floats, allowed: npt.NDArray[np.bool_]) -> Floats:
    """Rows that sum to 1; equal weights where nothing distinguishes the assets yet."""
    raw = np.where(raw.sum(axis=1, keepdims=True) > 0, raw, allowed.astype(float))
    total = raw.sum(axis=1, keepdims=True)
    answer: Floats = np.divide(raw, total, out=np.zeros_like(raw), where=total > 0)
    return answer


def capped(weights: Floats, cap: float) -> Floats:
    """Rows without a weight above `cap`: what is cut goes to the others in proportion, as far as they can take it."""
    if cap >= 1:
        return weights
    answer, full = weights.copy(), np.zeros(weights.shape, dtype=bool)
    for _ in range(weights.shape[1]):
        full |= answer > cap
        free = np.where(full, 0.0, weights)
        room = weights.sum(axis=1, keepdims=True) - cap * full.sum(axis=1, keepdims=True)
        total = free.sum(axis=1, keepdims=True)
        spread = np.divide(free, total, out=np.zeros_like(free), where=total > 0) * np.maximum(room, 0.0)
        answer = np.where(full, cap, spread)
        if not (answer > cap + 1e-15).any():
            break
    return np.minimum(answer, cap)


def _equal(sleeve: SleeveConfig, market: Market, decisions: pd.DatetimeIndex) -> Floats:
    return np.ones((len(decisions), len(sleeve.assets)))


def _fixed(sleeve: SleeveConfig, market: Market, decisions: pd.DatetimeIndex) -> Floats:
    row = np.array([sleeve.weights[asset] for asset in sleeve.assets], dtype=float)
    weights: Floats = np.ones((len(decisions), 1)) * row
    return weights


def _inverse_volatility(sleeve: SleeveConfig, market: Market, decisions: pd.DatetimeIndex) -> Floats:
    """One over the deviation of the last `lookback` returns of each asset; 0 where it is not known or zero."""
    columns = []
    for asset in sleeve.assets:
        bars = market.prices[asset]
        deviation = (bars / bars.shift(1) - 1.0).rolling(sleeve.lookback, min_periods=2).std()
        known = _at(deviation, market, decisions, asset)
        columns.append(np.divide(1.0, known, out=np.zeros_like(known), where=known > 0))
    return np.column_stack(columns)


def _momentum(sleeve: SleeveConfig, market: Market, decisions: pd.DatetimeIndex) -> Floats:
    """Rank by the growth over `lookback` sessions: 1 for the worst; 0 where it is not known."""
    growth = pd.DataFrame(
        {
            asset: _at(market.prices[asset] / market.prices[asset].shift(sleeve.lookback), market, decisions, asset)
            for asset in sleeve.assets
        }
    )
    return growth.rank(axis="columns", method="average").fillna(0.0).to_numpy()


def _at(values: pd.Series[float], market: Market, decisions: pd.DatetimeIndex, asset: str) -> Floats:
    """`values` by session as known at each decision; NaN where nothing was."""
    rows = market.known_rows(decisions, [asset])
    return np.where(rows >= 0, values.to_numpy(dtype=float)[np.maximum(rows, 0)], np.nan)


_RAW: dict[str, Callable[[SleeveConfig, Market, pd.DatetimeIndex], Floats]] = {
    "equal": _equal,
    "fixed": _fixed,
    "inverse_volatility": _inverse_volatility,
    "momentum": _momentum,
}
