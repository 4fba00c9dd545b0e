"""The compiled event loop: many portfolios in one pass, each order executed by vectorbt's own functions.

Import it only where portfolios are measured: it imports numba.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from . import vectorbt_orders as vbt
from .event_statistics import SUMS, measure_segments, measure_value

_SPARE = 1e-9  # of the portfolio's value: with so much cash to spare the sequence of the buys changes rounding alone
_inlined = njit(nogil=True, error_model="numpy", forceinline=True)


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


class Stand(NamedTuple):
    """Where the walk stands: number of the portfolio, of the event, its session row."""

    k: Any
    event: Any
    row: Any


class Money(NamedTuple):
    """USD of one portfolio: cash, what of it is free, and what all is worth."""

    cash: Any
    free: Any
    worth: Any


def walk(orders: Orders, prices: Prices, conditions: Conditions, found: Found) -> None:
    """Walk every portfolio from its first event to the last session; see `compile_loop` for the compiled one."""
    sessions, assets = prices.closes.shape
    book = Book(np.zeros(assets), np.zeros(assets), np.empty(assets), np.empty(assets, np.uint64))
    value, gains = np.empty(sessions), np.empty(sessions)
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
            measure_value(value, gains, first, capital, prices, sums)
            if found.moments.shape[2]:
                measure_segments(value, first, capital, prices, found.moments[k])
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
        stand, money = Stand(k, event, row), Money(cash, free_cash, _worth(prices.closes, row, book, cash))
        count = _line_up(orders, prices, conditions, stand, book, money)
        if count < 0:
            sums.refused = row
            break
        cash, free_cash, traded, costs = _trade(orders, prices, conditions, stand, book, money, count)
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
def _line_up(orders: Any, prices: Any, conditions: Any, stand: Any, book: Any, money: Any) -> Any:
    """Put the orders into the queue, sells first; return how many they are, or -1 when one cannot be executed."""
    sells, buys, last, lacking = 0, 0, len(book.held) - 1, -money.cash
    for asset in range(len(book.held)):
        weight, position = orders.weights[stand.event, asset], book.held[asset]
        price = prices.closes[stand.row, asset]
        book.order_values[asset] = np.nan
        if np.isnan(weight) or (weight == 0.0 and position == 0.0):
            continue
        if price == 0.0 or np.isinf(weight):
            return -1
        usd = vbt.order_value(weight, money.cash, position, money.free, price, money.worth)
        book.order_values[asset] = usd
        lacking += usd + abs(usd) * conditions.rates[stand.k, asset]
        selling = usd < 0.0
        book.queue[sells if selling else last - buys] = asset  # buys from the end: no branch to guess wrong
        sells += selling
        buys += not selling
    for place in range(buys):
        book.queue[sells + place] = book.queue[last - buys + 1 + place]
    if lacking > -_SPARE * money.worth:
        _sort(book)
    return sells + buys


@_inlined
def _sort(book: Any) -> Any:
    """Cash may not do for all: then vectorbt's own order, from the largest sell to the largest buy, says who lacks."""
    count = 0
    for asset in range(len(book.held)):
        usd = book.order_values[asset]
        if not np.isnan(usd):
            book.order_values[count], book.queue[count] = usd, asset
            count += 1
    book.order_values[count:] = np.inf  # stays behind
    vbt.insert_argsort(book.order_values, book.queue)


@_inlined
def _trade(orders: Any, prices: Any, conditions: Any, stand: Any, book: Any, money: Any, count: Any) -> Any:
    """Execute the queue from one pool of cash; return what is left of it, the notional and the costs."""
    cash, free_cash, notional, costs = money.cash, money.free, 0.0, 0.0
    for place in range(count):
        asset = book.queue[place]
        weight, price = orders.weights[stand.event, asset], prices.closes[stand.row, asset]
        before = vbt.ProcessOrderState(cash, book.held[asset], book.debts[asset], free_cash, price, money.worth, 0, 0)
        after, done = vbt.execute_order(before, vbt.target_order(weight, price, conditions.rates[stand.k, asset]))
        cash, free_cash = after.cash, after.free_cash
        book.held[asset], book.debts[asset] = after.position, after.debt
        if done.status == vbt.FILLED:
            notional += done.size * done.price
            costs += done.fees
    return cash, free_cash, notional, costs


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
