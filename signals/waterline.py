"""The waterline: blocks of standardised indicators, averaged, scaled, called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from ..data.clock import decision_instants
from ..data.dictionary import fallback_chain, spec_of
from ..data.market import Market
from .config import BLOCKS, SignalConfig
from .known import Known
from .regime import schmitt_trigger
from .registry import Indicator, all_indicators
from .result import Waterline
from .slack import slack
from .standardise import standardise


def measure_waterline(
    market: Market,
    sleeves: Mapping[str, Sequence[str]],
    config: SignalConfig,
    *,
    every: Literal["weekly", "daily"] = "weekly",
) -> Waterline:
    """Measure the waterline at every decision the market spans.

    Parameters
    ----------
    market : Market
        Read only as of each decision.
    sleeves : Mapping of str to sequence of str
        Tickers of the two sleeves: the tells look at their prices.
    config : SignalConfig
        Spans, thresholds, weights.
    every : {"weekly", "daily"}
        Clock of the decisions.

    Returns
    -------
    Waterline
        Row t uses releases with ``released <= t`` and bars complete by t, and standardises over rows up to t.
    """
    decisions = decision_instants(pd.Timestamp(config.history_start), market.sessions[-1], every=every)
    known = Known(market, decisions, sleeves, config, every)
    raw = pd.DataFrame({entry.id: entry.measure(known) for entry in all_indicators()}, index=decisions)
    indicators = pd.DataFrame(
        {entry.id: standardise(raw[entry.id], entry.standardisation, known) for entry in all_indicators()},
        index=decisions,
    )
    weights = pd.Series({block: float(config.block_weights.get(block, 0.0)) for block in BLOCKS})  # type: ignore[call-overload]
    parts, coverage, enough = _parts(indicators, weights, config)
    level, contributions = _scaled(parts, enough, known.rows(config.composite_min_weeks))
    without_tells, _, enough_without = _parts(indicators, weights.drop("tells"), config)
    fundamental, _ = _scaled(without_tells, enough_without, known.rows(config.composite_min_weeks))
    return Waterline(
        level=level.rename("waterline"),
        fundamental=fundamental,
        regime=schmitt_trigger(level, config.regime),
        coverage=coverage,
        slack=slack(known),
        blocks=_block_means(indicators),
        indicators=indicators,
        contributions=contributions,
        held=level.isna(),
        missing=_missing(known, raw, indicators),
    )


def _block_of(columns: pd.Index[str]) -> pd.Index[str]:
    return columns.str.partition(".").get_level_values(0)


def _block_means(indicators: pd.DataFrame) -> pd.DataFrame:
    """Mean of each block's available indicators."""
    names = _block_of(indicators.columns)
    return pd.DataFrame({block: indicators.loc[:, names == block].mean(axis="columns") for block in BLOCKS})


def _parts(
    indicators: pd.DataFrame, weights: pd.Series[float], config: SignalConfig
) -> tuple[pd.DataFrame, pd.Series[float], pd.Series[bool]]:
    """Additive parts of the unscaled composite, the measured share of the weight, and whether that is enough.

    A missing indicator's weight goes to the others of its block; a missing block's weight to the other blocks.
    """
    chosen = indicators.loc[:, _block_of(indicators.columns).isin(weights.index[weights > 0])]
    block = _block_of(chosen.columns)
    known = chosen.notna()
    counts = known.T.groupby(np.asarray(block)).sum().T
    measured = (counts > 0).mul(weights[counts.columns], axis="columns")
    share = measured.div(measured.sum(axis="columns").replace(0.0, np.nan), axis="index") / counts.where(counts > 0)
    parts = chosen.mul(pd.DataFrame({name: share[of] for name, of in zip(chosen.columns, block, strict=True)}))
    coverage = measured.sum(axis="columns") / weights.sum()
    enough = ((counts > 0).sum(axis="columns") >= config.min_blocks) & (coverage >= config.min_coverage)
    return parts.fillna(0.0), coverage, enough


def _scaled(parts: pd.DataFrame, enough: pd.Series[bool], min_count: int) -> tuple[pd.Series[float], pd.DataFrame]:
    """The composite over its own expanding standard deviation, and its parts on the same scale."""
    composite = parts.sum(axis="columns").where(enough)
    spread = composite.expanding(min_count).std()
    contributions = parts.div(spread.where(enough & (spread > 0)), axis="index")
    return contributions.sum(axis="columns", skipna=False), contributions


def _missing(known: Known, raw: pd.DataFrame, indicators: pd.DataFrame) -> dict[str, str]:
    """Why each indicator without a value at the last decision has none."""
    last = indicators.iloc[-1]
    return {
        entry.id: "too little history yet" if np.isfinite(raw[entry.id].iloc[-1]) else _reason(known, entry)
        for entry in all_indicators()
        if not np.isfinite(last[entry.id])
    }


def _reason(known: Known, entry: Indicator) -> str:
    for series in entry.series:
        lines = [known.market.releases.as_of(name, known.decisions[-1:]) for name in fallback_chain(series)]
        newest = max((line.released[0] for line in lines if not pd.isna(line.released[0])), default=None)
        if newest is None:
            return f"{series} is not in the data"
        if known.decisions[-1] - newest > spec_of(series).stale_after:
            return f"{series} is stale: last released {newest:%Y-%m-%d}"
        if series in known.market.releases.pseudo_pit and spec_of(series).revised:
            return f"{series} has no true vintages"
    return "not all of its inputs are known"
