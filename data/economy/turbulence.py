"""Turbulence: one multiplier of the volatility of all common factors, with a slow and a fast part.

With a, b the weights of the two parts, each a stationary autoregression of unit variance, and q the strain:

    log v = a slow + b fast - (a^2 + b^2) + q

so that v has mean square 1 outside of a funding crisis. The fast part rises on the day after the market fell
(the leverage effect: Black, 1976).
"""

from __future__ import annotations

import numpy as np

from .shocks import Array, Shocks, autoregressive
from .state import State
from .universe import FACTOR_DEGREES, FACTORS

_SLOW, _FAST = 0.40, 0.42
_SLOW_DAYS, _FAST_DAYS = 200.0, 18.0
_LEVERAGE = 0.5


def log_turbulence(state: State, shocks: Shocks) -> Array:
    """Logarithm of the multiplier on every day; day d uses market moves up to d - 1."""
    slow = shocks.persistent("turbulence", memory_days=_SLOW_DAYS)
    fast = autoregressive(_flurries(shocks), memory_days=_FAST_DAYS)
    return _SLOW * slow + _FAST * fast - (_SLOW**2 + _FAST**2) + state.strain


def factor_shocks(shocks: Shocks) -> Array:
    """Unit-variance shocks of the factors, before turbulence and volatility."""
    return shocks.fat_tailed("factors", len(FACTORS), degrees=FACTOR_DEGREES)


def _flurries(shocks: Shocks) -> Array:
    market = factor_shocks(shocks)[:, FACTORS.index("market")]
    yesterday = np.concatenate([[0.0], market[:-1]])
    own = shocks.stream("flurries").standard_normal(shocks.days)
    pushes: Array = np.sqrt(1.0 - _LEVERAGE**2) * own - _LEVERAGE * yesterday
    return pushes
