"""Drain: the demand for capital. Capex is stimulus while idle money exists and reverse QE once it is gone."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from . import capex
from .known import Floats, Known, Periods
from .registry import indicator
from .slack import slack
from .standardise import standardise


@indicator(
    "drain",
    standardisation="none",
    series=("capex:*", "GDP", "WRESBAL", "TOTBKCR"),
    source="The essay of February 2026: capex as stimulus or reverse QE, by the stock of idle money (form A)",
)
def state_dependent_capex(known: Known) -> pd.Series[float]:
    """Capex impulse times (2 slack - 1): form A, no fitted parameter.

    The impulse is divided by its expanding root mean square and cut at 3. Information set: filings and balance sheets
    released by the decision.
    """
    return standardise(capex.capex_impulse(known), "anchored", known) * (2.0 * slack(known) - 1.0)


@indicator(
    "drain",
    standardisation="expanding",
    series=("WDTGAL", "GDP"),
    source="Treasury issuance absorbs duration and cash (Greenwood, Hanson and Stein, 2015)",
)
def treasury_draw(known: Known) -> pd.Series[float]:
    """Minus what the Treasury takes in over 13 weeks, over GDP: coupons issued net, else the rebuild of its account.

    Information set: the daily statement, else the H.4.1, released by the decision.
    """
    coupons = known.by_vintage("issuance:coupons", partial(_sum_of_span, span=known.span.to_timedelta64()))
    rebuild = known.first_known("WDTGAL", known.change)
    return -coupons.fillna(rebuild) / known.value("GDP")


def _sum_of_span(periods: Periods, values: Floats, *, span: np.timedelta64) -> float:
    return float(values[periods > periods[-1] - span].sum())


@indicator(
    "drain",
    standardisation="rolling",
    series=("capex:*", "ocf:*", "GDP"),
    source="Capex beyond operating cash flow must be raised from others' savings",
)
def funding_surplus(known: Known) -> pd.Series[float]:
    """Minus the funding gap of the spenders (capex minus operating cash flow, trailing year) over GDP.

    Information set: filings released by the decision.
    """
    return -capex.funding_gap(known)
