"""An indicator of one's own: a steeper yield curve says that easier money is on its way, or here."""

import pandas as pd

from tidegate.signals import indicator
from tidegate.signals.known import Known


@indicator(
    "price",
    series=("T10Y2Y",),
    source="Estrella and Hardouvelis (1991), the term structure as a predictor of real activity",
)
def curve_steepening(known: Known) -> pd.Series:
    """13-week change of the ten-year minus the two-year yield, in percentage points.

    Information set: H.15 of the previous business day.
    """
    return known.change("T10Y2Y")
