"""Backtests: targets become orders, orders become a portfolio, and chance is given its due.

Start at `backtest`; it returns a `Backtest`. vectorbt stands behind `engine` and is imported on first use.
"""

from __future__ import annotations

from .config import CostConfig, EvidenceConfig, ExecutionConfig, Limits
from .engine import backtest
from .result import Backtest

__all__ = ["Backtest", "CostConfig", "EvidenceConfig", "ExecutionConfig", "Limits", "backtest"]
