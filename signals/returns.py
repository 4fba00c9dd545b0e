"""Daily returns on sessions and what is computed from windows of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .known import Known

Floats = npt.NDArray[np.float64]


def daily_returns(known: Known, assets: Sequence[str]) -> Floats:
    """Simple returns on sessions, shape (sessions, assets); NaN before listing."""
    return known.market.prices[list(assets)].pct_change(fill_method=None).to_numpy(dtype=float)


def mean_correlation(growth: Floats) -> float:
    """Average of the off-diagonal correlations of the columns; NaN when one of them stood still."""
    count = growth.shape[1]
    centred = growth - growth.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = centred / np.sqrt((centred**2).sum(axis=0))
    return float(((unit.sum(axis=1) ** 2).sum() - count) / (count * (count - 1)))


def beta_to(market: Floats, asset: Floats) -> float:
    """Slope of `asset` on `market`; NaN when the market stood still."""
    centred = market - market.mean()
    variance = float((centred**2).sum())
    return float((centred * (asset - asset.mean())).sum() / variance) if variance > 0 else np.nan
