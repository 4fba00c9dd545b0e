"""Tells: forced selling. The deepest pockets sell what they believe in least, funds are redeemed, all falls at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..known import Floats, Known
from ..registry import indicator
from ..returns import daily_returns, mean_correlation

_QUARTER, _MONTH = 63, 21  # sessions
_FEWEST = 3  # assets without which a correlation says little
_TOGETHER = 0.8  # share of the assets that fall on the same day


@indicator(
    "tells",
    orientation=-1,
    source="Coval and Stafford (2007), fire sales; Brunnermeier and Pedersen (2009)",
)
def forced_selling(known: Known) -> pd.Series[float]:
    """Rise of average pairwise correlation times downside breadth within the speculative sleeve.

    The rise compares the last 63 sessions with the 63 before and counts only when positive; breadth is the share of
    assets that fell over the last 21 sessions. Information set: sessions whose bars of all assets were complete.
    """
    return _over_windows(known, 2 * _QUARTER, _rise_times_breadth)


@indicator(
    "tells",
    orientation=-1,
    source="Redemptions show as falls at the same time (Coval and Stafford, 2007)",
    preset=False,
    unit="%",
)
def simultaneous_falls(known: Known) -> pd.Series[float]:
    """Share of the last 21 sessions on which at least four fifths of the speculative sleeve fell.

    Information set: sessions whose bars of all assets were complete.
    """
    return _over_windows(known, _MONTH, _share_of_falls)


def _over_windows(known: Known, length: int, measure) -> pd.Series[float]:  # type: ignore[no-untyped-def]
    """`measure` of the last `length` daily returns of the speculative assets that have all of them."""
    assets = known.present("speculative")
    growth = daily_returns(known, assets)

    def at(row: int) -> float:
        window = growth[row + 1 - length : row + 1] if row + 1 >= length else growth[:0]
        complete = window[:, ~np.isnan(window).any(axis=0)]
        return measure(complete) if len(complete) and complete.shape[1] >= _FEWEST else np.nan

    return known.row(np.array([at(int(row)) for row in known.window_rows(assets)], dtype=float))


def _rise_times_breadth(growth: Floats) -> float:
    """Of the last two quarters of daily returns, shape (2 quarters, assets)."""
    rise = mean_correlation(growth[_QUARTER:]) - mean_correlation(growth[:_QUARTER])
    breadth = float(np.mean(np.prod(1.0 + growth[-_MONTH:], axis=0) < 1.0))
    return max(rise, 0.0) * breadth


def _share_of_falls(growth: Floats) -> float:
    """Share of the days, rows of daily returns, on which most assets fell."""
    return float(np.mean((growth < 0).mean(axis=1) >= _TOGETHER))
