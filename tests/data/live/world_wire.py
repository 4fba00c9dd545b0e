"""A synthetic world on the wire: every source serves what had become public by some instant.

    serve_world(web, market, pd.Timestamp("2017-06-30", tz="UTC"), key=KEY)

Serving the same market at a later instant is how the sources look later.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.data.live.edgar_wire import CAPEX, LEASES, OPERATING, PRODUCTIVE, CompanyFacts, Filing, fact, serve_edgar
from tests.data.live.fiscal_wire import TGA, cash_row, debt_row, serve_fiscal
from tests.data.live.fred_wire import FredSeries, serve_fred, serve_fred_csv
from tests.data.live.loopback import Loopback
from tests.data.live.yahoo_wire import serve_yahoo
from tidegate.data.assets import is_crypto
from tidegate.data.clock import bars_known, sessions
from tidegate.data.dictionary import spec_of
from tidegate.data.live.edgar import COMPANIES
from tidegate.data.live.plan import fred_series
from tidegate.data.market import Market

UNITS = {
    "USD mn": "Millions of U.S. Dollars",
    "USD bn": "Billions of U.S. Dollars",
    "percent": "Percent",
    "percentage points": "Percent",
    "index": "Index",
}


def serve_world(web: Loopback, market: Market, until: pd.Timestamp, *, key: str) -> None:
    """Answer for all four sources with what `market` holds up to `until` (UTC)."""
    known = market.known_at(until)
    serve_yahoo(web, {ticker: bars_of(market, ticker, until) for ticker in market.assets})
    ids = [series for series in fred_series() if series in known.releases.series]
    serve_fred(web, {series: _fred(known, series) for series in ids}, key=key)
    serve_fred_csv(web, {series: _newest(known, series) for series in ids})
    serve_edgar(web, {cik: _company(known, name) for name, cik in COMPANIES.items()})
    debt = [row for family in ("bills", "coupons") for row in _debt(known, family)]
    cash = [
        cash_row(f"{day:%Y-%m-%d}", f"{TGA} Closing Balance", f"{value:.0f}", "null")
        for day, value in _values(known, "treasury:account")
    ]
    serve_fiscal(web, debt=debt, cash=cash)


def bars_of(market: Market, ticker: str, until: pd.Timestamp) -> pd.DataFrame:
    """Bars of one asset complete by `until`: bitcoin on every day, the rest as the market has them."""
    if ticker in market.releases.series:
        line = market.releases.history(ticker, until)
    else:
        line = market.prices[ticker].dropna()
    line = line[bars_known(pd.DatetimeIndex(line.index), crypto=is_crypto(ticker)) <= until]
    table = pd.DataFrame({"date": pd.DatetimeIndex(line.index).as_unit("ns"), "close": line.to_numpy()})
    for name in ("open", "high", "low", "adj_close"):
        table[name] = table["close"]
    return table.assign(volume=1e6, dividend=0.0, split=0.0)


def _rows(market: Market, series: str) -> pd.DataFrame:
    table = market.releases.table
    return table[table["series"] == series]


def _values(market: Market, series: str) -> list[tuple[pd.Timestamp, float]]:
    rows = _rows(market, series).drop_duplicates("period", keep="last")
    return list(zip(rows["period"], rows["value"], strict=True))


def _fred(market: Market, series: str) -> FredSeries:
    rows = _rows(market, series)
    days = rows["released"].dt.tz_convert("America/New_York").dt.strftime("%Y-%m-%d")
    periods = rows["period"].dt.strftime("%Y-%m-%d")
    return FredSeries(list(zip(periods, days, rows["value"], strict=True)), units=UNITS[spec_of(series).unit])


def _newest(market: Market, series: str) -> list[tuple[str, float]]:
    return [(f"{day:%Y-%m-%d}", value) for day, value in _values(market, series)]


def _tags(name: str) -> dict[str, str]:
    """Amazon's gross figures have a tag of their own, and the usual one holds the net ones."""
    capex = {"capex:AMZN": PRODUCTIVE, "capex:AMZN@net": CAPEX} if name == "AMZN" else {f"capex:{name}": CAPEX}
    return {**capex, f"ocf:{name}": OPERATING, f"leases:{name}": LEASES}


def _company(market: Market, name: str) -> CompanyFacts:
    """Every figure as a three-month fact, accepted on the evening before the session it became known with."""
    filings: dict[str, Filing] = {}
    concepts: dict[str, list[dict]] = {}
    for line, tag in _tags(name).items():
        for row in _rows(market, line).itertuples():
            day = row.released.tz_convert("America/New_York").tz_localize(None).normalize()
            evening = sessions(day - pd.Timedelta(days=10), day)[-2]
            number = f"0000000000-{evening:%y}-{evening:%m%d}00"
            filing = filings.setdefault(number, Filing(number, f"{evening:%Y-%m-%d}T22:00:00.000Z"))
            start = row.period - pd.Timedelta(days=90)
            concepts.setdefault(tag, []).append(fact(f"{start:%Y-%m-%d}/{row.period:%Y-%m-%d}", int(row.value), filing))
    return CompanyFacts(concepts, list(filings.values()))


def _debt(market: Market, family: str) -> list[dict[str, str]]:
    security = "Bills" if family == "bills" else "Notes"
    return [
        debt_row(f"{day:%Y-%m-%d}", "Issues" if value >= 0 else "Redemptions", security, f"{abs(value):.0f}")
        for day, value in _values(market, f"issuance:{family}")
        if not np.isnan(value)
    ]
