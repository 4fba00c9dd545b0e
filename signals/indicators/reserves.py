"""Plumbing: how far the banks' reserves stand above the level at which they become scarce."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator
from ..reserves import AMPLE_PERCENT, reserve_ratio

_SOURCE = "Afonso, Giannone, La Spada and Williams (2022), scarce, abundant or ample"


@indicator("plumbing", standardisation="anchored", series=("WRESBAL", "TOTBKCR"), source=_SOURCE, unit="pp")
def reserve_ampleness(known: Known) -> pd.Series[float]:
    """Reserves over bank credit minus the ample threshold, in percentage points.

    Information set: the H.4.1 of the decision's day and the H.8 of the week before.
    """
    return reserve_ratio(known) - AMPLE_PERCENT


@indicator("plumbing", series=("WRESBAL", "TOTBKCR"), source=_SOURCE, unit="pp")
def reserve_change(known: Known) -> pd.Series[float]:
    """13-week change of reserves over bank credit, in percentage points.

    Information set: as `reserve_ampleness`, both ends in the vintage of the decision.
    """
    return reserve_ratio(known) - reserve_ratio(known, ago=known.span)
