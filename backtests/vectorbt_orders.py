"""vectorbt's order functions, to be compiled into the event loop.

Import it only where portfolios are measured: it imports vectorbt and numba.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from numba import njit
from vectorbt.portfolio import nb
from vectorbt.portfolio.enums import Direction, OrderStatus, ProcessOrderState, SizeType
from vectorbt.utils import math_
from vectorbt.utils.array_ import insert_argsort_nb

__all__ = ["FILLED", "ProcessOrderState", "execute_order", "insert_argsort_nb", "order_value", "target_order"]

# Members of an enumeration are looked up in Python; the loop needs them as numbers.
FILLED, _PERCENT, _BOTH = int(OrderStatus.Filled), int(SizeType.TargetPercent), int(Direction.Both)
_LEAST = 1e-8  # units; what `Portfolio.from_orders` asks of an order by default


_inlined = njit(nogil=True, error_model="numpy", forceinline=True)


def _inside(function: Any, **names: Any) -> Any:
    """Vectorbt's own function, compiled into its caller together with what it calls by `names`.

    Called across a border, each order hands over some forty numbers, which takes a third of its time.
    """
    plain = function.py_func
    own = FunctionType(plain.__code__, {**plain.__globals__, **names}, plain.__name__, plain.__defaults__)
    return _inlined(own)


_close = {"is_close_nb": _inside(math_.is_close_nb)}
_zero = {"is_addition_zero_nb": _inside(math_.is_addition_zero_nb, **_close)}
_parts = {
    **_close,
    "is_less_nb": _inside(math_.is_less_nb, **_close),
    "is_close_or_less_nb": _inside(math_.is_close_or_less_nb, **_close),
    "add_nb": _inside(math_.add_nb, **_zero),
    "order_not_filled_nb": _inside(nb.order_not_filled_nb),
}
_sides = {"buy_nb": _inside(nb.buy_nb, **_parts), "sell_nb": _inside(nb.sell_nb, **_parts)}
execute_order = _inside(nb.execute_order_nb, **_parts, **_sides)
_approx_order_value = _inside(nb.approx_order_value_nb)
_order = _inside(nb.order_nb)


@_inlined
def target_order(weight: Any, price: Any, rate: Any) -> Any:
    """Order to hold `weight` of the portfolio's value, long or short, at `price` and for `rate` of the notional."""
    return _order(weight, price, _PERCENT, _BOTH, rate, min_size=_LEAST)


@_inlined
def order_value(weight: Any, cash: Any, position: Any, free_cash: Any, price: Any, worth: Any) -> Any:
    """USD that `target_order` would buy, negative where it would sell."""
    return _approx_order_value(weight, _PERCENT, _BOTH, cash, position, free_cash, price, worth)
