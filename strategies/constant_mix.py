"""The constant mix: the null against which every claim of timing is judged."""

from __future__ import annotations

import pandas as pd


def constant_mix(exposures: pd.DataFrame) -> pd.DataFrame:
    """The strategy's own average exposure, held at every decision.

    Parameters
    ----------
    exposures : DataFrame, shape (decisions, sleeves)
        What the strategy held.

    Returns
    -------
    DataFrame of the same shape
        Every row is the mean of `exposures`. Information set: the whole sample; it is a yardstick, not a strategy that
        anyone could have traded, and it takes the average risk of the strategy so that only timing is left to differ.
    """
    mean = exposures.mean()
    return pd.DataFrame([mean] * len(exposures), index=exposures.index)
