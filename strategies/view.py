"""View: what a strategy may look at. Nothing later than the decision is visible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.market import Market
from .config import StrategyConfig

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class View:
    """What each decision of a strategy may look at.

    Parameters
    ----------
    regime : Series of str, shape (decisions,)
        Regime in force at each decision.
    level : Series, shape (decisions,)
        The waterline; NaN where too little was measured.
    shares : Mapping of str to DataFrame, each of shape (decisions, assets)
        Weights within each sleeve.
    config : StrategyConfig
        The study's.
    market : Market
        Read only through the methods: bars complete by the decision.
    """

    regime: pd.Series[str]
    level: pd.Series[float]
    shares: Mapping[str, pd.DataFrame]
    config: StrategyConfig
    market: Market

    @property
    def decisions(self) -> pd.DatetimeIndex:
        """Decision instants (UTC)."""
        return pd.DatetimeIndex(self.regime.index)

    def exposures(self, speculative: pd.Series[float], near_cash_flow: pd.Series[float]) -> pd.DataFrame:
        """Exposures of the sleeves, shape (decisions, 2)."""
        return pd.DataFrame({"speculative": speculative, "near_cash_flow": near_cash_flow}, index=self.regime.index)

    def last_prices(self, assets: Sequence[str]) -> Floats:
        """Last known price of each asset among complete bars, shape (decisions, assets)."""
        columns = []
        for asset in assets:
            rows = self.market.known_rows(self.decisions, [asset])
            bars = self.market.prices[asset].ffill().to_numpy(dtype=float)
            columns.append(np.where(rows >= 0, bars[np.maximum(rows, 0)], np.nan))
        return np.column_stack(columns)

    def windows(self, assets: Sequence[str], sessions: int) -> list[Floats]:
        """Returns of the last `sessions` sessions whose bars of all `assets` were complete, by decision.

        Each of shape (at most sessions, assets), oldest first; NaN where an asset did not trade.
        """
        bars = self.market.prices[list(assets)]
        growth = (bars / bars.shift(1) - 1.0).to_numpy(dtype=float)
        rows = self.market.known_rows(self.decisions, assets)
        return [growth[max(0, row + 1 - sessions) : row + 1] for row in rows]

    def index_of(self, sleeve: str, sessions: int) -> list[Floats]:
        """Value of the sleeve's present mix over the last `sessions` sessions, by decision; it begins at 1."""
        share = self.shares[sleeve]
        held = share.to_numpy()
        windows = self.windows(list(map(str, share.columns)), sessions)
        return [
            np.cumprod(np.append(1.0, 1.0 + np.nan_to_num(window) @ weights))
            for window, weights in zip(windows, held, strict=True)
        ]

    def since(self, decisions: pd.DatetimeIndex) -> View:
        """The same on some of the decisions."""
        shares = {sleeve: table.loc[decisions] for sleeve, table in self.shares.items()}
        return replace(self, regime=self.regime.loc[decisions], level=self.level.loc[decisions], shares=shares)
