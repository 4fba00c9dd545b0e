"""Water: money, beyond what the economy's own growth takes up."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator


@indicator(
    "water",
    series=("M2SL", "GDP"),
    source="Marshallian k: money growth in excess of nominal growth (Baks and Kramer, 1999)",
    unit="%",
)
def excess_money_growth(known: Known) -> pd.Series[float]:
    """Growth of M2 over a year minus growth of nominal GDP over a year, in decimal units.

    Information set: both histories in their vintage at the decision.
    """
    return _growth_over_a_year(known, "M2SL") - _growth_over_a_year(known, "GDP")


def _growth_over_a_year(known: Known, series: str) -> pd.Series[float]:
    newest = known.latest(series)
    return known.row(newest.value) / known.at(series, newest.period - pd.DateOffset(years=1)) - 1.0
