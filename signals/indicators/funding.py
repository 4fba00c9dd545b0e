"""Plumbing: what cash costs overnight."""

from __future__ import annotations

import pandas as pd

from ..known import Known
from ..registry import indicator


@indicator(
    "plumbing",
    orientation=-1,
    series=("SOFR", "IORB"),
    source="Copeland, Duffie and Yang (2021), reserves were not so ample after all",
    unit="pp",
)
def funding_spread(known: Known) -> pd.Series[float]:
    """The secured funding rate over the interest on reserves, in percentage points.

    Information set: rates of the previous business day. Before SOFR the effective funds rate stands in, before IORB
    the IOER.
    """
    return known.first_known("SOFR", known.value) - known.first_known("IORB", known.value)
