"""The toggle: each regime has its sleeve."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..registry import strategy
from ..view import View


@strategy(source="The essay of February 2026")
def toggle(view: View) -> pd.DataFrame:
    """Speculative while ABUNDANT, near cash flow while SCARCE, a mix while NEUTRAL.

    Requires a regime. Sets exposures that sum to 1; ``neutral_share`` is the speculative share while NEUTRAL.

    Information set: the regime of the row.
    """
    share = speculative_share(view.regime, view.config.neutral_share)
    return view.exposures(speculative=share, near_cash_flow=1.0 - share)


def speculative_share(regime: pd.Series[str], neutral_share: float) -> pd.Series[float]:
    """Share of the speculative sleeve in each regime; NaN without one."""
    shares, called = {"ABUNDANT": 1.0, "NEUTRAL": neutral_share, "SCARCE": 0.0}, regime.to_numpy(dtype=object)
    values = np.select([called == name for name in shares], list(shares.values()), np.nan)
    return pd.Series(values, index=regime.index)  # `Series.map` takes five times as long, which a sweep would feel
