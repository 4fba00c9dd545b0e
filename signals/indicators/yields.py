"""Price: what money costs for ten years, and what is asked for waiting."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator

_SOURCE = "Discount-rate channel (Campbell and Shiller, 1988)"


@indicator("price", orientation=-1, series=("DFII10",), source=_SOURCE, unit="pp")
def real_yield_change(known: Known) -> pd.Series[float]:
    """13-week change of the real ten-year yield, in percentage points.

    Information set: H.15 of the previous business day.
    """
    return known.change("DFII10")


@indicator("price", orientation=-1, series=("DGS10",), source=_SOURCE, unit="pp")
def nominal_yield_change(known: Known) -> pd.Series[float]:
    """13-week change of the nominal ten-year yield, in percentage points.

    Information set: H.15 of the previous business day.
    """
    return known.change("DGS10")


@indicator(
    "price",
    orientation=-1,
    standardisation="rolling",
    series=("THREEFYTP10",),
    source="Kim and Wright (2005), term premium",
    unit="pp",
)
def term_premium(known: Known) -> pd.Series[float]:
    """The ten-year term premium, in percentage points.

    Information set: the model's vintage of the last Tuesday.
    """
    return known.value("THREEFYTP10")
