"""Yahoo's chart of one ticker as yfinance reads it, over our own session: nothing shared, remembered or kept."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import requests
import yfinance
from yfinance.exceptions import YFException, YFPricesMissingError

from ....errors import SourceError
from .. import web
from ..settings import LiveSettings

COLUMNS = ("Open", "High", "Low", "Close", "Adj Close", "Volume", "Dividends", "Stock Splits")

_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; tidegate)"}  # Yahoo answers 429 to the name of a bare library
_NOTHING_THEN = "Data doesn't exist for startDate"  # Yahoo's words for a span outside the bars of a known symbol


class Wire:
    """What yfinance asks through, in place of its own.

    Its own is one for the whole process: threads share its session, it remembers answers, asks for cookies and crumbs
    that the chart does not need, and keeps files in the user's cache folder.
    """

    def __init__(self, session: requests.Session, settings: LiveSettings) -> None:
        self._session, self._settings = session, settings

    def get(self, url: str, params: dict[str, Any], timeout: float) -> _Answer:
        """The chart at `url`. Timeouts and patience are those of the settings, not yfinance's `timeout`."""
        query = {name: str(value) for name, value in params.items()}
        return web.get(self._session, url, settings=self._settings, parse=_chart, params=query, headers=_HEADERS)

    cache_get = get


def history(ticker: str, zone: str, *, wire: Wire, since: date | None) -> pd.DataFrame:
    """Every daily bar of `ticker` that Yahoo gives, complete or not.

    Parameters
    ----------
    ticker : str
        As Yahoo writes it.
    zone : str
        Time zone in which `since` begins.
    wire : Wire
        Asks Yahoo.
    since : date, optional
        First day to ask for; the whole history otherwise.

    Returns
    -------
    DataFrame
        `COLUMNS` by midnight at the exchange, ascending, one row a day; NaN where Yahoo says null (a null volume is 0).
        Without rows when there is nothing since `since`.

    Raises
    ------
    SourceError
        Yahoo cannot be reached, has no bars of the ticker, or its answer cannot be read.
    """
    try:
        return _ask(ticker, zone, wire, since)[list(COLUMNS)]
    except (web.RefusedError, YFPricesMissingError) as answer:
        reason = _reason(answer)
    except (YFException, LookupError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(
            f"Yahoo's answer for {ticker} cannot be read",
            received=f"{type(error).__name__}: {error}"[:200],
            expected="a chart of daily bars",
            remedy="Try again later; what the store holds stays usable.",
        ) from None
    if since is None or (reason and _NOTHING_THEN not in reason):
        raise no_bars(ticker, reason or "no bars")
    return pd.DataFrame(columns=list(COLUMNS), index=pd.DatetimeIndex([], tz=zone))


def no_bars(ticker: str, reason: str) -> SourceError:
    """The error that says that Yahoo has nothing, with Yahoo's own `reason`."""
    return SourceError(
        f"Yahoo gives no prices of {ticker}",
        received=reason,
        expected="daily bars",
        remedy="Check the spelling, or try again later; a delisted symbol stays in the store as it was.",
    )


def _ask(ticker: str, zone: str, wire: Wire, since: date | None) -> pd.DataFrame:
    yfinance.config.debug.hide_exceptions = False  # or a failure comes back as an empty frame
    # yfinance 1.7 calls what pandas 3.1 deprecates, and has Python show it. No catch_warnings: it is not thread-safe.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"yfinance\.")
    asked = yfinance.Ticker(ticker)  # not `session=`: it would replace the session of all who use yfinance
    asked._data, asked._tz = wire, zone  # a known zone saves a request, and the cache of zones on disk
    span: dict[str, Any] = {"period": "max"} if since is None else {"start": since}
    frame: pd.DataFrame = asked.history(**span, interval="1d", auto_adjust=False, actions=True, keepna=True)
    return frame


@dataclass(frozen=True)
class _Answer:
    """As much of an HTTP answer as yfinance looks at."""

    content: dict[str, Any]
    text = ""  # searched for an apology in place of data, which `_chart` has refused already

    def json(self) -> dict[str, Any]:
        return self.content


def _chart(body: bytes) -> _Answer:
    content = json.loads(body)
    if not isinstance(content, dict) or not isinstance(content.get("chart"), dict):
        raise ValueError("no chart")
    return _Answer(content)


def _reason(answer: web.RefusedError | YFPricesMissingError) -> str:
    """What Yahoo said, if it said anything."""
    if isinstance(answer, YFPricesMissingError):
        return str(answer.yahoo_reason or "")[:200]
    try:
        said = json.loads(answer.body)
        words = (said.get("chart") or said["finance"])["error"]["description"]
    except (ValueError, LookupError, TypeError, AttributeError):
        words = "no reason given"
    return f"HTTP {answer.status}: {words}"[:200]
