"""Yahoo's chart as it goes over the wire (`/v8/finance/chart/TICKER`), made from small tables.

    serve_yahoo(web, {"NVDA": table, "BTC-USD": other})     # tables as `tidegate.data.schema.PRICE_COLUMNS`
    web.answer(chart_path("NVDA"), as_json(chart(table, "NVDA", live=1.5)))

NaN in a table becomes null. Paths are known by their beginning: a ticker that is not served but begins with one that is
gets the other's chart.
"""

from fractions import Fraction
from urllib.parse import quote

import numpy as np
import pandas as pd

from tests.data.live.loopback import Answer, Loopback, as_json
from tidegate.data.assets import is_crypto

HOSTS = ("query1.finance.yahoo.com", "query2.finance.yahoo.com")
_RANGES = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"]


def chart_path(ticker: str, host: str = HOSTS[1]) -> str:
    return f"{host}/v8/finance/chart/{quote(ticker, safe='=')}"


def refusal(code: str, description: str, status: int) -> Answer:
    return as_json({"chart": {"result": None, "error": {"code": code, "description": description}}}, status)


UNKNOWN = refusal("Not Found", "No data found, symbol may be delisted", 404)


def serve_yahoo(web: Loopback, tables: dict[str, pd.DataFrame]) -> None:
    """Answer for the tickers of `tables`, honouring period1, period2 and range; all others are unknown."""
    for host in HOSTS:
        web.answer(f"{host}/v8/finance/chart/", UNKNOWN)
        web.answer(f"{host}/v1/test/getcrumb", Answer(b"x1Yz.abCDe2", headers={"Content-Type": "text/plain"}))
        for ticker, table in tables.items():
            web.answer(chart_path(ticker, host), _handler(table, ticker))
    cookie = "A3=d=AQABBA&S=AQAAAg; Expires=Sat, 1 Jan 2033 00:00:00 GMT; Domain=.yahoo.com; Path=/; Secure; HttpOnly"
    web.answer("fc.yahoo.com", Answer(b"", 404, {"Set-Cookie": cookie}))  # so it does: a cookie, and 404


def _handler(table: pd.DataFrame, ticker: str):
    def answer(query: dict[str, str]) -> Answer:
        at = opens(table["date"], ticker)
        if "period1" in query:
            chosen = table[(at >= int(query["period1"])) & (at < int(query["period2"]))]
        else:
            chosen = table if query["range"] == "max" else table.tail(1)
        return as_json(chart(chosen, ticker))

    return answer


def opens(days: pd.Series, ticker: str) -> np.ndarray:
    """Yahoo's time stamps (seconds): the session's opening, or 00:00 UTC for crypto."""
    index = pd.DatetimeIndex(days)
    zone, offset = ("UTC", "0h") if is_crypto(ticker) else ("America/New_York", "9h30min")
    return (index + pd.Timedelta(offset)).tz_localize(zone).as_unit("s").asi8


def chart(table: pd.DataFrame, symbol: str, *, live: float | None = None) -> dict:
    """The whole answer; with `live`, the last day comes a second time as the quote row that Yahoo appends."""
    stamps = [int(stamp) for stamp in opens(table["date"], symbol)]
    bars = table
    if live is not None:
        bars = pd.concat([table, table.tail(1).assign(close=live, adj_close=live)], ignore_index=True)
        stamps.append(stamps[-1] + 3 * 3600 + 17)
    result = {"meta": _meta(symbol, stamps, bars)}
    if stamps:
        result["timestamp"] = stamps
        if events := _events(table, stamps):
            result["events"] = events
        quote_row = {name: _nullable(bars[name]) for name in ("open", "high", "low", "close", "volume")}
        result["indicators"] = {"quote": [quote_row], "adjclose": [{"adjclose": _nullable(bars["adj_close"])}]}
    else:
        result["indicators"] = {"quote": [{}], "adjclose": [{}]}
    return {"chart": {"result": [result], "error": None}}


def _nullable(column: pd.Series) -> list:
    whole = column.name == "volume"
    return [None if pd.isna(value) else int(value) if whole else float(value) for value in column]


def _events(table: pd.DataFrame, stamps: list[int]) -> dict:
    dividends, splits = {}, {}
    for stamp, dividend, split in zip(stamps, table["dividend"], table["split"], strict=False):
        if dividend:
            dividends[str(stamp)] = {"amount": float(dividend), "date": stamp}
        if split:
            new, old = Fraction(float(split)).limit_denominator(1000).as_integer_ratio()
            numbers = {"numerator": float(new), "denominator": float(old), "splitRatio": f"{new}:{old}"}
            splits[str(stamp)] = {"date": stamp} | numbers
    events = {"dividends": dividends, "splits": splits}
    return {name: content for name, content in events.items() if content}


def _meta(symbol: str, stamps: list[int], bars: pd.DataFrame) -> dict:
    crypto = is_crypto(symbol)
    zone, short = ("UTC", "UTC") if crypto else ("America/New_York", "EST")
    gmtoffset = 0 if crypto else -18000
    first, last = (stamps[0], stamps[-1]) if stamps else (0, 0)
    price = float(bars["close"].dropna().iloc[-1]) if bars["close"].notna().any() else None
    length = 86340 if crypto else 23400
    period = {"timezone": short, "end": last + length, "start": last, "gmtoffset": gmtoffset}
    return {
        "currency": "USD",
        "symbol": symbol,
        "exchangeName": "CCC" if crypto else "NMS",
        "fullExchangeName": "CCC" if crypto else "NasdaqGS",
        "instrumentType": "CRYPTOCURRENCY" if crypto else "EQUITY",
        "firstTradeDate": first,
        "regularMarketTime": last + length,
        "hasPrePostMarketData": not crypto,
        "gmtoffset": gmtoffset,
        "timezone": short,
        "exchangeTimezoneName": zone,
        "regularMarketPrice": price,
        "chartPreviousClose": price,
        "priceHint": 2,
        "currentTradingPeriod": {"pre": dict(period), "regular": dict(period), "post": dict(period)},
        "dataGranularity": "1d",
        "range": "",
        "validRanges": _RANGES,
    }
