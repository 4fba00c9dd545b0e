"""Slack: the stock of idle money, in [0, 1]. It decides whether capex fills the tub or drains it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .known import Known
from .plumbing import AMPLE_PERCENT, reserve_ratio


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
        bank credit minus 12.5 percentage points. NaN where neither is. Information set of row t: rows up to t.
    """
    idle = (known.value("RRPONTSYD") / known.value("GDP")).expanding(known.min_count).rank(pct=True)
    ample = 0.5 * (1.0 + np.tanh((reserve_ratio(known) - AMPLE_PERCENT) / 2.0))  # the logistic, without overflow
    return pd.DataFrame({"idle": idle, "ample": ample}).mean(axis="columns")
