"""Causal standardisation: row t uses rows up to and including t, as they were known at t."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from .history import History
from .known import Known
from .moments import moments

Standardisation = Literal["expanding", "anchored", "rolling", "none"]
_NOTHING_VARIES = 1e-7  # of the size of the values: the dust that sums of squares leave of a constant


def standardise(history: History, how: Standardisation, known: Known) -> pd.Series[float]:
    """Make an indicator comparable with the others.

    Parameters
    ----------
    history : History
        Raw indicator at each decision, and its revisions; NaN where it was not known.
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
        where nothing varied yet. Information set of row t: rows up to t, in the vintage of t.
    """
    values, winsor = history.values, known.config.winsor
    if how == "none":
        return values.clip(-winsor, winsor)
    rows = known.rows(known.config.rolling_weeks) if how == "rolling" else len(values)
    seen = moments(history, max(rows, known.min_count))
    size = np.sqrt(seen.mean_square)
    scale = size if how == "anchored" else seen.deviation
    enough = (seen.count >= known.min_count) & (scale > _NOTHING_VARIES * size)
    centre = 0.0 if how == "anchored" else seen.mean
    with np.errstate(invalid="ignore", divide="ignore"):
        standard = np.where(enough, (values.to_numpy(dtype=float) - centre) / scale, np.nan)
    return pd.Series(standard, index=values.index).clip(-winsor, winsor)
