"""How findings write a stretch of time."""

from __future__ import annotations

import pandas as pd


def span(days: pd.DatetimeIndex) -> str:
    """First and last of `days` (ascending), or the only one."""
    first, last = f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}"
    return first if first == last else f"{first} to {last}"
