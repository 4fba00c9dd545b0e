"""Small hand-made markets for tests: a few sessions, a few assets, a few releases."""

import numpy as np
import pandas as pd

from tidegate.data.clock import sessions
from tidegate.data.market import Market, Provenance
from tidegate.data.releases import Releases

NO_RELEASES = pd.DataFrame({"series": [], "period": [], "released": [], "value": []})


def days(first, last):
    return sessions(pd.Timestamp(first), pd.Timestamp(last))


def random_prices(first, last, assets, *, seed=0, listed=None):
    """Geometric random walks; `listed` maps an asset to the row of its first price."""
    index = days(first, last)
    steps = np.random.default_rng(seed).normal(0.0003, 0.02, (len(index), len(assets)))
    table = pd.DataFrame(50.0 * np.exp(steps.cumsum(axis=0)), index=index, columns=list(assets))
    for asset, row in (listed or {}).items():
        table.loc[table.index[:row], asset] = np.nan
    return table


def market_of(prices, releases=NO_RELEASES, pseudo_pit=()):
    return Market(prices, Releases(releases, frozenset(pseudo_pit)), Provenance("files"))


def release_rows(series, periods, released, values):
    return pd.DataFrame(
        {
            "series": series,
            "period": pd.DatetimeIndex(periods),
            "released": pd.DatetimeIndex(released).tz_localize("UTC"),
            "value": np.asarray(values, dtype=float),
        }
    )
