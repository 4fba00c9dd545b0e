"""Credit spreads (percentage points) and financial conditions (index), daily."""

from __future__ import annotations

import numpy as np

from .shocks import Array, Shocks
from .state import State


def credit_paths(state: State, shocks: Shocks, *, stress: Array) -> dict[str, Array]:
    """Daily paths by series id.

    Spreads widen when liquidity is scarce and when markets are turbulent (`stress`, the logarithm of the
    turbulence), each with noise of its own.
    """
    baa = -0.13 * state.liquidity + 0.11 * stress + 0.17 * shocks.persistent("baa", memory_days=600)
    high_yield = -0.15 * state.liquidity + 0.17 * stress + 0.17 * shocks.persistent("high_yield", memory_days=500)
    grade = -0.15 * state.liquidity + 0.16 * stress + 0.17 * shocks.persistent("investment_grade", memory_days=500)
    conditions = -0.14 * state.liquidity + 0.14 * stress + 0.12 * shocks.persistent("conditions", memory_days=200)
    return {
        "BAA10Y": 2.4 * np.exp(baa),
        "BAMLH0A0HYM2": 4.7 * np.exp(high_yield),
        "BAMLC0A0CM": 1.4 * np.exp(grade),
        "NFCI": conditions - 0.42,
    }
