"""When a target is traded: at every change of it, and on a schedule in between."""

from __future__ import annotations

import numpy as np
import pandas as pd


def rebalance_rows(targets: pd.DataFrame, *, every: int | None) -> pd.Series[bool]:
    """Which decisions send orders.

    Parameters
    ----------
    targets : DataFrame, shape (decisions, assets)
        Target weights.
    every : int or None
        Decisions after the last trade at which an unchanged target is traded again; None: never.

    Returns
    -------
    Series of bool
        True in the first row, wherever the target differs from the row before, and on schedule.
    """
    changed = np.r_[True, (np.diff(targets.to_numpy(), axis=0) != 0.0).any(axis=1)]
    rows = changed.copy()
    since = 0
    for row, new in enumerate(changed):
        since = 0 if new or (every is not None and since + 1 >= every) else since + 1
        rows[row] = since == 0
    return pd.Series(rows, index=targets.index)
