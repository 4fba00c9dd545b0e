"""Gate on adjusted against raw closes: their ratio rises by what each dividend was worth, and never falls."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..findings import Finding
from .spans import span

Floats = npt.NDArray[np.float64]

_EXACT = 0.001
_HALF_CENTS = 0.01  # two closes rounded to cents
_UNKNOWN_DIVIDEND = 0.15  # special dividends and capital gains that the source does not list
_SPLITS = np.log([1.5, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50])
_LIKE_A_SPLIT = 0.015
_ANEW = "Download the whole history anew from one source."


def adjustment_findings(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    """Findings on the ratio of adjusted to raw closes, on rows where this one and the one before have both.

    Closes may be adjusted for splits or as traded; where dividends are not listed, up to 15 % is taken for one.

    Parameters
    ----------
    ticker : str
        Subject of the findings.
    bars : DataFrame
        `PRICE_COLUMNS` but ``date``, which is the index.
    """
    close, adjusted = bars["close"].to_numpy(), bars["adj_close"].to_numpy()
    rise = np.diff(np.log(adjusted / close), prepend=np.nan)
    rise = np.where(_as_traded(rise, bars["split"].to_numpy()), np.nan, rise)
    paid = _dividends(bars["dividend"].to_numpy(), close)
    slack = _EXACT + _HALF_CENTS / np.fmin(close, adjusted)
    days = pd.DatetimeIndex(bars.index)
    if (falls := rise < -slack).any():
        message = f"The adjusted close falls against the raw one on {falls.sum()} day(s): two adjustments are mixed."
        yield Finding("error", ticker, span(days[falls]), message, _ANEW)
    if (lost := (rise >= -slack) & (rise < 0.5 * paid - slack)).any():
        message = f"The adjusted closes leave out {lost.sum()} recorded dividend(s): returns are too low."
        yield Finding("error", ticker, span(days[lost]), message, _ANEW)
    if (gains := rise > np.maximum(_UNKNOWN_DIVIDEND, 1.5 * paid)).any():
        size = np.expm1(rise[gains][0])
        message = f"The adjusted close gains {size:.0%} on the raw one, and no dividend explains it."
        known = bars["dividend"].notna().any()
        yield Finding("error" if known else "warning", ticker, span(days[gains]), message, _ANEW)


def _as_traded(rise: Floats, split: Floats) -> npt.NDArray[np.bool_]:
    """Days on which only the raw close moves with a split, listed or evident: closes as traded are no contradiction."""
    like = np.abs(rise - np.log(np.where(split > 0, split, np.nan))) < _LIKE_A_SPLIT
    large = np.flatnonzero(np.abs(rise) > _SPLITS[0] - _LIKE_A_SPLIT)
    like[large] |= np.abs(np.abs(rise[large, None]) - _SPLITS).min(axis=1) < _LIKE_A_SPLIT
    return like


def _dividends(dividend: Floats, close: Floats) -> Floats:
    """Log rise of the ratio that each dividend stands for; 0 where none is listed."""
    before = np.concatenate([[np.nan], close[:-1]])
    share = np.nan_to_num(dividend / before)
    return np.asarray(-np.log1p(-np.clip(share, 0.0, 0.99)))
