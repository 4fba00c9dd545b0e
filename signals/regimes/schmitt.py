"""The Schmitt trigger: from the waterline to a regime that does not flicker."""

from __future__ import annotations

import pandas as pd

from ..config import RegimeConfig
from ..known import Known
from ..result import REGIMES
from .registry import classifier

_ABUNDANT, _NEUTRAL, _SCARCE = range(len(REGIMES))
_NONE = -1
_NAMES = pd.array(REGIMES, dtype="str")


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
    states: list[int] = []
    state, age, dwell, override = _NONE, 0, config.min_dwell, config.override
    scarce, scarce_until = config.scarce_enter, config.scarce_leave
    abundant, abundant_until = config.abundant_enter, config.abundant_leave
    for value, known in zip(level.tolist(), level.notna().tolist(), strict=True):
        age += 1
        if known and (state == _NONE or age > dwell or value < override):
            if value < scarce or (state == _SCARCE and value <= scarce_until):
                wanted = _SCARCE
            elif value > abundant or (state == _ABUNDANT and value >= abundant_until):
                wanted = _ABUNDANT
            else:
                wanted = _NEUTRAL
            if wanted != state:
                state, age = wanted, 1
        states.append(state)
    return pd.Series(_NAMES.take(states, allow_fill=True), index=level.index, name="regime")
