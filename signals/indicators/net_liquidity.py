"""Water: what the central bank has put in and neither the Treasury nor the reverse repo holds back."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator


def net_liquidity(known: Known, periods: pd.DatetimeIndex) -> pd.Series[float]:
    """Net liquidity in USD bn: Fed assets minus Treasury account minus reverse repo, all of the same `periods`.

    NaN where any part was not public at the decision; before September 2013 the reverse repo is unavailable, not zero.
    """
    assets = known.at("WALCL", periods)
    account = known.first_known("WDTGAL", lambda series: known.at(series, periods))
    return assets - account - known.at("RRPONTSYD", periods)


def net_liquidity_change(known: Known, span: pd.Timedelta) -> pd.Series[float]:
    """Change of net liquidity over `span` up to the newest H.4.1, in USD bn."""
    newest = known.latest("WALCL")
    change = net_liquidity(known, newest.period) - net_liquidity(known, newest.period - span)
    return change.where(known.row(newest.value).notna())


@indicator(
    "water",
    series=("WALCL", "WDTGAL", "RRPONTSYD", "GDP"),
    source="Federal Reserve H.4.1; net liquidity as WALCL - TGA - RRP",
    unit="% of GDP",
)
def net_liquidity_impulse(known: Known) -> pd.Series[float]:
    """13-week change of net liquidity over GDP.

    Information set: the H.4.1, Treasury account and reverse repo released by the decision, at the H.4.1's Wednesday.
    """
    return net_liquidity_change(known, known.span) / known.value("GDP")
