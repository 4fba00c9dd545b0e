"""When a target is traded: when it changes, on a schedule, or when the holdings have drifted from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from .config import StrategyConfig

Floats = npt.NDArray[np.float64]


def rebalance_rows(targets: pd.DataFrame, config: StrategyConfig, prices: Callable[[], Floats]) -> pd.Series[bool]:
    """Which decisions send orders.

    Parameters
    ----------
    targets : DataFrame, shape (decisions, assets)
        Target weights.
    config : StrategyConfig
        ``rebalance_on``: ``change`` trades a target that differs from the row before, ``schedule`` an unchanged one
        ``rebalance_every`` decisions after the last trade, ``drift`` one from which some weight has strayed by more
        than ``drift``. Nothing is traded while every weight is within ``no_trade_band`` of its target.
    prices : callable
        Gives the last complete bars at each decision, shape (decisions, assets): what is held drifts with them. Asked
        only where that matters.

    Returns
    -------
    Series of bool
        True in the first row, and as configured. Information set of row t: targets up to t and bars complete by t;
        fills and costs between are not known yet and not guessed.
    """
    return pd.Series(traded_rows(targets.to_numpy(dtype=float), config, prices), index=targets.index)


def traded_rows(targets: Floats, config: StrategyConfig, prices: Callable[[], Floats]) -> npt.NDArray[np.bool_]:
    """What `rebalance_rows` does, on arrays."""
    changed = np.append(True, (targets[1:] != targets[:-1]).any(axis=1))
    return _with_drift(targets, changed, config, prices()) if config.watches_drift else _without_drift(changed, config)


def _without_drift(changed: npt.NDArray[np.bool_], config: StrategyConfig) -> npt.NDArray[np.bool_]:
    rows = np.arange(len(changed))
    traded = changed if "change" in config.rebalance_on else rows == 0
    if "schedule" in config.rebalance_on:
        last = np.maximum.accumulate(np.where(traded, rows, 0))
        traded = (rows - last) % config.rebalance_every == 0
    return traded


def _due(changed: bool, since: int, config: StrategyConfig) -> bool:
    """Whether a change, or the schedule `since` decisions after the last trade, asks for orders."""
    on = config.rebalance_on
    return (changed and "change" in on) or ("schedule" in on and since >= config.rebalance_every)


def _with_drift(
    targets: Floats, changed: npt.NDArray[np.bool_], config: StrategyConfig, prices: Floats
) -> npt.NDArray[np.bool_]:
    rows, since = np.zeros(len(targets), dtype=bool), 0
    growth = np.nan_to_num(prices[1:] / prices[:-1] - 1.0)
    held = targets[0]
    rows[0] = True
    for row in range(1, len(targets)):
        held = drifted(held, growth[row - 1])
        gap = float(np.abs(targets[row] - held).max())
        drift = "drift" in config.rebalance_on and gap > config.drift
        rows[row] = gap > config.no_trade_band and (drift or _due(bool(changed[row]), since + 1, config))
        since = 0 if rows[row] else since + 1
        held = targets[row] if rows[row] else held
    return rows


def drifted(weights: Floats, growth: Floats) -> Floats:
    """What weights become when each asset grows by `growth` and cash by nothing."""
    answer: Floats = weights * (1.0 + growth) / (1.0 + float(weights @ growth))
    return answer
