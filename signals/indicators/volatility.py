"""Tells: the price of insurance."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator


@indicator(
    "tells",
    orientation=-1,
    standardisation="rolling",
    series=("VIXCLS",),
    source="Brunnermeier and Pedersen (2009), market and funding liquidity",
    unit="points",
)
def vix(known: Known) -> pd.Series[float]:
    """The VIX, in index points.

    Information set: the close of the decision's day.
    """
    return known.value("VIXCLS")
