"""The toggle: each regime has its sleeve."""

from __future__ import annotations

import pandas as pd

from .config import StrategyConfig


def toggle(regime: pd.Series[str], config: StrategyConfig) -> pd.DataFrame:
    """Exposures of the sleeves: speculative while ABUNDANT, near cash flow while SCARCE, an even mix while NEUTRAL.

    Parameters
    ----------
    regime : Series of str, shape (decisions,)
        Regime in force at each decision.
    config : StrategyConfig
        ``neutral_share`` is the speculative share while NEUTRAL.

    Returns
    -------
    DataFrame, shape (decisions, 2)
        Columns ``speculative`` and ``near_cash_flow``; rows sum to 1. Information set: the regime of the row.
    """
    share = regime.map({"ABUNDANT": 1.0, "NEUTRAL": config.neutral_share, "SCARCE": 0.0}).astype(float)
    return pd.DataFrame({"speculative": share, "near_cash_flow": 1.0 - share})
