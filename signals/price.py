"""Price: what money costs. Sovereign yields are the discount rate of everything that pays late."""

from __future__ import annotations

import pandas as pd

from .known import Known
from .registry import indicator


@indicator(
    "price",
    standardisation="expanding",
    series=("DFII10",),
    source="Discount-rate channel (Campbell and Shiller, 1988)",
)
def real_yield_fall(known: Known) -> pd.Series[float]:
    """Minus the 13-week change of the real ten-year yield, in percentage points.

    Information set: H.15 of the previous business day.
    """
    return -known.change("DFII10")


@indicator(
    "price",
    standardisation="expanding",
    series=("DGS10",),
    source="Discount-rate channel (Campbell and Shiller, 1988)",
)
def nominal_yield_fall(known: Known) -> pd.Series[float]:
    """Minus the 13-week change of the nominal ten-year yield, in percentage points.

    Information set: H.15 of the previous business day.
    """
    return -known.change("DGS10")


@indicator("price", standardisation="rolling", series=("THREEFYTP10",), source="Kim and Wright (2005), term premium")
def low_term_premium(known: Known) -> pd.Series[float]:
    """Minus the ten-year term premium, in percentage points.

    Information set: the model's vintage of the last Tuesday.
    """
    return -known.value("THREEFYTP10")
