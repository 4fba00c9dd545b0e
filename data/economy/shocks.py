"""Randomness: every part of the world draws from a stream of its own.

Streams are spawned from the seed in the fixed order of `PARTS`. A new part goes to the end of the list: its
stream is new and all others stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_STATE = ("state",)
_PRICES = ("factors", "idiosyncratic", "turbulence", "vix")
_NOISE = (
    "net_liquidity",
    "treasury_account",
    "repo",
    "reserves",
    "bank_credit",
    "money",
    "output",
    "policy_rate",
    "overnight",
    "repo_rate",
    "bills_rate",
    "two_year",
    "ten_year",
    "term_premium",
    "breakeven",
    "baa",
    "high_yield",
    "investment_grade",
    "conditions",
    "coupons",
    "bills",
    "capex",
    "cash_flow",
    "filing_delay",
    "output_revision",
    "money_revision",
    "bank_credit_revision",
    "conditions_revision",
)
_VERSION_2 = (
    "flurries",
    "bank_assets_revision",
    "term_premium_models",
    "conditions_history",
    "restatement",
    "leases",
    "late_release",
    "shutdown",
)
PARTS = _STATE + _PRICES + _NOISE + _VERSION_2


class Shocks:
    """The streams of one world, by part.

    Parameters
    ----------
    seed : int
        Seed of the world.
    days : int
        Length of the daily paths that `persistent` gives.
    """

    def __init__(self, seed: int, days: int) -> None:
        self.days = days
        self._children: Mapping[str, np.random.SeedSequence] = dict(
            zip(PARTS, np.random.SeedSequence(seed).spawn(len(PARTS)), strict=True)
        )

    def stream(self, part: str) -> np.random.Generator:
        """A fresh generator at the start of the stream of `part`."""
        return np.random.Generator(np.random.PCG64(self._children[part]))

    def persistent(self, part: str, *, memory_days: float) -> Array:
        """A daily path of unit variance whose autocorrelation falls by 1/e in `memory_days`."""
        return autoregressive(self.stream(part).standard_normal(self.days), memory_days=memory_days)

    def fat_tailed(self, part: str, columns: int, *, degrees: int) -> Array:
        """Student's t of unit variance, shape (days, columns)."""
        drawn = self.stream(part).standard_t(degrees, size=(self.days, columns))
        unit_variance: Array = drawn * np.sqrt((degrees - 2) / degrees)
        return unit_variance


def autoregressive(white: Array, *, memory_days: float) -> Array:
    """First-order autoregression of unit variance, driven by `white` and started in its stationary law."""
    carry = float(np.exp(-1.0 / memory_days))
    pushes = (white * np.sqrt(1.0 - carry**2)).tolist()
    path, level = [], float(white[0])
    for push in pushes:
        level = carry * level + push
        path.append(level)
    return np.array(path)
