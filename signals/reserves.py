"""Reserves against bank credit: the level of the pipes, on which slack and two indicators stand."""

from __future__ import annotations

import pandas as pd

from .known import Known

_NOW = pd.Timedelta(0)
AMPLE_PERCENT = 12.5
"""Reserves over bank credit above which the federal funds rate stops responding to reserves (Afonso et al., 2022)."""


def reserve_ratio(known: Known, *, ago: pd.Timedelta = _NOW) -> pd.Series[float]:
    """Reserve balances over bank credit in percent, now or some time `ago`, in the vintage of each decision."""

    def earlier(series: str) -> pd.Series[float]:
        newest = known.latest(series)
        return known.at(series, newest.period - ago).where(known.row(newest.value).notna())

    reserves = known.first_known("WRESBAL", earlier)
    return 100.0 * reserves / known.first_known("TOTBKCR", earlier)
