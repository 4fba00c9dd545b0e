"""Drain: who must raise money from others' savings, the Treasury and the spenders."""

from __future__ import annotations

import pandas as pd

from ..filings import funding_gap_usd_bn
from ..issuance import coupons_over
from ..known import Known
from ..registry import indicator


@indicator(
    "drain",
    orientation=-1,
    series=("WDTGAL", "GDP"),
    source="Treasury issuance absorbs duration and cash (Greenwood, Hanson and Stein, 2015)",
    unit="% of GDP",
)
def treasury_draw(known: Known) -> pd.Series[float]:
    """What the Treasury takes in over 13 weeks, over GDP: coupons issued net, else the rebuild of its account.

    Information set: the daily statement, else the H.4.1, released by the decision.
    """
    return coupons_over(known, known.span) / known.value("GDP")


@indicator(
    "drain",
    orientation=-1,
    standardisation="rolling",
    series=("capex:*", "ocf:*", "GDP"),
    source="Capex beyond operating cash flow must be raised from others' savings",
    unit="% of GDP",
)
def funding_gap(known: Known) -> pd.Series[float]:
    """The spenders' capex minus their operating cash flow over a trailing year, over GDP.

    Information set: filings released by the decision.
    """
    return funding_gap_usd_bn(known) / known.value("GDP")
