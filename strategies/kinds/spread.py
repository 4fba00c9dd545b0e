"""The spread: in scarcity, long what earns soon and short what is only promised."""

from __future__ import annotations

import pandas as pd

from ..registry import strategy
from ..view import View
from .toggle import speculative_share


@strategy(source="The essay of February 2026; long-short", shorts=True)
def spread(view: View) -> pd.DataFrame:
    """A toggle that is short the speculative sleeve while SCARCE.

    Requires a regime. Sets exposures whose absolute values sum to ``max_gross``: while SCARCE ``short_share`` of it is
    short speculative and the rest long near cash flow; otherwise as the toggle, up to 1.

    Information set: the regime of the row.
    """
    config, scarce = view.config, view.regime == "SCARCE"
    share, long_only = speculative_share(view.regime, config.neutral_share), min(1.0, config.max_gross)
    short = config.spread.short_share * config.max_gross
    return view.exposures(
        speculative=(share * long_only).mask(scarce, -short),
        near_cash_flow=((1.0 - share) * long_only).mask(scarce, config.max_gross - short),
    )
