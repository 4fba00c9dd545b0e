"""Small tables as sources give them."""

import pandas as pd

from tidegate.data.fetched import Fetched
from tidegate.data.schema import PRICE_COLUMNS

NOW = pd.Timestamp("2024-03-07 22:00", tz="UTC")
LATER = NOW + pd.Timedelta(days=1)


def bars(closes, *, first="2024-03-01", adjusted=None, dividends=None, splits=None, ticker="MU", whole=True):
    days = pd.bdate_range(first, periods=len(closes)).as_unit("ns")
    close = [float(each) for each in closes]
    table = pd.DataFrame({"date": days, "close": close, "adj_close": adjusted or close})
    for name in ("open", "high", "low"):
        table[name] = table["close"]
    table["volume"] = 1e6
    table["dividend"] = [float((dividends or {}).get(row, 0)) for row in range(len(closes))]
    table["split"] = [float((splits or {}).get(row, 0)) for row in range(len(closes))]
    return Fetched("prices", ticker, table[list(PRICE_COLUMNS)], "yahoo", whole)


def releases(rows, *, name="WALCL", source="fred", whole=True):
    """Rows of (period, released or None, value)."""
    table = pd.DataFrame(
        {
            "period": pd.DatetimeIndex([row[0] for row in rows]).as_unit("ns"),
            "released": pd.to_datetime([row[1] for row in rows], utc=True).as_unit("ns"),
            "value": [float(row[2]) for row in rows],
        }
    )
    return Fetched("series", name, table, source, whole)
