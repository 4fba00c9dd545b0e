"""Drain: AI capex, a stimulus while idle money exists and a drain once it is gone. Three forms of the same sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ..config import CapexForm
from ..filings import capex_impulse, funding_gap_usd_bn
from ..history import history_of
from ..issuance import coupons_over
from ..known import Known
from ..registry import indicator
from ..reserves import AMPLE_PERCENT, reserve_ratio
from ..slack import slack
from ..standardise import standardise
from .net_liquidity import net_liquidity_change

_YEAR = pd.Timedelta(weeks=52)


@indicator(
    "drain",
    standardisation="none",
    series=("capex:*", "GDP", "WRESBAL", "TOTBKCR"),
    source="The essay of February 2026: capex as stimulus or reverse QE, by the stock of idle money",
)
def state_dependent_capex(known: Known) -> pd.Series[float]:
    """Capex as it acts on liquidity, given the stock of idle money; form A unless the study chooses another.

    Information set: filings, balance sheets and issuance released by the decision.
    """
    return FORMS[known.config.capex.form](known)


def by_slack(known: Known) -> pd.Series[float]:
    """Form A: capex impulse over its root mean square, times (2 slack - 1). No fitted parameter."""
    return _impulse(known) * (2.0 * slack(known) - 1.0)


def by_threshold(known: Known) -> pd.Series[float]:
    """Form B: the impulse multiplies while reserves are above the threshold and displaces once they are below.

    k (m (1 - G) - d G) with G = 1 / (1 + exp(-gamma (c - x))), x = reserves over bank credit in percent.
    """
    chosen = known.config.capex
    scarcity = 0.5 * (1.0 + np.tanh(0.5 * chosen.gamma * (AMPLE_PERCENT - reserve_ratio(known))))  # G, no overflow
    return _impulse(known) * (chosen.multiplier * (1.0 - scarcity) - chosen.displacement * scarcity)


def by_funding_gap(known: Known) -> pd.Series[float]:
    """Form C: the flow of water less what spenders and Treasury must raise beyond the idle stock, standardised."""
    return standardise(history_of(_flow_less_shortfall, known), "expanding", known)


def _flow_less_shortfall(known: Known) -> pd.Series[float]:
    """Water flow - max(0, D - phi B), all over GDP and a year.

    D: positive part of capex minus operating cash flow, plus net coupon issuance. B: reverse repo plus reserves above
    the threshold. NaN where any part is unknown.
    """
    demand = funding_gap_usd_bn(known).clip(lower=0.0) + coupons_over(known, _YEAR)
    above = (reserve_ratio(known) - AMPLE_PERCENT).clip(lower=0.0) / 100.0 * known.first_known("TOTBKCR", known.value)
    idle = known.value("RRPONTSYD") + above
    shortfall = (demand - known.config.capex.phi * idle).clip(lower=0.0)
    return (net_liquidity_change(known, _YEAR) - shortfall) / known.value("GDP")


def _impulse(known: Known) -> pd.Series[float]:
    return standardise(history_of(capex_impulse, known), "anchored", known)


FORMS: Mapping[CapexForm, Callable[[Known], pd.Series[float]]] = {
    "A": by_slack,
    "B": by_threshold,
    "C": by_funding_gap,
}
