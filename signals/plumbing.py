"""Plumbing: reserves and funding rates. Whether the water reaches the tub."""

from __future__ import annotations

import pandas as pd

from .known import Known
from .registry import indicator

_NOW = pd.Timedelta(0)
AMPLE_PERCENT = 12.5
"""Reserves over bank credit above which the federal funds rate stops responding to reserves (Afonso et al., 2022)."""


def reserve_ratio(known: Known, *, ago: pd.Timedelta = _NOW) -> pd.Series[float]:
    """Reserve balances over bank credit in percent, now or some time `ago`, in the vintage of each decision."""

    def earlier(series: str) -> pd.Series[float]:
        newest = known.latest(series)
        value = known.at(series, newest.period - ago)
        return value.where(pd.Series(newest.value, index=known.decisions).notna())

    reserves = known.first_known("WRESBAL", earlier)
    return 100.0 * reserves / known.first_known("TOTBKCR", earlier)


@indicator(
    "plumbing",
    standardisation="anchored",
    series=("WRESBAL", "TOTBKCR"),
    source="Afonso, Giannone, La Spada and Williams (2022), scarce, abundant or ample",
)
def reserve_ampleness(known: Known) -> pd.Series[float]:
    """Reserves over bank credit minus the ample threshold, in percentage points.

    Information set: the H.4.1 of the decision's day and the H.8 of the week before.
    """
    return reserve_ratio(known) - AMPLE_PERCENT


@indicator(
    "plumbing",
    standardisation="expanding",
    series=("WRESBAL", "TOTBKCR"),
    source="Afonso, Giannone, La Spada and Williams (2022), scarce, abundant or ample",
)
def reserve_change(known: Known) -> pd.Series[float]:
    """13-week change of reserves over bank credit, in percentage points.

    Information set: as `reserve_ampleness`, both ends in the vintage of the decision.
    """
    return reserve_ratio(known) - reserve_ratio(known, ago=known.span)


@indicator(
    "plumbing",
    standardisation="expanding",
    series=("SOFR", "IORB"),
    source="Copeland, Duffie and Yang (2021), reserves were not so ample after all",
)
def funding_ease(known: Known) -> pd.Series[float]:
    """Minus the secured funding rate over the interest on reserves, in percentage points.

    Information set: rates of the previous business day. Before SOFR the effective funds rate stands in, before IORB
    the IOER.
    """
    return known.first_known("IORB", known.value) - known.first_known("SOFR", known.value)
