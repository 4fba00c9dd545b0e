"""The sweep: one study, many values of its parameters, nothing computed twice.

Start at `sweep`: it makes a `Plan` of a `Grid`, has `Workers` measure its members, and gives a `SweepResult`.
"""

from __future__ import annotations

from .grid import Grid
from .members import Told
from .result import SweepResult
from .sweep import sweep
from .workers import Workers

__all__ = ["Grid", "SweepResult", "Told", "Workers", "sweep"]
