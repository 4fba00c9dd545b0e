"""What the measurement of liquidity returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

REGIMES = ("ABUNDANT", "NEUTRAL", "SCARCE")


@dataclass(frozen=True, eq=False)
class Waterline:
    """The waterline at every decision, and why it stands there.

    All frames are indexed by decision (UTC). Higher always means more liquidity.

    Attributes
    ----------
    level : Series
        The composite in units of its own expanding standard deviation; NaN until enough is known.
    fundamental : Series
        The same without the market-price block (tells).
    regime : Series of str
        ABUNDANT, NEUTRAL or SCARCE; missing before the first decision with enough coverage.
    coverage : Series
        Share of the block weight that is measured, in [0, 1].
    slack : Series
        Idle money, in [0, 1].
    blocks : DataFrame, shape (decisions, blocks)
        Mean of each block's available indicators.
    raw : DataFrame, shape (decisions, indicators)
        Measures in their natural units, as they were known; columns are ``block.name``.
    indicators : DataFrame, shape (decisions, indicators)
        Standardised indicators; columns are ``block.name``.
    contributions : DataFrame, shape (decisions, indicators)
        Additive parts of `level`: each row sums to it. Missing indicators contribute 0.
    held : Series of bool
        True where coverage was too thin and the previous regime was held.
    missing : Mapping of str to str
        At the last decision: indicator without a value -> the reason.
    """

    level: pd.Series[float]
    fundamental: pd.Series[float]
    regime: pd.Series[str]
    coverage: pd.Series[float]
    slack: pd.Series[float]
    blocks: pd.DataFrame
    raw: pd.DataFrame
    indicators: pd.DataFrame
    contributions: pd.DataFrame
    held: pd.Series[bool]
    missing: Mapping[str, str]

    @property
    def decisions(self) -> pd.DatetimeIndex:
        """Decision instants (UTC)."""
        return pd.DatetimeIndex(self.level.index)

    def frame(self) -> pd.DataFrame:
        """Everything in one table, as written to ``waterline.parquet``."""
        head = pd.DataFrame(
            {
                "waterline": self.level,
                "fundamental": self.fundamental,
                "regime": self.regime,
                "coverage": self.coverage,
                "slack": self.slack,
            }
        )
        return pd.concat(
            [head, self.blocks.add_prefix("block:"), self.indicators.add_prefix("indicator:")],
            axis="columns",
            sort=False,
        )
