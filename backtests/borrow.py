"""The borrow fee: what a short position costs while it is held. vectorbt lends for nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.assets import asset_class
from .config import CostConfig

Floats = npt.NDArray[np.float64]


def borrow_rates(assets: pd.Index[str], costs: CostConfig) -> Floats:
    """Yearly fee of each asset per unit of short notional, decimal, shape (assets,)."""
    return np.array([costs.of(asset_class(str(asset))).borrow_bps * 1e-4 for asset in assets], dtype=float)


def borrow_fees(weights: Floats, sessions: pd.DatetimeIndex, rates: Floats) -> Floats:
    """Fee of each session as a share of the portfolio's value.

    Parameters
    ----------
    weights : ndarray, shape (sessions, assets)
        Weights held after each session's fills; negative where short.
    sessions : DatetimeIndex, shape (sessions,)
        Naive dates.
    rates : ndarray, shape (assets,)
        Yearly fees, decimal.

    Returns
    -------
    ndarray, shape (sessions,)
        Fee on what was short after the session before, over the calendar days since (365 to a year); the first is 0.
    """
    owed = np.maximum(-weights, 0.0) @ rates
    days = np.diff(sessions.to_numpy()) / np.timedelta64(1, "D")
    return np.append(0.0, owed[:-1] * days / 365.0)


def after_fees(value: npt.NDArray[np.floating[Any]], fees: npt.NDArray[np.floating[Any]]) -> Floats:
    """`value` when each session's fee is paid out of all positions alike, so that weights stay as they are."""
    answer: Floats = np.asarray(value * np.cumprod(1.0 - fees), dtype=np.float64)
    return answer
