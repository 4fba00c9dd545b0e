"""Many portfolios measured at once: the figures of `measure`, without a table or an equity curve for each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import DataError
from .bills import no_bill_rate
from .compilation import compile_loop
from .events import Events, Floats, Integers, Tape, Terms
from .performance import DAYS_PER_YEAR, FLAT, SESSIONS_PER_YEAR, Performance

if TYPE_CHECKING:
    from .event_loop import Found


@dataclass(frozen=True, eq=False)
class Segments:
    """Sums over the sessions of each segment, shape (portfolios, segments) each; zero where none was held.

    Attributes
    ----------
    count : ndarray
        Sessions.
    excess, squares, downside : ndarray
        Sum of the daily excess returns, of their squares, and of the squares of the negative ones.
    log_growth : ndarray
        Sum of the logarithms of daily growth; NaN where a value was not above zero.
    """

    count: Floats
    excess: Floats
    squares: Floats
    downside: Floats
    log_growth: Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """Figures of many portfolios, shape (portfolios,) each.

    Attributes
    ----------
    cagr, volatility, sharpe, sortino, max_drawdown, calmar, turnover, cost_drag, final_value : ndarray
        As in `Performance`; NaN where a figure is not defined, and for a portfolio without events.
    skew, kurtosis : ndarray
        Of the daily excess returns, corrected for bias; 3 is the kurtosis of a normal. NaN below three (four) sessions
        or without variation.
    first : ndarray of int64
        Row of the first event; the number of sessions for a portfolio without events.
    sessions : ndarray of int64
        Sessions from the first event to the last.
    segments : Segments or None
        When segments were asked for.
    curves : ndarray, shape (portfolios, sessions), or None
        Values in USD when asked for; the capital before the first event.
    """

    cagr: Floats
    volatility: Floats
    sharpe: Floats
    sortino: Floats
    max_drawdown: Floats
    calmar: Floats
    turnover: Floats
    cost_drag: Floats
    final_value: Floats
    skew: Floats
    kurtosis: Floats
    first: Integers
    sessions: Integers
    segments: Segments | None = None
    curves: Floats | None = None

    def performance(self, portfolio: int) -> Performance:
        """Figures of one portfolio, as `measure` gives them."""
        return Performance(**{each.name: float(getattr(self, each.name)[portfolio]) for each in fields(Performance)})


def measure_many(
    events: Events,
    tape: Tape,
    terms: Terms,
    *,
    segment: npt.NDArray[np.integer[Any]] | None = None,
    curves: bool = False,
    threads: int = 1,
) -> Measured:
    """Execute and measure many portfolios.

    Parameters
    ----------
    events : Events
        Orders; a portfolio lives from its first event to the last session.
    tape : Tape
        Closes, sessions and bill returns.
    terms : Terms
        Costs, borrow fees and capital of each portfolio.
    segment : ndarray of int, shape (sessions,), optional
        Number of the segment of each session, counted from 0; -1 belongs to none.
    curves : bool
        Whether to keep the daily values.
    threads : int
        Threads that share the portfolios; the figures do not depend on it.

    Returns
    -------
    Measured
        What `backtest` and `measure` give for the same orders, to rounding.

    Raises
    ------
    DataError
        Shapes that do not fit, an order without a price or a finite weight, or no bill rate where a portfolio begins.

    Notes
    -----
    Each order goes through vectorbt's own functions, sells before buys, from one pool of cash. Borrow fees are paid
    out of all positions alike, so that turnover and costs are those before fees, as in `backtest`.
    """
    _refuse_misfits(events, tape, terms, segment)
    found = _walk(events, tape, terms, segment=segment, curves=curves, threads=threads)
    _refuse_unpriced(found.sums, tape)
    return Measured(
        **_figures(found.sums, tape, terms.capital),
        first=found.sums["first"].copy(),
        sessions=found.sums["sessions"].copy(),
        segments=Segments(*found.moments.transpose(1, 0, 2)) if segment is not None else None,
        curves=found.curves if curves else None,
    )


def _walk(
    events: Events,
    tape: Tape,
    terms: Terms,
    *,
    segment: npt.NDArray[np.integer[Any]] | None,
    curves: bool,
    threads: int,
) -> Found:
    """Run the loop on slices of the portfolios, one for each thread."""
    loop = compile_loop()
    from .event_loop import Conditions, Found, Orders, Prices
    from .event_statistics import SUMS

    count, sessions = events.portfolios, len(tape.sessions)
    labels = np.full(sessions, -1) if segment is None else segment
    segments = int(labels.max(initial=-1)) + 1
    closes = _ready(np.nan_to_num(tape.closes))
    prices = Prices(closes, _ready(tape.accrued), _ready(tape.opening), _ready(tape.days), _whole(labels))
    rows, weights, starts = _whole(events.rows), _ready(events.weights), _whole(events.starts)
    rates, borrow, capital = _ready(terms.rates), _ready(terms.borrow), _ready(terms.capital)
    found = Found(np.zeros(count, SUMS), np.zeros((count, 5, segments)), np.empty((count if curves else 0, sessions)))

    def part(low: int, high: int) -> None:
        loop(
            Orders(rows, weights, starts[low : high + 1]),
            prices,
            Conditions(rates[low:high], borrow[low:high], capital[low:high]),
            Found(found.sums[low:high], found.moments[low:high], found.curves[low:high]),
        )

    borders = np.linspace(0, count, max(threads, 1) + 1).astype(int).tolist()
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        list(pool.map(part, borders[:-1], borders[1:]))
    return found


def _figures(sums: npt.NDArray[np.void], tape: Tape, capital: Floats) -> dict[str, Floats]:
    """Figures by name; each has its definition in `performance`."""
    count, held = sums["sessions"], sums["sessions"] > 0
    year, days = np.sqrt(SESSIONS_PER_YEAR), tape.days
    with np.errstate(all="ignore"):
        years = (days[-1] - days[np.minimum(sums["first"], len(days) - 1)] + 1.0) / DAYS_PER_YEAR
        growth = np.power(sums["final"] / capital, 1.0 / years) - 1.0
        cagr = np.where((count > 1) & np.isfinite(growth) & (sums["final"] >= 0), growth, np.nan)
        deviation = np.sqrt(sums["second"] / (count - 1.0))
        downside = np.sqrt(sums["downside"] / count)
        turnover = sums["notional"] / 2.0 / sums["mean_value"] / years
        varies = (count > 1) & (deviation > FLAT)
        figures = {
            "cagr": cagr,
            "volatility": np.where(count > 1, np.sqrt(sums["spread"] / (count - 1.0)) * year, np.nan),
            "sharpe": np.where(varies, sums["mean"] / deviation * year, np.nan),
            "sortino": np.where((count > 1) & (downside > FLAT), sums["mean"] / downside * year, np.nan),
            "max_drawdown": sums["deepest"],
            "calmar": np.where(sums["deepest"] < -FLAT, cagr / -sums["deepest"], np.nan),
            "turnover": np.where(sums["mean_value"] > 0, turnover, np.nan),
            "cost_drag": sums["cost_shares"] / years,
            "final_value": sums["final"],
            "skew": np.where(varies & (count > 2), _skew(sums, count), np.nan),
            "kurtosis": np.where(varies & (count > 3), _kurtosis(sums, count), np.nan),
        }
    return {name: np.where(held, values, np.nan) for name, values in figures.items()}


def _skew(sums: npt.NDArray[np.void], count: Integers) -> Floats:
    """Joanes and Gill (1998), G1, as pandas has it."""
    plain = np.sqrt(count) * sums["third"] / sums["second"] ** 1.5
    skew: Floats = plain * np.sqrt(count * (count - 1.0)) / (count - 2.0)
    return skew


def _kurtosis(sums: npt.NDArray[np.void], count: Integers) -> Floats:
    """Joanes and Gill (1998), G2 and 3, as pandas has it."""
    plain = count * sums["fourth"] / sums["second"] ** 2 - 3.0
    kurtosis: Floats = (count - 1.0) / ((count - 2.0) * (count - 3.0)) * ((count + 1.0) * plain + 6.0) + 3.0
    return kurtosis


def _ready(values: npt.NDArray[Any]) -> Floats:
    """As the loop was compiled for: contiguous and writable float64; copied only where it is not."""
    return np.require(values, np.float64, ["C", "W"])


def _whole(values: npt.NDArray[Any]) -> Integers:
    return np.require(values, np.int64, ["C", "W"])


def _refuse_misfits(events: Events, tape: Tape, terms: Terms, segment: npt.NDArray[np.integer[Any]] | None) -> None:
    sessions, assets = tape.closes.shape
    if events.weights.shape[1] != assets or terms.rates.shape != (events.portfolios, assets):
        raise DataError(
            "Events, tape and terms do not fit",
            received=f"weights of {events.weights.shape[1]} assets, rates of shape {terms.rates.shape}",
            expected=f"{assets} assets and {events.portfolios} portfolios everywhere",
        )
    if len(events.rows) and int(events.rows.max()) >= sessions:
        raise DataError("Row of an event", received=int(events.rows.max()), expected=f"less than {sessions} sessions")
    if segment is not None and (len(segment) != sessions or int(segment.min(initial=0)) < -1):
        raise DataError("Segments", expected=f"{sessions} numbers from -1 on, one for each session")


def _refuse_unpriced(sums: npt.NDArray[np.void], tape: Tape) -> None:
    refused = np.flatnonzero(sums["refused"] >= 0)
    if len(refused):
        raise DataError(
            f"Portfolio {refused[0]} sends an order that cannot be executed",
            received=f"on {tape.sessions[sums['refused'][refused[0]]]:%Y-%m-%d}",
            expected="finite weights, and a price for every asset that is bought",
        )
    begun = sums["first"][sums["sessions"] > 0]
    unknown = np.isnan(tape.opening[begun]) | (begun < np.flatnonzero(np.isnan(tape.accrued)).max(initial=-1))
    if unknown.any():
        raise no_bill_rate(tape.sessions[begun[unknown][0]])
