"""The composite: indicators averaged in blocks, blocks averaged, over its own expanding standard deviation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from .config import BLOCKS, SignalConfig


class Composite(NamedTuple):
    """A scaled composite and what it is made of, by decision.

    `level` and `contributions` are NaN where too little is measured; elsewhere each row of `contributions` sums to
    `level`, and an indicator without a value contributes 0.
    """

    level: pd.Series[float]
    contributions: pd.DataFrame
    coverage: pd.Series[float]


def compose(indicators: pd.DataFrame, config: SignalConfig, *, min_count: int, without: str = "") -> Composite:
    """Average standardised indicators.

    Parameters
    ----------
    indicators : DataFrame, shape (decisions, indicators)
        Columns are ``block.name``; NaN where not measured.
    config : SignalConfig
        Weights of the blocks; fewest blocks and least coverage.
    min_count : int
        Decisions the composite must be known for before it is scaled.
    without : str
        A block to leave out.

    Returns
    -------
    Composite
        Information set of row t: rows up to t. A missing indicator's weight goes to the others of its block, a
        missing block's weight to the other blocks; coverage is the measured share of the block weight.
    """
    weights = pd.Series(
        {block: config.block_weights.get(block, 0.0) for block in BLOCKS if block != without}, dtype=float
    )
    weights = weights[weights > 0]
    block = block_of(indicators)
    chosen = indicators.loc[:, block.isin(weights.index)]
    counts = pd.DataFrame(
        {name: chosen.loc[:, block_of(chosen) == name].notna().sum(axis="columns") for name in weights.index}
    )
    measured = (counts > 0).mul(weights, axis="columns")
    weight = measured.sum(axis="columns")
    per_indicator = measured.div(weight.where(weight > 0), axis="index") / counts.where(counts > 0)
    parts = chosen * per_indicator[block_of(chosen)].set_axis(chosen.columns, axis="columns")
    coverage = weight / weights.sum()
    enough = ((counts > 0).sum(axis="columns") >= config.min_blocks) & (coverage >= config.min_coverage)
    return _scaled(parts.fillna(0.0), enough, min_count)._replace(coverage=coverage)


def _scaled(parts: pd.DataFrame, enough: pd.Series[bool], min_count: int) -> Composite:
    composite = parts.sum(axis="columns").where(enough)
    spread = composite.expanding(min_count).std()
    contributions = parts.div(spread.where(enough & (spread > 0)), axis="index")
    return Composite(
        contributions.sum(axis="columns", skipna=False), contributions, pd.Series(np.nan, index=parts.index)
    )


def block_of(indicators: pd.DataFrame) -> pd.Index[str]:
    """The block of each column."""
    return pd.Index([str(column).partition(".")[0] for column in indicators.columns])


def block_means(indicators: pd.DataFrame) -> pd.DataFrame:
    """Mean of each block's available indicators, shape (decisions, blocks)."""
    names = block_of(indicators)
    return pd.DataFrame({block: indicators.loc[:, names == block].mean(axis="columns") for block in BLOCKS})
