"""Why a source tells another history than before: a split, a dividend, or its own correction."""

from __future__ import annotations

import numpy as np
import pandas as pd

SAME = 1e-5  # Yahoo's adjusted closes are single precision
_EXPLAINED = 2e-3


def explain_prices(stored: pd.DataFrame, new: pd.DataFrame) -> str:
    """In words, how the bars of one ticker changed.

    Parameters
    ----------
    stored, new : DataFrame
        ``date``, ``close``, ``adj_close``, ``dividend``, ``split``; the new one with the actions since.
    """
    both = stored.merge(new, on="date", suffixes=("", "_new"))
    gone = len(stored) - len(both)
    later = new[new["date"] > stored["date"].iloc[-1]]
    raw, adjusted = both["close_new"] / both["close"], both["adj_close_new"] / both["adj_close"]
    splits = later.loc[later["split"] > 0, ["date", "split"]]
    if len(splits) and _all_near(raw, 1.0 / splits["split"].prod()):
        return "split " + " and ".join(f"{ratio:g} for 1 on {day:%Y-%m-%d}" for day, ratio in splits.to_numpy())
    paid = later.loc[later["dividend"] > 0, ["date", "dividend"]]
    if len(paid) and not gone and _all_near(raw, 1.0) and _all_near(adjusted, adjusted.iloc[0]):
        return "dividend of " + " and ".join(f"{cash:g} on {day:%Y-%m-%d}" for day, cash in paid.to_numpy())
    return _vendor(both["date"], adjusted, gone)


def explain_series(stored: pd.DataFrame, new: pd.DataFrame) -> str:
    """In words, how the releases of one series changed."""
    both = stored.merge(new, on=["period", "released"], suffixes=("", "_new"))
    return _vendor(both["period"], both["value_new"] / both["value"].where(both["value"] != 0), len(stored) - len(both))


def _vendor(dates: pd.Series[pd.Timestamp], ratio: pd.Series[float], gone: int) -> str:
    changed = dates[~np.isclose(ratio, 1.0, rtol=SAME, atol=0.0, equal_nan=True)]
    parts = []
    if len(changed):
        most = (ratio - 1.0).abs().max()
        parts.append(
            f"{len(changed)} of {len(dates)} rows from {changed.iloc[0]:%Y-%m-%d} to {changed.iloc[-1]:%Y-%m-%d} "
            f"by up to {most:.2%}"
        )
    if gone:
        parts.append(f"{gone} rows withdrawn")
    return "restated by the source: " + (", ".join(parts) or "no value changed")


def _all_near(ratio: pd.Series[float], level: float) -> bool:
    known = ratio.dropna()
    return bool(len(known)) and bool(np.isclose(known, level, rtol=_EXPLAINED, atol=0.0).all())
