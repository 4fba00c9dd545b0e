"""Water: the price at which it is let in, and where the market expects it to go."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator

_SESSIONS_63 = pd.Timedelta(days=91)  # 63 sessions


@indicator(
    "water",
    series=("DFF", "DGS2"),
    source="Expectations hypothesis: the two-year yield against the policy rate",
    unit="pp",
)
def easing_priced_in(known: Known) -> pd.Series[float]:
    """Effective funds rate minus the two-year yield, in percentage points: positive when cuts are priced in.

    Information set: H.15 of the previous business day.
    """
    return known.first_known("DFF", known.value) - known.value("DGS2")


@indicator(
    "water",
    series=("DFEDTARU", "DGS2"),
    source="Hanson and Stein (2015), monetary policy and long-term real rates: two-year yields carry the news",
    preset=False,
    unit="pp",
)
def policy_shift(known: Known) -> pd.Series[float]:
    """Change over 63 sessions of the policy target minus the two-year yield, in percentage points.

    Positive when the market has come to expect more easing. Information set: the target of the day, H.15 of the
    previous business day.
    """

    def shift(series: str) -> pd.Series[float]:
        newest = known.latest(series)
        return known.row(newest.value) - known.at(series, newest.period - _SESSIONS_63)

    return known.first_known("DFEDTARU", shift) - shift("DGS2")
