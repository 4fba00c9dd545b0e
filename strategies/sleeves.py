"""Sleeves: which assets may be held at each decision, and how a sleeve is shared among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..data.market import Market
from .config import SleeveConfig

SLEEVES = ("speculative", "near_cash_flow")


def eligible(market: Market, assets: Sequence[str], decisions: pd.DatetimeIndex, *, min_sessions: int) -> pd.DataFrame:
    """Whether each asset may be held.

    Returns
    -------
    DataFrame of bool, shape (decisions, assets)
        True once `min_sessions` bars of the asset were complete and the newest complete bar has a price. Nothing is
        back-filled. Information set of row t: bars complete by t.
    """
    columns = {}
    for asset in assets:
        traded = market.prices[asset].notna().to_numpy()
        count = np.cumsum(traded)
        rows = market.known_rows(decisions, [asset])
        columns[asset] = (rows >= 0) & traded[np.maximum(rows, 0)] & (count[np.maximum(rows, 0)] >= min_sessions)
    return pd.DataFrame(columns, index=decisions)


def share_within(sleeve: SleeveConfig, allowed: pd.DataFrame) -> pd.DataFrame:
    """Weights of a sleeve's assets; each row sums to 1, or to 0 where no asset is eligible.

    Parameters
    ----------
    sleeve : SleeveConfig
        Assets and weighting.
    allowed : DataFrame of bool, shape (decisions, assets)
        Eligibility.
    """
    base = pd.Series({asset: sleeve.weights.get(asset, 1.0) for asset in sleeve.assets})
    raw = allowed[list(sleeve.assets)].mul(base, axis="columns").astype(float)
    total = raw.sum(axis="columns")
    return raw.div(total.where(total > 0), axis="index").fillna(0.0)


def asset_weights(exposures: pd.DataFrame, shares: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Target weights of all assets from the exposures of the sleeves.

    Parameters
    ----------
    exposures : DataFrame, shape (decisions, sleeves)
        Weight of each sleeve; what is missing to 1 is cash.
    shares : Mapping of str to DataFrame
        Weights within each sleeve (see `share_within`).
    """
    weighted = [share.to_numpy() * exposures[[sleeve]].to_numpy() for sleeve, share in shares.items()]
    assets = [asset for share in shares.values() for asset in share.columns]
    return pd.DataFrame(np.hstack(weighted), index=exposures.index, columns=assets)
