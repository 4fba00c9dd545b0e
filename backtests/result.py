"""What a backtest returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True, eq=False)
class Backtest:
    """One executed portfolio.

    Attributes
    ----------
    name : str
        ``strategy``, ``constant_mix`` or the name of a benchmark.
    capital : float
        USD before the first fill.
    value : Series, shape (sessions,)
        Portfolio value in USD at each session's close, from the session of the first fill on.
    weights : DataFrame, shape (sessions, assets + CASH)
        Weights held after each session's fills; each row sums to 1.
    orders : DataFrame
        One row per executed order: ``session``, ``asset``, ``side``, ``quantity``, ``price``, ``notional_usd``,
        ``fee_usd``.
    portfolio : vectorbt.Portfolio
        The simulation itself, to explore; without borrow fees.
    borrow : Series, shape (sessions,)
        Borrow fee of each session as a share of the value, already taken from `value`.
    """

    name: str
    capital: float
    value: pd.Series[float]
    weights: pd.DataFrame
    orders: pd.DataFrame
    portfolio: Any = field(repr=False)
    borrow: pd.Series[float] = field(default_factory=lambda: pd.Series(dtype=float), repr=False)

    @property
    def returns(self) -> pd.Series[float]:
        """Simple daily returns; the first one is measured from `capital`, so the first bar's costs count."""
        before = self.value.shift(1).fillna(self.capital)
        return (self.value / before - 1.0).rename(self.name)
