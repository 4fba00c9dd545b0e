"""Event studies: what the waterline did around dated events. A look back; nothing that decides uses it."""

from __future__ import annotations

import numpy as np
import pandas as pd


def event_study(level: pd.Series[float], days: pd.DatetimeIndex, *, before: int = 13, after: int = 26) -> pd.DataFrame:
    """The level around each event, as a change since the last decision before it.

    Parameters
    ----------
    level : Series, shape (decisions,)
        The waterline, or any series indexed by decision (UTC).
    days : DatetimeIndex, shape (events,)
        Naive dates.
    before, after : int
        Decisions before and after the last one that did not know the event.

    Returns
    -------
    DataFrame, shape (events, before + 1 + after)
        Columns count decisions from the last one before the event (0, where the change is 0); rows are events for
        which that decision exists. NaN outside the sample and where the level was not known.
    """
    known = level.index[level.notna()]
    base = known.searchsorted(pd.DatetimeIndex(days).tz_localize("UTC")) - 1
    inside = (base >= 0) & (base < len(known) - 1)
    start = level.index.get_indexer(known[base[inside]])
    steps = np.arange(-before, after + 1)
    rows = start[:, None] + steps[None, :]
    values = level.to_numpy(dtype=float)
    around = np.where((rows >= 0) & (rows < len(values)), values[rows.clip(0, len(values) - 1)], np.nan)
    return pd.DataFrame(around - values[start][:, None], index=pd.DatetimeIndex(days)[inside], columns=steps)
