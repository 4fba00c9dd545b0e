"""The compiled event loop: many portfolios in one pass, each order executed by vectorbt's own functions.

Import it only where portfolios are measured: it imports vectorbt and numba.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from vectorbt.portfolio.enums import Direction, OrderStatus, ProcessOrderState, SizeType
from vectorbt.portfolio.nb import approx_order_value_nb, execute_order_nb, order_nb
from vectorbt.utils.array_ import insert_argsort_nb

# Names of an enumeration are looked up in Python; the loop needs them as numbers.
_PERCENT, _BOTH, _FILLED = int(SizeType.TargetPercent), int(Direction.Both), int(OrderStatus.Filled)
_LEAST = 1e-8  # units; what `Portfolio.from_orders` asks of an order by default

# What one pass leaves behind of a portfolio; `measure_many` makes figures of it.
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


class Orders(NamedTuple):
    """`Events`, as the loop takes them."""

    rows: Any
    weights: Any
    starts: Any


class Prices(NamedTuple):
    """`Tape`, as the loop takes it: closes are 0 before listing, `segment` is -1 outside of all segments."""

    closes: Any
    accrued: Any
    opening: Any
    days: Any
    segment: Any


class Conditions(NamedTuple):
    """`Terms`, as the loop takes them."""

    rates: Any
    borrow: Any
    capital: Any


class Found(NamedTuple):
    """Where it writes: `sums` (portfolios,), `moments` (portfolios, 5, segments), `curves` (all or 0, sessions)."""

    sums: Any
    moments: Any
    curves: Any


class Book(NamedTuple):
    """What one portfolio holds, shape (assets,) each, and room to sort its orders."""

    held: Any
    debts: Any
    order_values: Any
    queue: Any


def walk(orders: Orders, prices: Prices, conditions: Conditions, found: Found) -> None:
    """Walk every portfolio from its first event to the last session; see `compile_loop` for the compiled one."""
    sessions, assets = prices.closes.shape
    book = Book(np.zeros(assets), np.zeros(assets), np.empty(assets), np.empty(assets, np.int64))
    value, excess = np.empty(sessions), np.empty(sessions)
    for k in range(len(found.sums)):
        begin, end = orders.starts[k], orders.starts[k + 1]
        first = orders.rows[begin] if begin < end else sessions
        sums, capital = found.sums[k], conditions.capital[k]
        sums.first, sums.sessions, sums.refused = first, sessions - first, -1
        value[:first] = capital
        if begin < end:
            book.held[:] = 0.0
            book.debts[:] = 0.0
            _hold(orders, (begin, end), prices, (conditions.rates[k], conditions.borrow[k]), capital, book, value, sums)
            _measure(value, excess, first, capital, prices, sums)
            if found.moments.shape[2]:
                _measure_segments(value, excess, first, capital, prices.segment, found.moments[k])
        if len(found.curves):
            found.curves[k] = value


def smallest() -> tuple[Orders, Prices, Conditions, Found]:
    """Arguments of `walk` without content: what it is compiled for."""
    floats, table, whole = np.empty(0), np.empty((0, 0)), np.empty(0, np.int64)
    sums, moments = np.empty(0, SUMS), np.empty((0, 5, 0))
    return (
        Orders(whole, table, whole),
        Prices(table, floats, floats, floats, whole),
        Conditions(table, table, floats),
        Found(sums, moments, table),
    )


@njit(nogil=True, error_model="numpy")
def _hold(orders: Any, span: Any, prices: Any, terms: Any, capital: Any, book: Any, value: Any, sums: Any) -> Any:
    """Trade at each event, mark to the close at each session until the next."""
    rates, borrow = terms
    cash, free_cash = capital, capital
    left, owed = 1.0, 0.0  # what borrow fees left of one dollar, and what is owed for a year
    sums.notional, sums.cost_shares = 0.0, 0.0
    for event in range(span[0], span[1]):
        row = orders.rows[event]
        until = orders.rows[event + 1] if event + 1 < span[1] else len(value)
        weights, closes = orders.weights[event], prices.closes[row]
        if _refused(weights, closes):
            sums.refused = row
            return
        cash, free_cash, notional, costs = _trade(weights, closes, rates, book, cash, free_cash)
        count, short = _compress(book)
        _mark(value, prices.closes, row, until, book, count, cash)
        if short or owed > 0.0:
            left, owed, paid = _lend(value, prices, row, until, book, borrow, left, owed)
            sums.cost_shares += paid
        elif left != 1.0:
            value[row:until] *= left
        if notional > 0.0:
            sums.notional += notional
            sums.cost_shares += costs / value[row] if value[row] > 0.0 else np.nan


@njit(nogil=True, error_model="numpy")
def _refused(weights: Any, closes: Any) -> Any:
    """Whether an order has no price or is not finite."""
    for asset in range(len(weights)):
        weight = weights[asset]
        if (weight != 0.0 and closes[asset] == 0.0 and not np.isnan(weight)) or np.isinf(weight):
            return True
    return False


@njit(nogil=True, error_model="numpy")
def _trade(weights: Any, closes: Any, rates: Any, book: Any, cash: Any, free_cash: Any) -> Any:
    """One row of `simulate_from_orders_nb`; orders that would change nothing are left out."""
    held, debts = book.held, book.debts
    value = cash
    for asset in range(len(held)):
        if held[asset] != 0.0:
            value += held[asset] * closes[asset]
    count = 0
    for asset in range(len(held)):
        weight, position = weights[asset], held[asset]
        if not np.isnan(weight) and (weight != 0.0 or position != 0.0):
            book.order_values[count] = approx_order_value_nb(
                weight, _PERCENT, _BOTH, cash, position, free_cash, closes[asset], value
            )
            book.queue[count] = asset
            count += 1
    insert_argsort_nb(book.order_values[:count], book.queue[:count])
    notional, costs = 0.0, 0.0
    for k in range(count):
        asset = book.queue[k]
        price = closes[asset]
        order = order_nb(weights[asset], price, _PERCENT, _BOTH, rates[asset], min_size=_LEAST)
        before = ProcessOrderState(cash, held[asset], debts[asset], free_cash, price, value, 0, 0)
        after, done = execute_order_nb(before, order)
        cash, free_cash = after.cash, after.free_cash
        held[asset], debts[asset] = after.position, after.debt
        if done.status == _FILLED:
            notional += done.size * done.price
            costs += done.fees
    return cash, free_cash, notional, costs


@njit(nogil=True, error_model="numpy")
def _compress(book: Any) -> Any:
    """List what is held in the queue; say how many that are and whether one is short."""
    count, short = 0, False
    for asset in range(len(book.held)):
        if book.held[asset] != 0.0:
            book.queue[count] = asset
            book.order_values[count] = book.held[asset]
            count += 1
            short |= book.held[asset] < 0.0
    return count, short


@njit(nogil=True, error_model="numpy")
def _mark(value: Any, closes: Any, row: Any, until: Any, book: Any, count: Any, cash: Any) -> Any:
    for session in range(row, until):
        worth = 0.0
        for k in range(count):
            worth += book.order_values[k] * closes[session, book.queue[k]]
        value[session] = worth + cash


@njit(nogil=True, error_model="numpy")
def _lend(value: Any, prices: Any, row: Any, until: Any, book: Any, borrow: Any, left: Any, owed: Any) -> Any:
    """Take what was short after the session before: see `borrow_fees` and `after_fees`."""
    paid = 0.0
    for session in range(row, until):
        if owed > 0.0:
            fee = owed * (prices.days[session] - prices.days[session - 1]) / 365.0
            paid += fee
            left *= 1.0 - fee
        owed = 0.0
        for asset in range(len(borrow)):
            if book.held[asset] < 0.0:
                owed -= book.held[asset] * prices.closes[session, asset] / value[session] * borrow[asset]
        value[session] *= left
    return left, max(owed, 0.0), paid


@njit(nogil=True, error_model="numpy")
def _measure(value: Any, excess: Any, first: Any, capital: Any, prices: Any, sums: Any) -> Any:
    """Two passes: sums of powers of deviations need the mean first, or they lose their digits."""
    count = len(value) - first
    before, peak, trough, deepest = capital, capital, capital, 1.0
    total, gains, above = 0.0, 0.0, 0.0
    for session in range(first, len(value)):
        now = value[session]
        gain = now / before - 1.0
        bill = prices.opening[session] if session == first else prices.accrued[session]
        excess[session] = gain - bill
        total += now
        gains += gain
        above += gain - bill
        if now > peak:
            deepest = min(deepest, trough / peak)
            peak = trough = now
        trough = min(trough, now)
        before = now
    sums.final, sums.mean_value = before, total / count
    sums.deepest = min(deepest, trough / peak) - 1.0
    mean, mean_gain, before = above / count, gains / count, capital
    spread = second = third = fourth = downside = 0.0
    for session in range(first, len(value)):
        spread += (value[session] / before - 1.0 - mean_gain) ** 2
        before = value[session]
        away = excess[session] - mean
        square = away * away
        second += square
        third += square * away
        fourth += square * square
        downside += min(excess[session], 0.0) ** 2
    sums.mean, sums.spread, sums.second = mean, spread, second
    sums.third, sums.fourth, sums.downside = third, fourth, downside


@njit(nogil=True, error_model="numpy")
def _measure_segments(value: Any, excess: Any, first: Any, capital: Any, segment: Any, moments: Any) -> Any:
    """Per segment: count, sums of excess, of its square, of its negative part's square, and of log growth."""
    before, session = capital, first
    while session < len(value):
        name, start, lowest = segment[session], before, np.inf
        total = squares = downside = 0.0
        begin = session
        while session < len(value) and segment[session] == name:
            total += excess[session]
            squares += excess[session] ** 2
            downside += min(excess[session], 0.0) ** 2
            lowest = min(lowest, value[session])
            session += 1
        before = value[session - 1]
        if name >= 0:
            moments[0, name] += session - begin
            moments[1, name] += total
            moments[2, name] += squares
            moments[3, name] += downside
            moments[4, name] += np.log(before / start) if lowest > 0.0 and start > 0.0 else np.nan
