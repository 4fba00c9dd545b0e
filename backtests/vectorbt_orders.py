"""vectorbt's order functions, to be compiled into the event loop.

They are made when the compiler first asks for one: to load machine code that has them inside takes no vectorbt, whose
import takes seconds.
"""

from __future__ import annotations

from functools import cache
from types import FunctionType
from typing import Any

from numba import njit

_LEAST = 1e-8  # units; what `Portfolio.from_orders` asks of an order by default
_inlined = njit(nogil=True, error_model="numpy", forceinline=True)


def __getattr__(name: str) -> Any:
    if name.startswith("_") or name not in _functions():  # what Python itself looks for is no reason to import
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _functions()[name]


@cache
def _functions() -> dict[str, Any]:
    """What the loop calls, by name."""
    from vectorbt.portfolio import nb
    from vectorbt.portfolio.enums import Direction, OrderStatus, ProcessOrderState, SizeType
    from vectorbt.utils import math_
    from vectorbt.utils.array_ import insert_argsort_nb

    close = {"is_close_nb": _inside(math_.is_close_nb)}
    zero = {"is_addition_zero_nb": _inside(math_.is_addition_zero_nb, **close)}
    parts = {
        **close,
        "is_less_nb": _inside(math_.is_less_nb, **close),
        "is_close_or_less_nb": _inside(math_.is_close_or_less_nb, **close),
        "add_nb": _inside(math_.add_nb, **zero),
        "order_not_filled_nb": _inside(nb.order_not_filled_nb),
    }
    sides = {"buy_nb": _inside(nb.buy_nb, **parts), "sell_nb": _inside(nb.sell_nb, **parts)}
    order, approximate = _inside(nb.order_nb), _inside(nb.approx_order_value_nb)
    # Members of an enumeration are looked up in Python; the loop needs them as numbers.
    percent, both = int(SizeType.TargetPercent), int(Direction.Both)

    @_inlined
    def target_order(weight: Any, price: Any, rate: Any) -> Any:
        """Order to hold `weight` of the portfolio's value, long or short, at `price` and for `rate` of the notional."""
        return order(weight, price, percent, both, rate, min_size=_LEAST)

    @_inlined
    def order_value(weight: Any, cash: Any, position: Any, free_cash: Any, price: Any, worth: Any) -> Any:
        """USD that `target_order` would buy, negative where it would sell."""
        return approximate(weight, percent, both, cash, position, free_cash, price, worth)

    return {
        "FILLED": int(OrderStatus.Filled),
        "ProcessOrderState": ProcessOrderState,
        "execute_order": _inside(nb.execute_order_nb, **parts, **sides),
        "insert_argsort": _inside(insert_argsort_nb),
        "order_value": order_value,
        "target_order": target_order,
    }


def _inside(function: Any, **names: Any) -> Any:
    """Vectorbt's own function, compiled into its caller together with what it calls by `names`.

    Called across a border, each order hands over some forty numbers, which takes a third of its time. It bears the
    name of this module: machine code imports the modules of all functions in it.
    """
    plain = function.py_func
    known = {**plain.__globals__, **names, "__name__": __name__}
    return _inlined(FunctionType(plain.__code__, known, plain.__name__, plain.__defaults__))
