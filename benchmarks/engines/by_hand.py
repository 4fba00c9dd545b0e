"""The limit: a kernel written for this job and nothing else, which gives the same figures.

No shorts, no borrow fees, no holes, no segments, no checks of cash or of sizes, one rate: arithmetic instead of orders,
and no line of tidegate or of vectorbt.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from .job import CAPITAL, RATE, Job

FIGURES = (
    "final_value",
    "volatility",
    "sharpe",
    "sortino",
    "max_drawdown",
    "turnover",
    "cost_drag",
    "skew",
    "kurtosis",
)
YEAR = 252.0


@numba.njit(nogil=True, error_model="numpy")
def walk(closes, days, rows, weights, starts, rate, capital, figures):
    """Trade each portfolio at its rows, value it daily, and measure it in two passes."""
    sessions, assets = closes.shape
    held, value, gains = np.zeros(assets), np.empty(sessions), np.empty(sessions)
    for k in range(len(figures)):
        cash, begin, end = capital, starts[k], starts[k + 1]
        traded, cost_shares = 0.0, 0.0
        held[:] = 0.0
        for event in range(begin, end):
            row = rows[event]
            until = rows[event + 1] if event + 1 < end else sessions
            worth, notional = cash, 0.0
            for asset in range(assets):
                worth += held[asset] * closes[row, asset]
            for asset in range(assets):
                wanted = weights[event, asset] * worth / closes[row, asset]
                change = (wanted - held[asset]) * closes[row, asset]
                cash -= change + abs(change) * rate
                notional += abs(change)
                held[asset] = wanted
            for session in range(row, until):
                now = cash
                for asset in range(assets):
                    now += held[asset] * closes[session, asset]
                value[session] = now
            traded += notional
            cost_shares += notional * rate / value[row]
        first = rows[begin]
        measure(value, gains, first, capital, traded, cost_shares, (days[-1] - days[first] + 1.0) / 365.25, figures[k])


@numba.njit(nogil=True, error_model="numpy", forceinline=True)
def measure(value, gains, first, capital, traded, cost_shares, years, figures):
    """`FIGURES` of one portfolio."""
    count = len(value) - first
    before, peak, worst, total, held = capital, capital, 0.0, 0.0, 0.0
    for session in range(first, len(value)):
        gains[session] = value[session] / before - 1.0
        before = value[session]
        total += gains[session]
        held += before
        peak = max(peak, before)
        worst = min(worst, before / peak - 1.0)
    mean, second, third, fourth, below = total / count, 0.0, 0.0, 0.0, 0.0
    for session in range(first, len(value)):
        away = gains[session] - mean
        square = away * away
        second += square
        third += square * away
        fourth += square * square
        below += min(gains[session], 0.0) ** 2
    deviation = np.sqrt(second / (count - 1.0))
    figures[0] = before
    figures[1] = deviation * np.sqrt(YEAR)
    figures[2] = mean / deviation * np.sqrt(YEAR)
    figures[3] = mean / np.sqrt(below / count) * np.sqrt(YEAR)
    figures[4] = worst
    figures[5] = traded / 2.0 / (held / count) / years
    figures[6] = cost_shares / years
    figures[7] = np.sqrt(count) * third / second**1.5 * np.sqrt(count * (count - 1.0)) / (count - 2.0)
    plain = count * fourth / second**2 - 3.0
    figures[8] = (count - 1.0) / ((count - 2.0) * (count - 3.0)) * ((count + 1.0) * plain + 6.0) + 3.0


def kernel(job: Job, *, threads: int = 0) -> Callable[[], np.ndarray]:
    """All studies, shared out among threads as ours are; gives figures, shape (studies, FIGURES)."""
    closes = np.ascontiguousarray(job.prices.to_numpy())
    days = (job.prices.index - job.prices.index[0]).days.to_numpy().astype(float)
    rows = np.concatenate([each.rows for each in job.studies])
    weights = np.concatenate([each.weights for each in job.studies])
    starts = np.cumsum([0, *(len(each.rows) for each in job.studies)])
    count, workers = len(job.studies), threads or os.cpu_count() or 1
    figures = np.empty((count, len(FIGURES)))

    def part(low: int, high: int) -> None:
        walk(closes, days, rows, weights, starts[low : high + 1], RATE, CAPITAL, figures[low:high])

    def done() -> np.ndarray:
        borders = np.linspace(0, count, workers + 1).astype(int).tolist()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(part, borders[:-1], borders[1:]))
        return figures

    part(0, 1)
    return done
