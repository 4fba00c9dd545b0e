"""Buy and hold: one sleeve, from the first decision on."""

from __future__ import annotations

import pandas as pd


def buy_and_hold(decisions: pd.DatetimeIndex, sleeve: str, sleeves: tuple[str, ...]) -> pd.DataFrame:
    """All in `sleeve` at every decision.

    Returns
    -------
    DataFrame, shape (decisions, sleeves)
        1 for `sleeve`, 0 for the others. Traded only when the eligible assets change; in between weights drift.
    """
    return pd.DataFrame({name: float(name == sleeve) for name in sleeves}, index=decisions)
