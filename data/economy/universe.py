"""The assets of the world: how each one loads on the factors, when it lists, and when it stops trading.

One name fails: GONE, an invented software company outside the sleeves of the shipped studies, trades from 2009 to
its delisting in 2016. Its prices end with the last one paid and are NaN after: a strategy that holds it is left
with a position that it cannot sell, as it was in life. A universe without such names has survived.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

FACTORS = ("market", "crypto", "software", "memory", "duration")
FACTOR_VOLATILITY = (0.17, 0.72, 0.20, 0.27, 0.145)
FACTOR_POWER = (1.0, 0.6, 0.8, 0.6, 0.6)  # of the turbulence
FACTOR_DEGREES = 8  # of Student's t


class Asset(NamedTuple):
    """One row of the universe; rates are annual and decimal.

    `loadings` follow `FACTORS`; `own` is the volatility of its own shocks; `drift` the expected log
    return in a neutral world; `liquidity` what one unit of true liquidity adds to it (times `effect`);
    `start` the price on the listing day; `listed` and `delisted` the first and the last day of trading.
    """

    ticker: str
    loadings: tuple[float, float, float, float, float]
    own: float
    drift: float
    liquidity: float
    start: float
    listed: str | None = None
    delisted: str | None = None

    def listing(self) -> pd.Timestamp:
        """First day with a price; the beginning of time for what is always listed."""
        return pd.Timestamp(self.listed) if self.listed else pd.Timestamp.min

    def last_day(self) -> pd.Timestamp:
        """Last day with a price; the end of time for what trades on."""
        return pd.Timestamp(self.delisted) if self.delisted else pd.Timestamp.max


# Crypto answers most to liquidity, then software; memory makers win a little when money is scarce.
UNIVERSE = (
    Asset("BTC-USD", (0.9, 1.0, 0.0, 0.0, 0.0), 0.10, 0.30, 0.62, 20.0, "2010-07-19"),
    Asset("ETH-USD", (1.1, 1.05, 0.0, 0.0, 0.0), 0.45, 0.25, 0.62, 40.0, "2016-03-01"),
    Asset("ADBE", (1.25, 0.0, 1.0, 0.0, 0.0), 0.26, 0.10, 0.30, 30.0),
    Asset("CRM", (1.25, 0.0, 1.0, 0.0, 0.0), 0.31, 0.10, 0.30, 5.0),
    Asset("CRWD", (1.25, 0.0, 1.0, 0.0, 0.0), 0.38, 0.10, 0.30, 58.0, "2019-06-12"),
    Asset("DDOG", (1.25, 0.0, 1.0, 0.0, 0.0), 0.40, 0.10, 0.30, 37.5, "2019-09-19"),
    Asset("INTU", (1.25, 0.0, 1.0, 0.0, 0.0), 0.25, 0.10, 0.30, 18.0),
    Asset("NOW", (1.25, 0.0, 1.0, 0.0, 0.0), 0.32, 0.10, 0.30, 24.6, "2012-06-29"),
    Asset("SNOW", (1.25, 0.0, 1.0, 0.0, 0.0), 0.42, 0.09, 0.30, 254.0, "2020-09-16"),
    Asset("WDAY", (1.25, 0.0, 1.0, 0.0, 0.0), 0.32, 0.09, 0.30, 48.7, "2012-10-12"),
    Asset("GONE", (1.2, 0.0, 1.0, 0.0, 0.0), 0.55, -0.50, 0.30, 31.0, "2009-06-24", "2016-08-31"),
    Asset("MU", (1.45, 0.0, 0.3, 1.0, 0.0), 0.31, 0.11, -0.09, 11.0),
    Asset("SNDK", (1.45, 0.0, 0.3, 1.0, 0.0), 0.35, 0.11, -0.09, 36.0, "2023-02-13"),
    Asset("STX", (1.35, 0.0, 0.3, 0.8, 0.0), 0.31, 0.10, -0.09, 10.0),
    Asset("IGV", (1.1, 0.0, 0.65, 0.0, 0.0), 0.05, 0.10, 0.25, 8.0),
    Asset("SMH", (1.25, 0.0, 0.4, 0.45, 0.0), 0.06, 0.10, -0.06, 14.0),
    Asset("SPY", (1.0, 0.0, 0.0, 0.0, 0.0), 0.01, 0.08, 0.07, 82.0),
    Asset("TLT", (-0.2, 0.0, 0.0, 0.0, 1.0), 0.02, 0.03, 0.02, 45.0),
    Asset("QQQ", (1.06, 0.0, 0.35, 0.12, 0.0), 0.03, 0.10, 0.13, 34.0),
)

# Bills accrue the bill rate; `start` is their first price.
BILLS = {"BIL": 75.0, "SHV": 85.0}
ASSETS = (*(asset.ticker for asset in UNIVERSE), *BILLS)
