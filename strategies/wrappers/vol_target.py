"""Volatility target: less exposure when prices swing more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..sleeves import asset_weights
from ..view import View
from .registry import wrapper

_YEAR = 252  # sessions


@wrapper("vol_target")
def vol_target(view: View, exposures: pd.DataFrame) -> pd.Series[float]:
    """Target volatility over that of the present weights, as far as ``max_gross`` and a sum of 1 allow.

    Requires prices. Sets a factor for each decision; 1 where nothing is held or nothing moved (Moreira and Muir, 2017).

    Information set: the exposures of the row, and the last ``lookback`` sessions complete by it.
    """
    config = view.config.vol_target
    weights = asset_weights(exposures, view.shares)
    windows = view.windows(list(map(str, weights.columns)), config.lookback)
    held = weights.to_numpy()
    risk = np.array([_volatility(window, row) for window, row in zip(windows, held, strict=True)])
    gross, net = np.abs(exposures.to_numpy()).sum(axis=1), exposures.to_numpy().sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.where(gross > 0, view.config.max_gross / gross, 1.0)
        most = np.where(net > 0, np.minimum(most, 1.0 / net), most)  # nobody lends money here
        factor = np.where(risk > 0, np.minimum(config.volatility / risk, most), 1.0)
    return pd.Series(factor, index=exposures.index)


def _volatility(window: np.ndarray, weights: np.ndarray) -> float:
    """Annual volatility of fixed weights over a window of returns."""
    if len(window) < 2:
        return 0.0
    return float((np.nan_to_num(window) @ weights).std(ddof=1) * np.sqrt(_YEAR))
