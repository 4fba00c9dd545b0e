"""The compiled event loop: many portfolios in one pass, each order executed by vectorbt's own functions.

Import it only where portfolios are measured: it imports vectorbt and numba.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from vectorbt.portfolio import nb
from vectorbt.portfolio.enums import Direction, OrderStatus, ProcessOrderState, SizeType
from vectorbt.utils import math_
from vectorbt.utils.array_ import insert_argsort_nb

# Names of an enumeration are looked up in Python; the loop needs them as numbers.
_PERCENT, _BOTH, _FILLED = int(SizeType.TargetPercent), int(Direction.Both), int(OrderStatus.Filled)
_LEAST = 1e-8  # units; what `Portfolio.from_orders` asks of an order by default

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_compiled = njit(**_OPTIONS)
_inlined = njit(forceinline=True, **_OPTIONS)


def _inside(function: Any, **names: Any) -> Any:
    """Vectorbt's own function, compiled into the loop with the functions it calls by `names`.

    Called across a border, each order hands over some forty numbers, which takes a third of its time.
    """
    plain = function.py_func
    return _inlined(FunctionType(plain.__code__, {**plain.__globals__, **names}, plain.__name__, plain.__defaults__))


_close = {"is_close_nb": _inside(math_.is_close_nb)}
_sums = {"is_addition_zero_nb": _inside(math_.is_addition_zero_nb, **_close)}
_parts = {
    **_close,
    "is_less_nb": _inside(math_.is_less_nb, **_close),
    "is_close_or_less_nb": _inside(math_.is_close_or_less_nb, **_close),
    "add_nb": _inside(math_.add_nb, **_sums),
    "order_not_filled_nb": _inside(nb.order_not_filled_nb),
}
_sides = {"buy_nb": _inside(nb.buy_nb, **_parts), "sell_nb": _inside(nb.sell_nb, **_parts)}
execute_order_nb = _inside(nb.execute_order_nb, **_parts, **_sides)
approx_order_value_nb = _inside(nb.approx_order_value_nb)
order_nb = _inside(nb.order_nb)

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
    book = Book(np.zeros(assets), np.zeros(assets), np.empty(assets), np.empty(assets, np.uint64))
    value = np.empty(sessions)
    for k in range(len(found.sums)):
        begin, end = orders.starts[k], orders.starts[k + 1]
        first = orders.rows[begin] if begin < end else sessions
        sums, capital = found.sums[k], conditions.capital[k]
        sums.first, sums.sessions, sums.refused = first, sessions - first, -1
        value[:first] = capital
        if begin < end:
            book.held[:] = 0.0
            book.debts[:] = 0.0
            _hold(orders, prices, conditions, k, book, value, sums)
            _measure(value, first, capital, prices, sums)
            if found.moments.shape[2]:
                _measure_segments(value, first, capital, prices, found.moments[k])
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


@_inlined
def _hold(orders: Any, prices: Any, conditions: Any, k: Any, book: Any, value: Any, sums: Any) -> Any:
    """Trade at each event, mark to the close at each session until the next."""
    cash, free_cash = conditions.capital[k], conditions.capital[k]
    left, owed = 1.0, 0.0  # what borrow fees left of one dollar, and what is owed for a year
    notional, cost_shares = 0.0, 0.0
    begin, end = orders.starts[k], orders.starts[k + 1]
    for event in range(begin, end):
        row = orders.rows[event]
        until = orders.rows[event + 1] if event + 1 < end else len(value)
        worth = _worth(prices.closes, row, book, cash)
        count = _line_up(orders.weights, event, prices.closes, row, book, cash, free_cash, worth)
        if count < 0:
            sums.refused = row
            break
        traded, costs = 0.0, 0.0
        for place in range(count):
            asset = book.queue[place]
            price = prices.closes[row, asset]
            order = order_nb(
                orders.weights[event, asset], price, _PERCENT, _BOTH, conditions.rates[k, asset], min_size=_LEAST
            )
            before = ProcessOrderState(cash, book.held[asset], book.debts[asset], free_cash, price, worth, 0, 0)
            after, done = execute_order_nb(before, order)
            cash, free_cash = after.cash, after.free_cash
            book.held[asset], book.debts[asset] = after.position, after.debt
            if done.status == _FILLED:
                traded += done.size * done.price
                costs += done.fees
        short = _mark(value, prices.closes, row, until, book, cash)
        if short or owed > 0.0:
            left, owed, paid = _lend(value, prices, row, until, book, conditions.borrow, k, left, owed)
            cost_shares += paid
        elif left != 1.0:
            value[row:until] *= left
        if traded > 0.0:
            notional += traded
            cost_shares += costs / value[row] if value[row] > 0.0 else np.nan
    sums.notional, sums.cost_shares = notional, cost_shares


@_inlined
def _worth(closes: Any, row: Any, book: Any, cash: Any) -> Any:
    worth = cash
    for asset in range(len(book.held)):
        if book.held[asset] != 0.0:
            worth += book.held[asset] * closes[row, asset]
    return worth


@_inlined
def _line_up(weights: Any, event: Any, closes: Any, row: Any, book: Any, cash: Any, free_cash: Any, worth: Any) -> Any:
    """Put the orders into the queue, sells first; return how many they are, or -1 when one cannot be executed."""
    count = 0
    for asset in range(len(book.held)):
        weight, position, price = weights[event, asset], book.held[asset], closes[row, asset]
        if np.isnan(weight) or (weight == 0.0 and position == 0.0):
            continue
        if price == 0.0 or np.isinf(weight):
            return -1
        book.order_values[count] = approx_order_value_nb(
            weight, _PERCENT, _BOTH, cash, position, free_cash, price, worth
        )
        book.queue[count] = asset
        count += 1
    book.order_values[count:] = np.inf  # stays behind
    insert_argsort_nb(book.order_values, book.queue)
    return count


@_inlined
def _mark(value: Any, closes: Any, row: Any, until: Any, book: Any, cash: Any) -> Any:
    """Value of what is held, session by session; say whether anything is short."""
    count, short = 0, False
    for asset in range(len(book.held)):
        if book.held[asset] != 0.0:
            book.queue[count], book.order_values[count] = asset, book.held[asset]
            short |= book.held[asset] < 0.0
            count += 1
    for session in range(row, until):
        worth = 0.0
        for k in range(count):
            worth += book.order_values[k] * closes[session, book.queue[k]]
        value[session] = worth + cash
    return short


@_inlined
def _lend(value: Any, prices: Any, row: Any, until: Any, book: Any, borrow: Any, k: Any, left: Any, owed: Any) -> Any:
    """Take what was short after the session before: see `borrow_fees` and `after_fees`."""
    paid = 0.0
    for session in range(row, until):
        if owed > 0.0:
            fee = owed * (prices.days[session] - prices.days[session - 1]) / 365.0
            paid += fee
            left *= 1.0 - fee
        owed = 0.0
        for asset in range(len(book.held)):
            if book.held[asset] < 0.0:
                owed -= book.held[asset] * prices.closes[session, asset] / value[session] * borrow[k, asset]
        value[session] *= left
    return left, max(owed, 0.0), paid


@_compiled
def _measure(value: Any, first: Any, capital: Any, prices: Any, sums: Any) -> Any:
    """Two passes: sums of powers of deviations need the mean first, or they lose their digits."""
    count = len(value) - first
    before, peak, trough, deepest = capital, capital, capital, 1.0
    total, gains, above = 0.0, 0.0, 0.0
    for session in range(first, len(value)):
        now = value[session]
        gain = now / before - 1.0
        total += now
        gains += gain
        above += gain - _bill(prices, session, first)
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
        gain = value[session] / before - 1.0
        excess = gain - _bill(prices, session, first)
        before = value[session]
        away = excess - mean
        square = away * away
        spread += (gain - mean_gain) ** 2
        second += square
        third += square * away
        fourth += square * square
        downside += min(excess, 0.0) ** 2
    sums.mean, sums.spread, sums.second = mean, spread, second
    sums.third, sums.fourth, sums.downside = third, fourth, downside


@_inlined
def _bill(prices: Any, session: Any, first: Any) -> Any:
    return prices.opening[session] if session == first else prices.accrued[session]


@_compiled
def _measure_segments(value: Any, first: Any, capital: Any, prices: Any, moments: Any) -> Any:
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
