"""How much today's NFCI file flatters a backtest: the table that `docs/economy.md` quotes.

Run `python docs/nfci_lookahead.py`. Each week of each synthetic world is read twice: as it was known then, and from
the last vintage, as if that had been known. Both are correlated with what came after.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tidegate import load_market
from tidegate.data.economy import EconomyConfig

SEEDS = range(8)
WEEKS_AHEAD = 13
SPECULATIVE = ["BTC-USD", "ETH-USD", "ADBE", "CRM", "INTU", "NOW", "WDAY", "IGV"]
_REGIMES = {"ABUNDANT": 1.0, "NEUTRAL": 0.0, "SCARCE": -1.0}
_TODAY = pd.Timestamp("2100-01-01", tz="UTC")


def correlations(seed: int) -> pd.Series[float]:
    """Correlation of minus NFCI with the following 13 weeks: as it was known, and from today's file."""
    market = load_market("synthetic", economy=EconomyConfig(seed=seed))
    weekly = market.sessions[market.sessions.day_of_week == 3]  # Thursdays
    closes = (weekly + pd.Timedelta("17h")).tz_localize("America/New_York").tz_convert("UTC")
    known = market.releases.as_of("NFCI", closes)
    today = market.releases.history("NFCI", _TODAY)
    # Both readers hold the same week: only its vintage differs.
    readings = {"as known": known.value, "today's file": today.loc[known.period].to_numpy()}
    sleeve = np.log(market.prices[SPECULATIVE].ffill()).diff().mean(axis="columns").cumsum()
    regime = market.true_regime.map(_REGIMES).rolling(5 * WEEKS_AHEAD).mean()
    rows = np.minimum(market.sessions.get_indexer(weekly) + 5 * WEEKS_AHEAD, len(market.sessions) - 1)
    future = {
        "returns": sleeve.to_numpy()[rows] - sleeve.loc[weekly].to_numpy(),
        "true regime": regime.to_numpy()[rows],
    }
    usable = slice(0, -WEEKS_AHEAD)
    return pd.Series(
        {
            (outcome, reading): np.corrcoef(-value[usable], after[usable])[0, 1]
            for outcome, after in future.items()
            for reading, value in readings.items()
        }
    )


def table() -> pd.DataFrame:
    """One row per seed, one column per outcome and reading."""
    return pd.DataFrame({seed: correlations(seed) for seed in SEEDS}).T


def report(found: pd.DataFrame) -> str:
    """The table of the page, in Markdown."""
    lines = [
        "| next 13 weeks | as known | today's file | worlds in which today's file looks better |",
        "|---|---|---|---|",
    ]
    for outcome in ("returns", "true regime"):
        known, today = found[outcome]["as known"], found[outcome]["today's file"]
        better = int((today > known).sum())
        lines.append(f"| {outcome} | {known.mean():.2f} | {today.mean():.2f} | {better} of {len(found)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(table()))
