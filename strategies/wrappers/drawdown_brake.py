"""Drawdown brake: less exposure after losses, until they are made good."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..sleeves import asset_weights
from ..view import View
from .registry import wrapper


@wrapper("drawdown_brake")
def drawdown_brake(view: View, exposures: pd.DataFrame) -> pd.Series[float]:
    """``keep`` from a drawdown of ``limit`` on until it is no more than ``release``; 1 otherwise.

    Requires prices. Sets a factor for each decision, from the value of the exposures without the brake, before costs,
    from decision to decision.

    Information set: exposures of the rows before, and bars complete by the row.
    """
    config = view.config.drawdown_brake
    value = unbraked_value(view, exposures)
    fall = 1.0 - value / np.maximum.accumulate(value)
    factor, on = np.ones(len(fall)), False
    for row, lost in enumerate(fall):
        on = lost >= config.limit or (on and lost > config.release)
        factor[row] = config.keep if on else 1.0
    return pd.Series(factor, index=exposures.index)


def unbraked_value(view: View, exposures: pd.DataFrame) -> np.ndarray:
    """Value at each decision of the exposures set at the decisions before it; it begins at 1."""
    weights = asset_weights(exposures, view.shares)
    prices = view.last_prices(list(map(str, weights.columns)))
    growth = np.nan_to_num(prices[1:] / prices[:-1] - 1.0)
    returns = (weights.to_numpy()[:-1] * growth).sum(axis=1)
    return np.cumprod(np.append(1.0, 1.0 + returns))
