"""Sleeves: which assets may be held at each decision, and from exposures of sleeves to weights of assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.market import Market

Floats = npt.NDArray[np.float64]
SLEEVES = ("speculative", "near_cash_flow")
BILLS = "bills"


def eligible(
    market: Market, assets: Sequence[str], decisions: pd.DatetimeIndex, *, min_sessions: int, min_prices: int = 1
) -> pd.DataFrame:
    """Whether each asset may be held.

    Parameters
    ----------
    market, assets, decisions : Market, sequence of str, DatetimeIndex
        Which assets, when.
    min_sessions : int
        Sessions since the first price, that one included.
    min_prices : int
        Prices known.

    Returns
    -------
    DataFrame of bool, shape (decisions, assets)
        True where both are reached and the newest complete bar has a price. Nothing is back-filled. Information set of
        row t: bars complete by t.
    """
    columns = {}
    for asset in assets:
        traded = market.prices[asset].notna().to_numpy()
        count = np.cumsum(traded)
        age = np.cumsum(count > 0)
        known = market.known_rows(decisions, [asset])
        rows = np.maximum(known, 0)
        enough = (age[rows] >= min_sessions) & (count[rows] >= min_prices)
        columns[asset] = (known >= 0) & traded[rows] & enough
    return pd.DataFrame(columns, index=decisions)


def asset_weights(exposures: pd.DataFrame, shares: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Target weights of all assets from the exposures of the sleeves.

    Parameters
    ----------
    exposures : DataFrame, shape (decisions, sleeves)
        Weight of each sleeve, negative where it is short; what is missing to 1 is cash.
    shares : Mapping of str to DataFrame
        Weights within each sleeve (see `share_within`). An asset of two sleeves, as bills may be, gets the sum.
    """
    held = exposures.reindex(columns=list(shares), fill_value=0.0)
    columns = pd.Index([asset for share in shares.values() for asset in share.columns])
    weights = shared_out(held.to_numpy(), [share.to_numpy() for share in shares.values()])
    table = pd.DataFrame(weights, index=exposures.index, columns=columns)
    return table if columns.is_unique else table.T.groupby(level=0, sort=False).sum().T


def shared_out(exposures: Floats, shares: Sequence[Floats]) -> Floats:
    """Exposures, shape (decisions, sleeves), times the shares of each sleeve, side by side."""
    return np.concatenate([share * exposures[:, k, np.newaxis] for k, share in enumerate(shares)], axis=1)
