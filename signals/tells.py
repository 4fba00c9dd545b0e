"""Tells: market prices that move first. Crypto is the most sensitive; forced sellers sell everything at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from .known import Known
from .registry import indicator

_QUARTER, _MONTH = 63, 21  # sessions
_FEWEST = 3  # assets without which a correlation says little


@indicator(
    "tells",
    standardisation="rolling",
    series=("BTC-USD",),
    source="Liu and Tsyvinski (2021), crypto momentum",
)
def crypto_momentum(known: Known) -> pd.Series[float]:
    """Log return of bitcoin over 13 weeks.

    Information set: UTC bars complete by the decision (on a Thursday at 17:00 New York: Wednesday's).
    """
    newest = known.latest("BTC-USD")
    before = known.at("BTC-USD", newest.period - known.span)
    growth = pd.Series(newest.value, index=known.decisions) / before
    return growth.where(growth > 0).map(np.log)


@indicator(
    "tells",
    standardisation="expanding",
    source="Long-duration against near-term cash flows (Lettau and Wachter, 2007)",
)
def relative_strength(known: Known) -> pd.Series[float]:
    """Mean 13-week return of the speculative sleeve minus that of the near-cash-flow sleeve.

    Information set: bars complete by the decision, of assets listed for the whole span.
    """
    return _mean_return(known, "speculative") - _mean_return(known, "near_cash_flow")


def _mean_return(known: Known, sleeve: str) -> pd.Series[float]:
    assets = known.present(sleeve)
    growth = known.prices(assets) / known.prices(assets, sessions_ago=_QUARTER) - 1.0
    return growth.mean(axis="columns")


@indicator(
    "tells",
    standardisation="expanding",
    source="Coval and Stafford (2007), fire sales; Brunnermeier and Pedersen (2009)",
)
def calm_selling(known: Known) -> pd.Series[float]:
    """Minus forced selling: the rise of average pairwise correlation times downside breadth, speculative sleeve.

    The rise compares the last 63 sessions with the 63 before and counts only when positive; breadth is the share of
    assets that fell over the last 21 sessions. Information set: sessions whose bars of all assets were complete.
    """
    assets = known.present("speculative")
    growth = known.market.prices[assets].pct_change(fill_method=None).to_numpy()
    selling = [_forced_selling(growth[max(0, row + 1 - 2 * _QUARTER) : row + 1]) for row in known.window_rows(assets)]
    return pd.Series(selling, index=known.decisions, dtype=float) * -1.0


def _forced_selling(growth: npt.NDArray[np.float64]) -> float:
    """Forced selling over the last rows of daily returns, shape (2 quarters, assets)."""
    complete = growth[:, ~np.isnan(growth).any(axis=0)] if len(growth) == 2 * _QUARTER else growth[:, :0]
    if complete.shape[1] < _FEWEST:
        return np.nan
    rise = _mean_correlation(complete[_QUARTER:]) - _mean_correlation(complete[:_QUARTER])
    breadth = float(np.mean(np.prod(1.0 + complete[-_MONTH:], axis=0) < 1.0))
    return max(rise, 0.0) * breadth


def _mean_correlation(growth: npt.NDArray[np.float64]) -> float:
    """Average of the off-diagonal correlations."""
    count = growth.shape[1]
    centred = growth - growth.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):  # a price that stood still has no correlation: NaN
        unit = centred / np.sqrt((centred**2).sum(axis=0))
    return float(((unit.sum(axis=1) ** 2).sum() - count) / (count * (count - 1)))


@indicator(
    "tells",
    standardisation="rolling",
    series=("VIXCLS",),
    source="Brunnermeier and Pedersen (2009), market and funding liquidity",
)
def low_vix(known: Known) -> pd.Series[float]:
    """Minus the VIX, in index points.

    Information set: the close of the decision's day.
    """
    return -known.value("VIXCLS")
