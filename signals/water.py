"""Water: rate cuts, quantitative easing, money. How much there is in total."""

from __future__ import annotations

import pandas as pd

from .known import Known
from .registry import indicator


def net_liquidity(known: Known, periods: pd.DatetimeIndex) -> pd.Series[float]:
    """Net liquidity in USD bn: Fed assets minus Treasury account minus reverse repo, all of the same `periods`.

    NaN where any part was not public at the decision; before September 2013 the reverse repo is unavailable, not zero.
    """
    assets = known.at("WALCL", periods)
    account = known.first_known("WDTGAL", lambda series: known.at(series, periods))
    return assets - account - known.at("RRPONTSYD", periods)


@indicator(
    "water",
    standardisation="expanding",
    series=("WALCL", "WDTGAL", "RRPONTSYD", "GDP"),
    source="Federal Reserve H.4.1; net liquidity as WALCL - TGA - RRP",
)
def net_liquidity_impulse(known: Known) -> pd.Series[float]:
    """13-week change of net liquidity over GDP.

    Information set: the H.4.1, Treasury account and reverse repo released by the decision, at the H.4.1's Wednesday.
    """
    newest = known.latest("WALCL")
    earlier = newest.period - known.span
    fresh = pd.Series(newest.value, index=known.decisions).notna()
    change = net_liquidity(known, newest.period) - net_liquidity(known, earlier)
    return change.where(fresh) / known.value("GDP")


@indicator(
    "water",
    standardisation="expanding",
    series=("DFF", "DGS2"),
    source="Expectations hypothesis: the two-year yield against the policy rate",
)
def easing_priced_in(known: Known) -> pd.Series[float]:
    """Effective funds rate minus the two-year yield, in percentage points: positive when cuts are priced in.

    Information set: H.15 of the previous business day.
    """
    return known.first_known("DFF", known.value) - known.value("DGS2")


@indicator(
    "water",
    standardisation="expanding",
    series=("M2SL", "GDP"),
    source="Marshallian k: money growth in excess of nominal growth (Baks and Kramer, 1999)",
)
def excess_money_growth(known: Known) -> pd.Series[float]:
    """Growth of M2 over a year minus growth of nominal GDP over a year, in decimal units.

    Information set: both histories in their vintage at the decision.
    """
    return _growth_over_a_year(known, "M2SL") - _growth_over_a_year(known, "GDP")


def _growth_over_a_year(known: Known, series: str) -> pd.Series[float]:
    newest = known.latest(series)
    before = known.at(series, newest.period - pd.DateOffset(years=1))
    return pd.Series(newest.value, index=known.decisions) / before - 1.0
