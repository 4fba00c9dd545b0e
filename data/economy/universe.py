"""The assets of the world: how each one loads on the factors, and when it lists."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

FACTORS = ("market", "crypto", "software", "memory", "duration")
FACTOR_VOLATILITY = (0.17, 0.60, 0.20, 0.25, 0.125)


class Asset(NamedTuple):
    """One row of the universe; rates are annual and decimal.

    `loadings` follow `FACTORS`; `own` is the volatility of its own shocks; `drift` the expected log
    return in a neutral world; `liquidity` what one unit of true liquidity adds to it (times `effect`);
    `start` the price on the listing day.
    """

    ticker: str
    loadings: tuple[float, float, float, float, float]
    own: float
    drift: float
    liquidity: float
    start: float
    listed: str | None = None

    def listing(self) -> pd.Timestamp:
        """First day with a price; the beginning of time for what is always listed."""
        return pd.Timestamp(self.listed) if self.listed else pd.Timestamp.min


# Crypto answers most to liquidity, then software; memory makers win a little when money is scarce.
UNIVERSE = (
    Asset("BTC-USD", (0.8, 1.0, 0.0, 0.0, 0.0), 0.10, 0.25, 0.90, 20.0, "2010-07-19"),
    Asset("ETH-USD", (1.0, 1.1, 0.0, 0.0, 0.0), 0.38, 0.20, 0.90, 40.0, "2016-03-01"),
    Asset("ADBE", (1.1, 0.0, 0.9, 0.0, 0.0), 0.24, 0.08, 0.45, 30.0),
    Asset("CRM", (1.1, 0.0, 0.9, 0.0, 0.0), 0.27, 0.08, 0.45, 5.0),
    Asset("CRWD", (1.1, 0.0, 1.0, 0.0, 0.0), 0.30, 0.08, 0.45, 58.0, "2019-06-12"),
    Asset("DDOG", (1.1, 0.0, 1.0, 0.0, 0.0), 0.31, 0.08, 0.45, 37.5, "2019-09-19"),
    Asset("INTU", (1.05, 0.0, 0.85, 0.0, 0.0), 0.24, 0.08, 0.45, 18.0),
    Asset("NOW", (1.1, 0.0, 0.9, 0.0, 0.0), 0.28, 0.08, 0.45, 24.6, "2012-06-29"),
    Asset("SNOW", (1.1, 0.0, 1.0, 0.0, 0.0), 0.32, 0.07, 0.45, 254.0, "2020-09-16"),
    Asset("WDAY", (1.1, 0.0, 0.9, 0.0, 0.0), 0.28, 0.07, 0.45, 48.7, "2012-10-12"),
    Asset("MU", (1.2, 0.0, 0.0, 1.0, 0.0), 0.27, 0.09, -0.15, 11.0),
    Asset("SNDK", (1.2, 0.0, 0.0, 1.0, 0.0), 0.30, 0.09, -0.15, 36.0, "2023-02-13"),
    Asset("STX", (1.1, 0.0, 0.0, 0.9, 0.0), 0.27, 0.08, -0.15, 10.0),
    Asset("IGV", (1.1, 0.0, 0.8, 0.0, 0.0), 0.06, 0.08, 0.35, 8.0),
    Asset("SMH", (1.2, 0.0, 0.0, 0.6, 0.0), 0.07, 0.09, -0.10, 14.0),
    Asset("SPY", (1.0, 0.0, 0.0, 0.0, 0.0), 0.01, 0.07, 0.10, 82.0),
    Asset("TLT", (-0.2, 0.0, 0.0, 0.0, 1.0), 0.02, 0.03, 0.04, 45.0),
    Asset("QQQ", (1.08, 0.0, 0.25, 0.15, 0.0), 0.03, 0.08, 0.20, 34.0),
)

# Bills accrue the bill rate; `start` is their first price.
BILLS = {"BIL": 75.0, "SHV": 85.0}
ASSETS = (*(asset.ticker for asset in UNIVERSE), *BILLS)
