"""Prices: common factors with fat tails and clustered volatility, and drifts that follow true liquidity.

For asset i, with f the factors, e_i its own shock and v a common turbulence of mean square 1:

    log return = (drift_i + effect * liquidity_i * L) dt + v (loadings_i . f + e_i)

Only the drift knows `effect`. With effect = 0 every shock and every economic series is as before, and
liquidity moves no price (bills still accrue their rate).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..assets import is_crypto
from .shocks import Array, Shocks
from .state import DAYS_PER_YEAR, State
from .universe import BILLS, FACTOR_VOLATILITY, FACTORS, UNIVERSE, Asset

SESSIONS_PER_YEAR = 252.0
_TAIL = 5  # degrees of freedom of Student's t
_TURBULENCE = 0.35
_SIGNIFICANT = 6


def simulate_prices(state: State, sessions: pd.DatetimeIndex, shocks: Shocks, *, effect: float) -> pd.DataFrame:
    """Prices on every calendar day, by asset; NaN before listing.

    Crypto moves every day. Everything else moves on `sessions` and stands still between them.
    """
    open_days = state.days.isin(sessions)
    clocks = {True: np.full(len(state.days), 1.0 / DAYS_PER_YEAR), False: open_days / SESSIONS_PER_YEAR}
    factors = _factors(clocks, shocks)
    own = _fat_tails(shocks, "idiosyncratic", len(UNIVERSE))
    turbulence = _turbulence(shocks)
    columns = {}
    for asset, shock in zip(UNIVERSE, own.T, strict=True):
        step = clocks[is_crypto(asset.ticker)]
        drift = (asset.drift + effect * asset.liquidity * state.liquidity) * step
        move = drift + turbulence * (_common(asset, factors) + asset.own * shock * np.sqrt(step))
        columns[asset.ticker] = _listed_path(asset, move, state.days)
    return pd.DataFrame(columns, index=state.days)


def bill_prices(days: pd.DatetimeIndex, sessions: pd.DatetimeIndex, rate_percent: Array) -> pd.DataFrame:
    """Bill funds: a session earns the rate (percent) of every calendar day since the session before."""
    grown = np.exp(np.cumsum(rate_percent / 100.0 / DAYS_PER_YEAR))
    before = days.get_loc(sessions[0])
    frame = pd.DataFrame({ticker: start * grown / grown[before] for ticker, start in BILLS.items()}, index=days)
    return significant(frame.loc[sessions], digits=9)


def significant(values: pd.DataFrame, *, digits: int = _SIGNIFICANT) -> pd.DataFrame:
    """`values` rounded to so many significant digits; NaN stays NaN."""
    numbers = values.to_numpy(dtype=float)
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(numbers)))
    return pd.DataFrame(np.round(numbers * scale) / scale, index=values.index, columns=values.columns)


def _factors(clocks: dict[bool, npt.NDArray[np.float64]], shocks: Shocks) -> Array:
    """Factor moves per day, annual volatilities as in the universe; crypto moves on weekends too."""
    steps = np.column_stack([clocks[name == "crypto"] for name in FACTORS])
    scale: Array = np.array(FACTOR_VOLATILITY) * np.sqrt(steps)
    return _fat_tails(shocks, "factors", len(FACTORS)) * scale


def _common(asset: Asset, factors: Array) -> Array:
    """What the factors move it by, column by column: a matrix product may differ between machines."""
    move: Array = np.zeros(len(factors))
    for loading, factor in zip(asset.loadings, factors.T, strict=True):
        move += loading * factor
    return move


def _fat_tails(shocks: Shocks, part: str, columns: int) -> Array:
    """Student's t of unit variance."""
    drawn = shocks.stream(part).standard_t(_TAIL, size=(shocks.days, columns))
    unit_variance: Array = drawn * sqrt((_TAIL - 2) / _TAIL)
    return unit_variance


def _turbulence(shocks: Shocks) -> Array:
    """Common volatility multiplier with mean square 1: calm and stormy months."""
    log_level: Array = _TURBULENCE * shocks.persistent("turbulence", memory_days=45.0) - _TURBULENCE**2
    return np.exp(log_level)


def _listed_path(asset: Asset, move: Array, days: pd.DatetimeIndex) -> Array:
    """Prices that start at the asset's first price on its listing day."""
    listed = max(asset.listing(), days[0])
    level = np.cumsum(move)
    first = min(int(days.searchsorted(listed)), len(days) - 1)
    return np.where(days >= listed, asset.start * np.exp(level - level[first]), np.nan)
