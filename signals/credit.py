"""Credit: what a risky borrower pays on top."""

from __future__ import annotations

import pandas as pd

from .known import Known
from .registry import indicator


@indicator(
    "credit",
    standardisation="expanding",
    series=("BAA10Y",),
    source="Gilchrist and Zakrajsek (2012), credit spreads",
)
def tight_spread(known: Known) -> pd.Series[float]:
    """Minus Moody's Baa yield over the ten-year Treasury, in percentage points.

    Information set: H.15 and Moody's of the previous business day.
    """
    return -known.value("BAA10Y")


@indicator(
    "credit",
    standardisation="expanding",
    series=("BAA10Y",),
    source="Gilchrist and Zakrajsek (2012), credit spreads",
)
def spread_fall(known: Known) -> pd.Series[float]:
    """Minus the 13-week change of the Baa spread, in percentage points.

    Information set: H.15 and Moody's of the previous business day.
    """
    return -known.change("BAA10Y")


@indicator(
    "credit", standardisation="expanding", series=("NFCI",), source="Brave and Butters (2011), NFCI", true_vintages=True
)
def loose_conditions(known: Known) -> pd.Series[float]:
    """Minus the Chicago Fed's financial conditions index, from true vintages only.

    Its whole history is re-estimated every week: a single late vintage looks ahead throughout and counts as missing.
    Information set: the vintage of the last Wednesday.
    """
    return -known.value("NFCI")
