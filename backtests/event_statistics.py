"""Statistics of the event loop: sums over one portfolio's daily values, of which `measure_many` makes figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# What one pass leaves behind of a portfolio.
SUMS = np.dtype(
    [
        ("first", np.int64),
        ("sessions", np.int64),
        ("refused", np.int64),  # row of the first order that no price or no finite weight could execute, or -1
        ("final", np.float64),
        ("mean_value", np.float64),
        ("deepest", np.float64),
        ("spread", np.float64),  # sum of squared deviations of the returns
        ("mean", np.float64),  # of the excess returns, as is everything below
        ("second", np.float64),  # sums of the second to fourth powers of the deviations
        ("third", np.float64),
        ("fourth", np.float64),
        ("downside", np.float64),  # sum of the squares of the negative ones
        ("notional", np.float64),
        ("cost_shares", np.float64),  # sum of costs and borrow fees, each as a share of the value; NaN once worthless
    ],
    align=True,
)


@njit(nogil=True, error_model="numpy")
def measure_value(value: Any, gains: Any, first: Any, capital: Any, prices: Any, sums: Any) -> Any:
    """Two passes, `gains` between them: sums of powers of deviations need the mean first, or they lose their digits."""
    count = len(value) - first
    before, peak, trough, deepest = capital, capital, capital, 1.0
    total, grown, above = 0.0, 0.0, 0.0
    for session in range(first, len(value)):
        now = value[session]
        gain = now / before - 1.0
        gains[session] = gain
        total += now
        grown += gain
        above += gain - _bill(prices, session, first)
        if now > peak:
            deepest = min(deepest, trough / peak)
            peak = trough = now
        trough = min(trough, now)
        before = now
    sums.final, sums.mean_value = before, total / count
    sums.deepest = min(deepest, trough / peak) - 1.0
    mean, mean_gain = above / count, grown / count
    spread = second = third = fourth = downside = 0.0
    for session in range(first, len(value)):
        gain = gains[session]
        excess = gain - _bill(prices, session, first)
        away = excess - mean
        square = away * away
        spread += (gain - mean_gain) ** 2
        second += square
        third += square * away
        fourth += square * square
        downside += min(excess, 0.0) ** 2
    sums.mean, sums.spread, sums.second = mean, spread, second
    sums.third, sums.fourth, sums.downside = third, fourth, downside


@njit(nogil=True, error_model="numpy", forceinline=True)
def _bill(prices: Any, session: Any, first: Any) -> Any:
    return prices.opening[session] if session == first else prices.accrued[session]


@njit(nogil=True, error_model="numpy")
def measure_segments(value: Any, first: Any, capital: Any, prices: Any, moments: Any) -> Any:
    """Per segment: count, sums of excess, of its square, of its negative part's square, and of log growth."""
    before, session = capital, first
    while session < len(value):
        segment, begin, start, lowest = prices.segment[session], session, before, before
        total = squares = downside = 0.0
        while session < len(value) and prices.segment[session] == segment:
            excess = value[session] / before - 1.0 - _bill(prices, session, first)
            total += excess
            squares += excess * excess
            downside += min(excess, 0.0) ** 2
            before = value[session]
            lowest = min(lowest, before)
            session += 1
        if segment >= 0:
            moments[0, segment] += session - begin
            moments[1, segment] += total
            moments[2, segment] += squares
            moments[3, segment] += downside
            # Growth from day to day telescopes; it has no logarithm once nothing is left.
            moments[4, segment] += np.log(before / start) if lowest > 0.0 else np.nan
