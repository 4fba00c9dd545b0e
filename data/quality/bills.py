"""Gate on bill funds against the bill rate: closes without their interest earn nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..assets import asset_class
from ..clock import session_closes
from ..findings import Finding
from ..market import Market

_RATES = ("DGS3MO", "DTB3", "EFFR", "DFF")  # the first that the data has
_HIGH = 3.0  # percent: below, the change of yields moves a fund of up to a year as much as its interest
_WHOLE_YEAR = 248  # sessions


def bills_findings(market: Market) -> Iterator[Finding]:
    """A finding on each fund of bills that earned less than half the bill rate in a year of high rates.

    Parameters
    ----------
    market : Market
        Whole calendar years with a mean bill rate of 3 % or more are compared; without a rate nothing is.
    """
    rate = next((series for series in _RATES if series in market.releases.series), None)
    bills = [asset for asset in market.assets if asset_class(asset) == "bills"]
    if rate is None or not bills:
        return
    known = market.releases.history(rate, session_closes(market.sessions[-1:])[0])
    yearly = known.groupby(pd.DatetimeIndex(known.index).year).mean()
    for asset in bills:
        earned = _yearly_return(market.prices[asset].dropna())
        both = pd.DataFrame({"earned": earned, "rate": yearly}).dropna()
        poor = both[(both["rate"] >= _HIGH) & (both["earned"] < both["rate"] / 2)]
        if len(poor):
            year, row = poor.index[0], poor.iloc[0]
            message = (
                f"Earned {row['earned']:.1f} % in {year} while {rate} was {row['rate']:.1f} %: interest is missing."
            )
            remedy = "Use closes that are adjusted for dividends (`adj_close`)."
            yield Finding("warning", asset, ", ".join(map(str, poor.index)), message, remedy)


def _yearly_return(prices: pd.Series[float]) -> pd.Series[float]:
    """Percent earned within each calendar year that has all its sessions."""
    years = prices.groupby(pd.DatetimeIndex(prices.index).year)
    earned = (years.last() / years.first() - 1.0) * 100.0
    return earned[years.size() >= _WHOLE_YEAR]
