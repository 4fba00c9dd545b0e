"""The Schmitt trigger: from the waterline to a regime that does not flicker."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..config import RegimeConfig
from ..known import Known
from .registry import classifier


@classifier(
    "schmitt",
    config=RegimeConfig,
    source="Schmitt (1938), A thermionic trigger; thresholds as pre-registered",
)
def schmitt(level: pd.Series[float], known: Known) -> pd.Series[str]:
    """Fixed thresholds on the waterline, apart for entry and exit, with a minimum dwell. Nothing is fitted.

    Information set: levels up to the decision.
    """
    return schmitt_trigger(level, known.config.regime)


def schmitt_trigger(level: pd.Series[float], config: RegimeConfig) -> pd.Series[str]:
    """Regime at each decision.

    Parameters
    ----------
    level : Series, shape (decisions,)
        The waterline; NaN holds the previous regime.
    config : RegimeConfig
        Levels of entry and exit, dwell, override.

    Returns
    -------
    Series of str
        ABUNDANT, NEUTRAL or SCARCE; missing before the first known level. A regime lasts at least ``min_dwell``
        decisions unless the level falls below ``override``. Information set of row t: levels up to t.
    """
    regimes: list[str | None] = []
    current: str | None = None
    age = 0
    for value in level.to_numpy(dtype=float):
        age += 1
        wanted = current if np.isnan(value) else _wanted(float(value), current or "NEUTRAL", config)
        free = current is None or age > config.min_dwell or value < config.override
        if wanted != current and free:
            current, age = wanted, 1
        regimes.append(current)
    return pd.Series(regimes, index=level.index, dtype="str", name="regime")


def _wanted(value: float, current: str, config: RegimeConfig) -> str:
    """The regime that `value` calls for, given the present one, leaving dwell aside."""
    if value < config.scarce_enter or (current == "SCARCE" and value <= config.scarce_leave):
        return "SCARCE"
    if value > config.abundant_enter or (current == "ABUNDANT" and value >= config.abundant_leave):
        return "ABUNDANT"
    return "NEUTRAL"
