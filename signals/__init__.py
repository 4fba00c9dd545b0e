"""Signals: what each mechanism of the thesis measures, and the waterline and regime they add up to.

Start at `measure_waterline`; it returns a `Waterline`. Indicators are registered functions in `indicators/`,
classifiers in `regimes/`. `explain.explain` says why a decision came out as it did, `sensitivity.sensitivity` what
other choices would have called.
"""

from __future__ import annotations

from .config import RegimeConfig, SignalConfig
from .explanation import Explanation
from .regimes.registry import all_classifiers
from .registry import Indicator, all_indicators, indicator
from .result import Waterline
from .sensitivity import Sensitivity
from .waterline import measure_waterline

__all__ = [
    "Explanation",
    "Indicator",
    "RegimeConfig",
    "Sensitivity",
    "SignalConfig",
    "Waterline",
    "all_classifiers",
    "all_indicators",
    "indicator",
    "measure_waterline",
]
