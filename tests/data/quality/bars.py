"""Hand-made bars on exchange sessions."""

import numpy as np
import pandas as pd

from tidegate.data.clock import sessions
from tidegate.data.schema import PRICE_COLUMNS


def closes(count, *, price=100.0):
    """`count` closes that go up and down by half a percent: nothing in them is worth a finding."""
    return price * (1.0 + 0.005 * (np.arange(count) % 2))


def bars(adjusted, *, first="2024-01-02", raw=None, days=None, **columns):
    """`PRICE_COLUMNS` with these adjusted closes; `columns` hold values by row, the rest is empty."""
    adjusted = np.asarray(adjusted, dtype=float)
    if days is None:
        days = sessions(pd.Timestamp(first), pd.Timestamp("2035-12-31"))[: len(adjusted)]
    table = pd.DataFrame({"date": pd.DatetimeIndex(days)})
    for name in PRICE_COLUMNS[1:]:
        table[name] = np.nan
    table["adj_close"] = adjusted
    if raw is not None:
        table["close"] = np.asarray(raw, dtype=float)
    for name, rows in columns.items():
        table[name] = [float(rows.get(row, 0.0)) for row in range(len(table))]
    return table


def series(values, periods, *, released=None):
    """Rows of one series as a layer holds them."""
    table = pd.DataFrame({"period": pd.DatetimeIndex(periods).as_unit("ns"), "value": np.asarray(values, dtype=float)})
    instants = pd.DatetimeIndex(released if released is not None else [pd.NaT] * len(table))
    table["released"] = instants.tz_localize("UTC").as_unit("ns")
    return table.assign(by_rule=released is None)[["period", "released", "value", "by_rule"]]
