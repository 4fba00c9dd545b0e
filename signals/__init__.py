"""Signals: what each mechanism of the thesis measures, and the waterline and regime they add up to.

Start at `measure_waterline`; it returns a `Waterline`. Indicators are registered functions, one block a module.
"""

from __future__ import annotations

from .config import RegimeConfig, SignalConfig
from .registry import Indicator, all_indicators, indicator
from .result import Waterline
from .waterline import measure_waterline

__all__ = [
    "Indicator",
    "RegimeConfig",
    "SignalConfig",
    "Waterline",
    "all_indicators",
    "indicator",
    "measure_waterline",
]
