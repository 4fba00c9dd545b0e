"""Inputs that are not what they should be at a decision: stale, absent, or stood in for."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from ..data.dictionary import fallback_chain
from ..data.market import Market
from .config import SignalConfig
from .known import Known
from .registry import chosen_indicators


def input_notes(market: Market, config: SignalConfig, decision: pd.Timestamp) -> dict[str, str]:
    """What is wrong with the series that the chosen indicators read, and what stands in for them.

    Parameters
    ----------
    market : Market
        Read only as of `decision`.
    config : SignalConfig
        Chooses the indicators.
    decision : Timestamp
        The instant (UTC) at which information is cut.

    Returns
    -------
    dict of str to str
        Series -> words; a series that is known and fresh is not listed. Of a family such as ``capex:*`` the members
        that are stale are listed, or the family when it has none.
    """
    known = Known(market, pd.DatetimeIndex([decision]), {}, config)
    chosen = dict.fromkeys(series for entry in chosen_indicators(config) for series in entry.series)
    lines = [line for series in chosen for line in _lines(known, series)]
    return {series: words for series, *rest in lines if (words := _words(known, series, rest))}


def _lines(known: Known, series: str) -> Iterable[list[str]]:
    """A series and its stand-ins; of a family, each member and the same company's figures on another basis."""
    if not series.endswith(":*"):
        return [list(fallback_chain(series))]
    members = [name for name in known.market.releases.series if name.startswith(series.removesuffix("*"))]
    firms = dict.fromkeys(name.partition("@")[0] for name in members)
    counted = [firm for firm in firms if firm.partition(":")[2] not in known.config.capex.without]
    return [[name for name in members if name.partition("@")[0] == firm] for firm in counted] or [[series]]


def _words(known: Known, series: str, others: list[str]) -> str:
    if _fresh(known, series):
        return ""
    released = known.latest(series).released[0]
    reason = "not in the data" if pd.isna(released) else f"stale, last released {released:%Y-%m-%d}"
    return next((f"{reason}; {other} stands in" for other in others if _fresh(known, other)), reason)


def _fresh(known: Known, series: str) -> bool:
    return math.isfinite(known.latest(series).value[0])
