"""Daily prices from Yahoo: complete bars only, each asset on its own calendar."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import requests

from ....errors import ConfigError
from ...assets import is_crypto
from ...clock import NEW_YORK, bars_known, sessions
from ...fetched import Fetched
from ...schema import PRICE_COLUMNS
from ..settings import LiveSettings
from .chart import Wire, history, no_bars

# A ticker as Yahoo writes it, but no ISIN: yfinance would look that up elsewhere, past the session and the mirror.
_TICKER = re.compile(r"(?![A-Z]{2}[A-Z0-9]{9}[0-9]$)[A-Z0-9^][A-Z0-9.^=-]{0,19}")


def fetch_prices(
    ticker: str,
    *,
    session: requests.Session,
    settings: LiveSettings,
    since: date | None = None,
    now: pd.Timestamp | None = None,
) -> Fetched:
    """Daily bars of `ticker`: on XNYS sessions for stocks and funds, on every day for crypto.

    Information set: bars that are complete at `now`; the bar of a session (crypto: of a UTC day) under way is left out.

    Parameters
    ----------
    ticker : str
        As Yahoo writes it: ``NVDA``, ``BTC-USD``, ``^VIX``.
    session : requests.Session
        From `open_session`; threads may share it.
    settings : LiveSettings
        Timeouts and patience.
    since : date, optional
        Only bars from this day on, which may be none; the whole history otherwise.
    now : Timestamp, optional
        UTC instant that decides which bars are complete; the current time by default.

    Returns
    -------
    Fetched
        Kind ``prices``. Bars without a close are left out, and a note counts them; other gaps are NaN, but a missing
        volume is 0.

    Raises
    ------
    ConfigError
        `ticker` cannot be a ticker.
    SourceError
        Yahoo cannot be reached, does not know the ticker or has no bars of it, or its answer cannot be read.
    """
    if not _TICKER.fullmatch(ticker):
        raise ConfigError("Not a ticker", received=ticker, expected="a ticker as Yahoo writes it, such as NVDA")
    zone = "UTC" if is_crypto(ticker) else NEW_YORK
    bars = _table(history(ticker, zone, wire=Wire(session, settings), since=since))
    bars = bars[bars["date"] <= _last_complete(ticker, now or pd.Timestamp.now("UTC"))]
    if since is not None:  # the exchange's midnight may lie before that of `zone`
        bars = bars[bars["date"] >= pd.Timestamp(since)]
    table = bars.dropna(subset="close").reset_index(drop=True)
    if since is None and table.empty:
        raise no_bars(ticker, "no complete bar")
    blank = len(bars) - len(table)
    notes = (f"Bars of {ticker} that came without a close and were left out: {blank}.",) if blank else ()
    return Fetched("prices", ticker, table, "yahoo", whole=since is None, notes=notes)


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    table = frame.astype(float).set_axis(list(PRICE_COLUMNS[1:]), axis="columns")
    table.insert(0, "date", pd.DatetimeIndex(frame.index).tz_localize(None).as_unit("ns"))
    return table


def _last_complete(ticker: str, now: pd.Timestamp) -> pd.Timestamp:
    """Day of the newest bar that is complete at `now`."""
    today = now.tz_convert("UTC").tz_localize(None).normalize()
    first, crypto = today - pd.Timedelta(days=14), is_crypto(ticker)  # no closure of the exchange was longer
    days = pd.date_range(first, today, unit="ns") if crypto else sessions(first, today)
    return pd.Timestamp(days[bars_known(days, crypto=crypto) <= now][-1])
