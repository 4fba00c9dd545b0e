"""The waterline: blocks of standardised indicators, averaged, scaled, called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from ..data.clock import decision_instants, last_day_without_news
from ..data.market import Market
from .composite import block_means, compose
from .config import SignalConfig
from .history import History
from .known import Known
from .missing import missing_reasons
from .regimes.registry import chosen_classifier
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
    known = look_from_every_decision(market, sleeves, config, every=every)
    entries = chosen_indicators(config)
    histories = measured(known)
    raw = pd.DataFrame({name: history.values for name, history in histories.items()}, index=known.decisions)
    indicators = standardised(histories, known)
    min_count = known.rows(config.composite_min_weeks)
    level, contributions, coverage = compose(indicators, config, min_count=min_count)
    fundamental = compose(indicators, config, min_count=min_count, without="tells").level
    return Waterline(
        level=level.rename("waterline"),
        fundamental=fundamental,
        regime=chosen_classifier(config).fit_predict_online(level, known),
        coverage=coverage,
        slack=slack(known),
        blocks=block_means(indicators),
        raw=raw,
        indicators=indicators,
        contributions=contributions,
        held=level.isna(),
        missing=missing_reasons(known, raw, indicators, entries),
    )


def look_from_every_decision(
    market: Market,
    sleeves: Mapping[str, Sequence[str]],
    config: SignalConfig,
    *,
    every: Literal["weekly", "daily"] = "weekly",
) -> Known:
    """What each decision that the market spans may look at; the parameters are those of `measure_waterline`."""
    last = last_day_without_news(market.sessions[-1])  # a Thursday that is a holiday has a decision too
    decisions = decision_instants(pd.Timestamp(config.history_start), last, every=every)
    return Known(market, decisions, sleeves, config, every)


def measured(known: Known) -> dict[str, History]:
    """Every chosen indicator by id, in natural units."""
    return {entry.id: entry.measured(known) for entry in chosen_indicators(known.config)}


def standardised(histories: Mapping[str, History], known: Known) -> pd.DataFrame:
    """The same made comparable, shape (decisions, indicators); higher means more liquidity."""
    entries = chosen_indicators(known.config)
    return pd.DataFrame(
        {entry.id: entry.standardised(histories[entry.id], known) for entry in entries}, index=known.decisions
    )
