"""Prices: common factors with fat tails and clustered volatility, and drifts that follow true liquidity.

For asset i, with f the factors, e_i its own shock and v a common turbulence of mean square 1 (`turbulence`):

    log return = (drift_i + effect * liquidity_i * L) dt + loadings_i . (v^p f) + v^o e_i

with powers p per factor and o for the rest: the market is the most turbulent. Only the drift knows `effect`. With
effect = 0 every shock and every economic series is as before, and liquidity moves no price (bills still accrue
their rate).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..assets import is_crypto
from .shocks import Array, Shocks
from .state import DAYS_PER_YEAR, State
from .turbulence import factor_shocks
from .universe import BILLS, FACTOR_POWER, FACTOR_VOLATILITY, FACTORS, UNIVERSE, Asset

SESSIONS_PER_YEAR = 252.0
_OWN_DEGREES = 4  # earnings days: fatter tails than the factors have
_OWN_POWER = 0.45  # of the turbulence
_SIGNIFICANT = 6


def simulate_prices(
    state: State, sessions: pd.DatetimeIndex, shocks: Shocks, *, stress: Array, effect: float
) -> pd.DataFrame:
    """Prices on every calendar day, by asset; NaN before listing and after delisting.

    `stress` is the logarithm of the turbulence.

    Crypto moves every day. Everything else moves on `sessions` and stands still between them.
    """
    open_days = state.days.isin(sessions)
    clocks = {True: np.full(len(state.days), 1.0 / DAYS_PER_YEAR), False: open_days / SESSIONS_PER_YEAR}
    factors = _factors(clocks, shocks, stress)
    own = shocks.fat_tailed("idiosyncratic", len(UNIVERSE), degrees=_OWN_DEGREES)
    own *= np.exp(_OWN_POWER * stress)[:, None]
    columns = {}
    for asset, shock in zip(UNIVERSE, own.T, strict=True):
        step = clocks[is_crypto(asset.ticker)]
        drift = (asset.drift + effect * asset.liquidity * state.liquidity) * step
        move = drift + _common(asset, factors) + asset.own * shock * np.sqrt(step)
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


def _factors(clocks: dict[bool, npt.NDArray[np.float64]], shocks: Shocks, stress: Array) -> Array:
    """Factor moves per day, annual volatilities as in the universe; crypto moves on weekends too."""
    steps = np.column_stack([clocks[name == "crypto"] for name in FACTORS])
    scale = np.array(FACTOR_VOLATILITY) * np.sqrt(steps)
    turbulence = np.exp(stress[:, None] * np.array(FACTOR_POWER))
    moves: Array = factor_shocks(shocks) * scale * turbulence
    return moves


def _common(asset: Asset, factors: Array) -> Array:
    """What the factors move it by, column by column: a matrix product may differ between machines."""
    move: Array = np.zeros(len(factors))
    for loading, factor in zip(asset.loadings, factors.T, strict=True):
        move += loading * factor
    return move


def _listed_path(asset: Asset, move: Array, days: pd.DatetimeIndex) -> Array:
    """Prices that start at the asset's first price on its listing day and end with its last day of trading."""
    listed = max(asset.listing(), days[0])
    level = np.cumsum(move)
    first = min(int(days.searchsorted(listed)), len(days) - 1)
    trades = (days >= listed) & (days <= asset.last_day())
    return np.where(trades, asset.start * np.exp(level - level[first]), np.nan)
