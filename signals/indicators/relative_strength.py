"""Tells: long duration against near-term cash flows, as the market prices them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..known import Known
from ..registry import indicator

_QUARTER = 63  # sessions
_SOURCE = "Long-duration against near-term cash flows (Lettau and Wachter, 2007)"
_SAAS = ("IGV", "WCLD", "ADBE", "CRM", "INTU", "NOW", "WDAY", "SNOW", "DDOG", "CRWD")
_SEMIS = ("SMH", "MU", "STX", "SNDK")


@indicator("tells", source=_SOURCE, unit="%")
def relative_strength(known: Known) -> pd.Series[float]:
    """Mean 13-week return of the speculative sleeve minus that of the near-cash-flow sleeve.

    Information set: bars complete by the decision, of assets listed for the whole span.
    """
    return _mean_return(known, known.present("speculative")) - _mean_return(known, known.present("near_cash_flow"))


@indicator("tells", source=_SOURCE, preset=False, unit="%")
def equity_duration(known: Known) -> pd.Series[float]:
    """Mean 13-week return of SaaS stocks minus that of memory makers and semiconductors, whatever the sleeves hold.

    Information set: bars complete by the decision, of assets listed for the whole span.
    """
    here = known.market.prices.columns
    saas, semis = ([asset for asset in group if asset in here] for group in (_SAAS, _SEMIS))
    return _mean_return(known, saas) - _mean_return(known, semis)


def _mean_return(known: Known, assets: Sequence[str]) -> pd.Series[float]:
    growth = known.prices(assets) / known.prices(assets, sessions_ago=_QUARTER) - 1.0
    return growth.mean(axis="columns")
