"""Slack: idle money in the system, between 0 and 1."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .history import history_of
from .known import Known
from .reserves import AMPLE_PERCENT, reserve_ratio


def slack(known: Known) -> pd.Series[float]:
    """Idle money at each decision.

    Parameters
    ----------
    known : Known
        What each decision may look at. The percentile counts once ``known.min_count`` rows of it are known.

    Returns
    -------
    Series
        Mean of what is available of: the expanding percentile of reverse repo over GDP; the logistic of reserves over
        bank credit minus 12.5 percentage points. NaN where neither is. Information set of row t: rows up to t, in the
        vintage of t.
    """
    ample = 0.5 * (1.0 + np.tanh((reserve_ratio(known) - AMPLE_PERCENT) / 2.0))  # the logistic, without overflow
    return pd.DataFrame({"idle": _idle(known), "ample": ample}).mean(axis="columns")


def _idle(known: Known) -> pd.Series[float]:
    """Share of all decisions so far at which reverse repo over GDP was no higher than now; ties count half."""
    history = history_of(lambda window: window.value("RRPONTSYD") / window.value("GDP"), known)
    ranks = np.full(len(history.values), np.nan)
    for row, seen in enumerate(history.walk()):
        count = np.isfinite(seen).sum()
        if count >= known.min_count and np.isfinite(seen[-1]):
            lower, equal = (seen < seen[-1]).sum(), (seen == seen[-1]).sum()
            ranks[row] = (lower + (equal + 1) / 2.0) / count
    return known.row(ranks)
