"""Credit spreads (percentage points) and financial conditions (index), daily."""

from __future__ import annotations

import numpy as np

from .shocks import Array, Shocks
from .state import State


def credit_paths(state: State, shocks: Shocks) -> dict[str, Array]:
    """Daily paths by series id: spreads widen when liquidity is scarce, each with noise of its own."""
    baa = -0.20 * state.liquidity + 0.16 * shocks.persistent("baa", memory_days=150)
    high_yield = -0.30 * state.liquidity + 0.25 * shocks.persistent("high_yield", memory_days=120)
    investment_grade = -0.22 * state.liquidity + 0.18 * shocks.persistent("investment_grade", memory_days=120)
    return {
        "BAA10Y": 2.3 * np.exp(baa),
        "BAMLH0A0HYM2": 4.6 * np.exp(high_yield),
        "BAMLC0A0CM": 1.35 * np.exp(investment_grade),
        "NFCI": -0.4 - 0.4 * state.liquidity + 0.35 * shocks.persistent("conditions", memory_days=120),
    }
