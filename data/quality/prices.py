"""Gates on the bars of one ticker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..assets import asset_class, company_since, is_crypto
from ..clock import FIRST_SESSION, sessions
from ..findings import Finding

_SPIKE = np.log(1.35)  # a move, undone the next day, that no listed stock has made
_CRYPTO_SPIKE = np.log(3.0)
_UNDONE = 0.1  # share of the spike that may remain
_SPLITS = np.log([2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50])
_LIKE_A_SPLIT = 0.015
_STILL, _STILL_BILLS = 15, 60  # sessions; bills stood still for weeks while their rate was zero
_RATIO_FALLS = 0.005
_APART = 0.15  # daily returns of raw and adjusted closes, where no dividend of that size is known


def price_findings(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    """Findings on one ticker.

    Parameters
    ----------
    ticker : str
        Decides the calendar and how wild a day may be.
    bars : DataFrame
        `PRICE_COLUMNS`; gates on columns that hold nothing are silent.
    """
    bars = bars[bars["date"] >= FIRST_SESSION].set_index("date")
    if bars.empty:
        return
    yield from _another_company(ticker, bars)
    if not is_crypto(ticker):
        yield from _off_session(ticker, bars)
        yield from _unadjusted_split(ticker, bars)
        yield from _standing_still(ticker, bars)
    yield from _spikes(ticker, bars)
    yield from _adjusted_against_raw(ticker, bars)
    yield from _outside_its_range(ticker, bars)


def _another_company(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    since = company_since(ticker)
    if since is not None and bars.index[0] < since:
        dates = _span(bars.index[bars.index < since])
        message = f"Prices before {since:%Y-%m-%d} belong to another company that had this ticker."
        yield Finding("error", ticker, dates, message, "Remove the rows before that date.")


def _off_session(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    off = bars.index.difference(sessions(bars.index[0], bars.index[-1]))
    if len(off):
        weekend = int((pd.DatetimeIndex(off).day_of_week >= 5).sum())
        message = f"{len(off)} prices on days without a session ({weekend} on weekends) are left out."
        yield Finding("warning", ticker, _span(off), message, "See whether the dates are shifted.")


def _spikes(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    back = np.log(bars["adj_close"]).diff()
    move = back.shift(1)
    wild = move.abs() > (_CRYPTO_SPIKE if is_crypto(ticker) else _SPIKE)
    spikes = bars.index[wild & ((move + back).abs() < _UNDONE * move.abs())]
    if len(spikes):
        size = np.expm1(move[spikes[0]])
        message = f"{len(spikes)} prices jumped and were back a day later, first by {size:+.0%}: probably false ticks."
        yield Finding("warning", ticker, _span(spikes), message, "Compare with another source and correct the rows.")


def _unadjusted_split(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    move = np.log(bars["adj_close"]).diff()
    distance = np.abs(np.abs(move.to_numpy())[:, None] - _SPLITS[None, :]).min(axis=1)
    days = bars.index[distance < _LIKE_A_SPLIT]
    if len(days):
        ratio = np.exp(abs(move[days[0]]))
        message = f"{len(days)} days move like a split of {ratio:.2g} for 1 that was not adjusted for."
        yield Finding("warning", ticker, _span(days), message, "See whether the closes are adjusted for splits.")


def _standing_still(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    same = bars["adj_close"].diff() == 0
    run = same.groupby((~same).cumsum()).cumsum().to_numpy()
    end = int(run.argmax())
    if run[end] >= (_STILL_BILLS if asset_class(ticker) == "bills" else _STILL):
        dates = _span(bars.index[[end - run[end], end]])
        message = f"The price stands still for {run[end] + 1} sessions."
        yield Finding("warning", ticker, dates, message, "See whether it traded, or whether a feed repeated itself.")


def _adjusted_against_raw(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    """Dividends only ever raise the ratio of adjusted to raw close, and by no more than they were worth."""
    both = bars[bars["close"].notna()]
    ratio = both["adj_close"] / both["close"]
    change = pd.Series(np.log(ratio.to_numpy()), index=both.index).diff()
    paid = (both["dividend"].fillna(0) / both["close"].shift(1)).fillna(0)
    falls = both.index[change < -_RATIO_FALLS]
    apart = both.index[(change > np.maximum(_APART, 1.5 * paid)) & ~(change < 0)]
    days = falls.union(apart)
    if len(days):
        message = f"Adjusted and raw closes contradict each other on {len(days)} days."
        yield Finding("error", ticker, _span(days), message, "Download the whole history anew from one source.")


def _outside_its_range(ticker: str, bars: pd.DataFrame) -> Iterator[Finding]:
    slack = 0.02 * bars["close"]
    outside = (bars["close"] > bars["high"] + slack) | (bars["close"] < bars["low"] - slack)
    days = bars.index[outside]
    if len(days):
        message = f"The close lies outside the day's range on {len(days)} days."
        yield Finding("warning", ticker, _span(days), message, "Compare with another source.")


def _span(days: pd.Index[pd.Timestamp]) -> str:
    first, last = days[0], days[-1]
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
