"""Why an indicator has no value: in words, for the reader of a signal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..data.dictionary import fallback_chain, spec_of
from .known import Known
from .registry import Indicator


def missing_reasons(
    known: Known, raw: pd.DataFrame, indicators: pd.DataFrame, entries: tuple[Indicator, ...]
) -> dict[str, str]:
    """Reason by indicator, for those without a value at the last decision.

    Parameters
    ----------
    known : Known
        What each decision may look at.
    raw, indicators : DataFrame, shape (decisions, indicators)
        Measured and standardised values.
    entries : tuple of Indicator
        Their definitions.
    """
    measured, standardised = np.isfinite(raw.iloc[-1]), np.isfinite(indicators.iloc[-1])
    return {
        entry.id: "too little history yet" if measured[entry.id] else _reason(known, entry)
        for entry in entries
        if not standardised[entry.id]
    }


def _feeding(known: Known, series: str) -> tuple[str, ...]:
    """The series that can feed an input: itself and its stand-ins, or the members of a family such as ``capex:*``."""
    if not series.endswith(":*"):
        return fallback_chain(series)
    return tuple(name for name in known.market.releases.series if name.startswith(series.removesuffix("*")))


def _reason(known: Known, entry: Indicator) -> str:
    if not entry.series:
        return "too few assets of the sleeves have enough prices"
    for series in entry.series:
        lines = [known.market.releases.as_of(name, known.decisions[-1:]) for name in _feeding(known, series)]
        newest = max((line.released[0] for line in lines if not pd.isna(line.released[0])), default=None)
        if newest is None:
            return f"{series} is not in the data"
        if known.decisions[-1] - newest > spec_of(series).stale_after:
            return f"{series} is stale: last released {newest:%Y-%m-%d}"
        if entry.true_vintages and series in known.market.releases.pseudo_pit:
            return f"{series} has no true vintages"
    return "not all of its inputs are known"
