"""Credit: what borrowers pay above the state, and how tight conditions are as a whole."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator

_SOURCE = "Gilchrist and Zakrajsek (2012), credit spreads"


@indicator("credit", orientation=-1, series=("BAA10Y",), source=_SOURCE, unit="pp")
def baa_spread(known: Known) -> pd.Series[float]:
    """Moody's Baa yield over the ten-year Treasury, in percentage points.

    Information set: H.15 and Moody's of the previous business day.
    """
    return known.value("BAA10Y")


@indicator("credit", orientation=-1, series=("BAA10Y",), source=_SOURCE, unit="pp")
def baa_spread_change(known: Known) -> pd.Series[float]:
    """13-week change of the Baa spread, in percentage points.

    Information set: H.15 and Moody's of the previous business day.
    """
    return known.change("BAA10Y")


@indicator(
    "credit",
    orientation=-1,
    series=("NFCI",),
    source="Brave and Butters (2011), NFCI",
    true_vintages=True,
    unit="index",
)
def financial_conditions(known: Known) -> pd.Series[float]:
    """The Chicago Fed's financial conditions index, from true vintages only; positive when tight.

    Its whole history is re-estimated every week: a single late vintage looks ahead throughout and counts as missing.
    Information set: the vintage of the last Wednesday.
    """
    return known.value("NFCI")
