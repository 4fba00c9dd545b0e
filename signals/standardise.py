"""Causal standardisation: row t uses rows up to and including t, never one after it."""

from __future__ import annotations

import pandas as pd

from .known import Known
from .registry import Standardisation


def standardise(values: pd.Series[float], how: Standardisation, known: Known) -> pd.Series[float]:
    """Make an indicator comparable with the others.

    Parameters
    ----------
    values : Series, shape (decisions,)
        Raw indicator; NaN where it was not known.
    how : {"expanding", "anchored", "rolling", "none"}
        ``expanding``: minus the mean, over the standard deviation of all rows so far (spreads, changes).
        ``anchored``: over the root mean square of all rows so far, so that zero keeps its meaning (ratios that are
        measured against a threshold). ``rolling``: as expanding, over the last five years of rows (drifting levels).
        ``none``: already comparable.
    known : Known
        Its clock and configuration give the least history, the rolling window and the winsorising limit.

    Returns
    -------
    Series
        Standardised values; NaN where the raw value is NaN, where fewer than ``known.min_count`` rows were known, or
        where nothing varied yet. Information set of row t: rows up to t.
    """
    winsor, min_count = known.config.winsor, known.min_count
    if how == "none":
        return values.clip(-winsor, winsor)
    if how == "anchored":
        scale: pd.Series[float] = (values**2).expanding(min_periods=min_count).mean() ** 0.5
        return (values / scale.where(scale > 0)).clip(-winsor, winsor)
    rows = len(values) if how == "expanding" else known.rows(known.config.rolling_weeks)
    seen = values.rolling(max(rows, min_count), min_periods=min_count)
    spread: pd.Series[float] = seen.std()
    centred: pd.Series[float] = values - seen.mean()
    return (centred / spread.where(spread > 0)).clip(-winsor, winsor)
