"""Gates on the bars of one ticker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..assets import asset_class, company_since, is_crypto
from ..clock import FIRST_SESSION, sessions
from ..findings import Finding
from .adjustment import adjustment_findings
from .jumps import jump_findings
from .spans import span

_STILL, _STILL_BILLS = 15, 60  # sessions; bills stood still for weeks while their rate was zero
_SHIFTED = 3  # prices on weekends, with as many sessions missing
_RANGE_SLACK = 0.02


def price_findings(ticker: str, bars: pd.DataFrame, *, invented: bool = False) -> Iterator[Finding]:
    """Findings on one ticker.

    Parameters
    ----------
    ticker : str
        Decides the calendar and how wild a day may be.
    bars : DataFrame
        `PRICE_COLUMNS`; gates on columns that hold nothing are silent.
    invented : bool
        In an invented world no ticker belonged to another company before.
    """
    bars = bars[bars["date"] >= FIRST_SESSION].set_index("date")
    if bars.empty:
        return
    if not invented:
        yield from _another_company(ticker, bars)
    if not is_crypto(ticker):
        yield from _off_session(ticker, pd.DatetimeIndex(bars.index))
    yield from jump_findings(ticker, bars)
    yield from _standing_still(ticker, bars)
    yield from adjustment_findings(ticker, bars)
    yield from _outside_its_range(ticker, bars)


def _another_company(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    since = company_since(ticker)
    if since is not None and bars.index[0] < since:
        dates = span(pd.DatetimeIndex(bars.index[bars.index < since]))
        message = f"Prices before {since:%Y-%m-%d} belong to another company that had this ticker."
        yield Finding("error", ticker, dates, message, "Remove the rows before that date.")


def _off_session(ticker: str, days: pd.DatetimeIndex) -> Iterator[Finding]:
    """Prices on closed days: left out with a warning, but refused where sessions are missing in their stead, as dates
    that are a day early make every decision look ahead.
    """
    expected = sessions(days[0], days[-1])
    off = days.difference(expected)
    if off.empty:
        return
    weekend = int((off.day_of_week >= 5).sum())
    missing = len(expected) - (len(days) - len(off))
    if weekend >= _SHIFTED and missing >= weekend // 2:
        message = f"{weekend} prices stand on weekends, and {missing} sessions have none: the dates are shifted."
        yield Finding("error", ticker, span(off), message, "Date each price with the session it was paid in.")
    else:
        message = f"{len(off)} price(s) on days without a session ({weekend} on weekends) are left out."
        yield Finding("warning", ticker, span(off), message, "See whether the dates are right.")


def _standing_still(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    price = bars["adj_close"].to_numpy()
    starts = np.flatnonzero(np.diff(price, prepend=np.nan) != 0)  # of runs of the same price
    lengths = np.diff(starts, append=len(price))
    longest = int(lengths.argmax())
    start, length = starts[longest], lengths[longest]
    if length > (_STILL_BILLS if asset_class(ticker) == "bills" else _STILL):
        dates = span(pd.DatetimeIndex(bars.index[start : start + length]))
        message = f"The price stands still for {length} sessions."
        yield Finding("warning", ticker, dates, message, "See whether it traded, or whether a feed repeated itself.")


def _outside_its_range(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    close, high, low = (bars[name].to_numpy() for name in ("close", "high", "low"))
    outside = (close > high * (1 + _RANGE_SLACK)) | (close < low * (1 - _RANGE_SLACK)) | (high < low)
    if outside.any():
        message = f"The close lies outside the day's range on {outside.sum()} day(s)."
        dates = span(pd.DatetimeIndex(bars.index[outside]))
        yield Finding("warning", ticker, dates, message, "Compare with another source.")
