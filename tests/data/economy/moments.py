"""Moments of a market, real or synthetic, over the same years: what the economy is calibrated to."""

import numpy as np
import pandas as pd

FIRST, LAST = "2010-01-01", "2025-12-31"
TODAY = pd.Timestamp("2100-01-01", tz="UTC")
SHORTEST = 750  # sessions
CLASSES = {
    "crypto": ["BTC-USD", "ETH-USD"],
    "saas": ["ADBE", "CRM", "INTU", "NOW", "WDAY", "SNOW", "DDOG", "CRWD"],
    "memory": ["MU", "STX", "SNDK"],
    "software fund": ["IGV"],
    "chip fund": ["SMH"],
    "market": ["SPY"],
    "bonds": ["TLT"],
    "bills": ["BIL", "SHV"],
}
PAIRS = [
    ("crypto", "crypto"),
    ("saas", "saas"),
    ("memory", "memory"),
    ("saas", "crypto"),
    ("saas", "memory"),
    ("memory", "crypto"),
    ("saas", "software fund"),
    ("chip fund", "memory"),
    ("software fund", "chip fund"),
    ("market", "crypto"),
    ("market", "saas"),
    ("market", "memory"),
    ("market", "software fund"),
    ("market", "bonds"),
]
LEVELS = ["DGS2", "DGS10", "DFII10", "T10Y2Y", "BAA10Y", "BAMLH0A0HYM2", "VIXCLS", "NFCI"]


def moments_of(market):
    """All moments by name; series in today's vintage, on Wednesdays."""
    return _returns(market) | _correlations(market) | _levels(market) | _balance_sheets(market) | _capex(market)


def _returns(market):
    daily = np.log(market.prices.loc[FIRST:LAST]).diff()
    found = {}
    for name, assets in CLASSES.items():
        columns = [daily[a].dropna() for a in assets if a in daily and daily[a].count() > SHORTEST]
        found[f"{name}: volatility"] = np.mean([c.std() * 252**0.5 for c in columns])
        if name == "bills":
            continue
        found[f"{name}: mean return"] = np.mean([c.mean() * 252 for c in columns])
        found[f"{name}: autocorrelation"] = np.mean([c.autocorr(1) for c in columns])
        found[f"{name}: kurtosis"] = np.mean([c.kurt() for c in columns])
        found[f"{name}: clustering"] = np.mean([[(c**2).autocorr(lag) for lag in range(1, 11)] for c in columns])
        found[f"{name}: long clustering"] = np.mean([[c.abs().autocorr(lag) for lag in range(1, 21)] for c in columns])
    return found


def _correlations(market):
    weekly = np.log(market.prices.loc[FIRST:LAST].ffill().resample("W-FRI").last()).diff()
    table = weekly.corr(min_periods=SHORTEST // 5)
    found = {}
    for one, other in PAIRS:
        pairs = [(a, b) for a in CLASSES[one] for b in CLASSES[other] if a != b and {a, b} <= set(table.columns)]
        found[f"{one} and {other}: correlation"] = np.nanmean([table.loc[pair] for pair in pairs])
    return found


def _levels(market):
    levels = {series: _weekly(market, series).dropna() for series in LEVELS}
    found = {}
    for series, level in levels.items():
        found[f"{series}: mean"] = level.mean()
        found[f"{series}: deviation"] = level.std()
        found[f"{series}: deviation of 13-week changes"] = level.diff(13).std()
        found[f"{series}: persistence"] = level.autocorr(13)
    for one, other in [("DGS2", "DGS10"), ("DGS10", "DFII10"), ("BAA10Y", "VIXCLS")]:
        together = levels[one].diff(13).corr(levels[other].diff(13))
        found[f"{one} and {other}: correlation of 13-week changes"] = together
    return found


def _balance_sheets(market):
    output = _weekly(market, "GDP")
    reserves = _weekly(market, "WRESBAL") / 10.0 / _weekly(market, "TOTBKCR")
    reverse_repo = _weekly(market, "RRPONTSYD").fillna(0.0)
    net = (_weekly(market, "WALCL") - _weekly(market, "WTREGEN")) / 1000.0 - reverse_repo
    premium = _weekly(market, "SOFR") - _weekly(market, "IORB")
    money = np.log(market.releases.history("M2SL", TODAY).loc[FIRST:LAST]).diff(12)
    years = (output.index[-1] - output.index[0]).days / 365.25
    return {
        "reserves over bank credit: mean": reserves.mean(),
        "reserves over bank credit: deviation": reserves.std(),
        "reserves over bank credit: deviation of 13-week changes": reserves.diff(13).std(),
        "reserves over bank credit: persistence": reserves.autocorr(13),
        "net liquidity over GDP: mean": (net / output).mean(),
        "net liquidity over GDP: deviation of 13-week changes": (net.diff(13) / output).std(),
        "reverse repo over GDP: mean": (reverse_repo / output).mean(),
        "reverse repo over GDP: highest": (reverse_repo / output).max(),
        "SOFR - IORB: deviation": premium.std(),
        "GDP: growth": np.log(output.iloc[-1] / output.iloc[0]) / years,
        "M2SL: growth": money.mean(),
        "M2SL: deviation of growth": money.std(),
    }


def _capex(market):
    """Growth of the group's trailing four quarters, one line per company."""
    lines = [s for s in market.releases.series if s.startswith("capex:") and "AMZN" not in s]
    quarters = pd.DataFrame({s: market.releases.history(s, TODAY) for s in lines}).resample("QE").sum(min_count=1)
    growth = np.log(quarters.loc[FIRST:LAST].rolling(4).sum().sum(axis="columns", min_count=len(lines))).diff(4)
    return {"capex: growth": growth.mean(), "capex: deviation of growth": growth.std()}


def _weekly(market, series):
    days = pd.date_range(FIRST, min(pd.Timestamp(LAST), market.sessions[-1]), freq="W-WED")
    history = market.releases.history(series, TODAY)
    return history.reindex(history.index.union(days)).ffill().reindex(days)
