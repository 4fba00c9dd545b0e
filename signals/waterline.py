"""The waterline: blocks of standardised indicators, averaged, scaled, called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from ..data.clock import decision_instants
from ..data.market import Market
from .composite import block_means, compose
from .config import SignalConfig
from .known import Known
from .missing import missing_reasons
from .regime import schmitt_trigger
from .registry import chosen_indicators
from .result import Waterline
from .slack import slack


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
    entries = chosen_indicators(config)
    histories = {entry.id: entry.measured(known) for entry in entries}
    raw = pd.DataFrame({name: history.values for name, history in histories.items()}, index=decisions)
    indicators = pd.DataFrame(
        {entry.id: entry.standardised(histories[entry.id], known) for entry in entries}, index=decisions
    )
    min_count = known.rows(config.composite_min_weeks)
    level, contributions, coverage = compose(indicators, config, min_count=min_count)
    fundamental = compose(indicators, config, min_count=min_count, without="tells").level
    return Waterline(
        level=level.rename("waterline"),
        fundamental=fundamental,
        regime=schmitt_trigger(level, config.regime),
        coverage=coverage,
        slack=slack(known),
        blocks=block_means(indicators),
        raw=raw,
        indicators=indicators,
        contributions=contributions,
        held=level.isna(),
        missing=missing_reasons(known, raw, indicators, entries),
    )
