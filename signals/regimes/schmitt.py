"""The Schmitt trigger: from the waterline to a regime that does not flicker."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

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
    age, dwell, override = 0, config.min_dwell, config.override
    wanted = _wanted(config)
    for value in level.to_numpy(dtype=float).tolist():
        age += 1
        if not isnan(value) and (current is None or age > dwell or value < override):
            new = wanted(value, current)
            if new != current:
                current, age = new, 1
        regimes.append(current)
    return pd.Series(regimes, index=level.index, dtype="str", name="regime")


def _wanted(config: RegimeConfig) -> Callable[[float, str | None], str]:
    """The regime that a level calls for, given the present one, leaving dwell aside."""
    scarce_enter, scarce_leave = config.scarce_enter, config.scarce_leave
    abundant_enter, abundant_leave = config.abundant_enter, config.abundant_leave

    def wanted(value: float, current: str | None) -> str:
        if value < scarce_enter or (current == "SCARCE" and value <= scarce_leave):
            return "SCARCE"
        if value > abundant_enter or (current == "ABUNDANT" and value >= abundant_leave):
            return "ABUNDANT"
        return "NEUTRAL"

    return wanted
