"""Strategies: from regimes to target weights at each decision, and the rivals they are judged against.

A strategy returns exposures of the sleeves; `asset_weights` turns them into weights of eligible assets.
"""

from __future__ import annotations

from .buy_and_hold import buy_and_hold
from .config import SleeveConfig, StrategyConfig
from .constant_mix import constant_mix
from .rebalance import rebalance_rows
from .sleeves import SLEEVES, asset_weights, eligible, share_within
from .toggle import toggle

__all__ = [
    "SLEEVES",
    "SleeveConfig",
    "StrategyConfig",
    "asset_weights",
    "buy_and_hold",
    "constant_mix",
    "eligible",
    "rebalance_rows",
    "share_within",
    "toggle",
]
