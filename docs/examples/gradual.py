"""A strategy of one's own: go a quarter of the way each week, since any call may be wrong."""

import pandas as pd

from tidegate.strategies import View, strategy

WANTED = {"ABUNDANT": 1.0, "NEUTRAL": 0.5, "SCARCE": 0.0}


@strategy(source="A rule of thumb, for this page")
def gradual(view: View) -> pd.DataFrame:
    """Each decision goes a quarter of the way to the sleeve of its regime.

    Requires a regime. Sets exposures that sum to 1.

    Information set: regimes up to the row.
    """
    share = view.regime.map(WANTED).astype(float).ewm(alpha=0.25, adjust=False).mean()
    return view.exposures(speculative=share, near_cash_flow=1.0 - share)
