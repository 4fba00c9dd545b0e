"""tidegate measures the level of liquidity in the financial system from what was public at the time.

>>> import tidegate as tg
>>> market = tg.load_market("synthetic")  # or folders of your own files
>>> result = tg.run(tg.Study.load("essay"), market)
>>> result.write("outputs/essay")

Names are imported on first use, so that the daily signal path stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import BrokerError, ConfigError, DataError, LookaheadError, StaleDataError, TidegateError

if TYPE_CHECKING:
    from .causality.audit import audit
    from .data.load import load_market
    from .data.market import Market
    from .decisions import decide
    from .ledger import Ledger
    from .pipeline import run
    from .result import RunResult
    from .study import Study
    from .sweeps.grid import Grid
    from .sweeps.result import SweepResult
    from .sweeps.sweep import sweep
    from .sweeps.workers import Workers

_PLACES = {
    "Grid": ".sweeps.grid",
    "Ledger": ".ledger",
    "Market": ".data.market",
    "RunResult": ".result",
    "Study": ".study",
    "SweepResult": ".sweeps.result",
    "WalkConfig": ".walkforward.config",
    "WalkForward": ".walkforward.result",
    "Workers": ".sweeps.workers",
    "audit": ".causality.audit",
    "decide": ".decisions",
    "load_market": ".data.load",
    "run": ".pipeline",
    "sweep": ".sweeps.sweep",
    "walk_forward": ".walkforward.walk",
}

__all__ = [
    "BrokerError",
    "ConfigError",
    "DataError",
    "Grid",
    "Ledger",
    "LookaheadError",
    "Market",
    "RunResult",
    "StaleDataError",
    "Study",
    "SweepResult",
    "TidegateError",
    "WalkConfig",
    "WalkForward",
    "Workers",
    "audit",
    "decide",
    "load_market",
    "run",
    "sweep",
    "walk_forward",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'tidegate' has no attribute {name!r}")
    value = getattr(import_module(_PLACES[name], __name__), name)
    globals()[name] = value
    return value
