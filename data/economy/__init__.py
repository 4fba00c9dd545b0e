"""The embedded synthetic world: an economy with a known truth, for use without a network.

It has the real series' ids, units, frequencies, release rules and revisions, and prices that respond to its
true liquidity with a strength one can choose. Everything made from it says that it is synthetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import EconomyConfig as EconomyConfig
    from .world import make_economy as make_economy

__all__ = ["EconomyConfig", "make_economy"]


def __getattr__(name: str) -> object:
    if name == "EconomyConfig":
        from .config import EconomyConfig

        return EconomyConfig
    if name == "make_economy":
        from .world import make_economy

        return make_economy
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
