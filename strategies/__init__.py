"""Strategies: from regimes to target weights at each decision, and the rivals they are judged against.

A strategy, one registered function in `kinds/`, sets exposures of the sleeves; `wrappers/` scale them; `share_within`
shares a sleeve among its eligible assets; `asset_weights` multiplies the two; `rebalance_rows` says which decisions
send orders.
"""

from __future__ import annotations

from .buy_and_hold import buy_and_hold
from .config import SleeveConfig, StrategyConfig
from .constant_mix import constant_mix
from .rebalance import rebalance_rows
from .registry import Strategy, all_strategies, chosen_strategy, strategy
from .sleeves import BILLS, SLEEVES, asset_weights, eligible
from .view import View
from .weighting import share_within
from .wrappers.registry import wrapped

__all__ = [
    "BILLS",
    "SLEEVES",
    "SleeveConfig",
    "Strategy",
    "StrategyConfig",
    "View",
    "all_strategies",
    "asset_weights",
    "buy_and_hold",
    "chosen_strategy",
    "constant_mix",
    "eligible",
    "rebalance_rows",
    "share_within",
    "strategy",
    "wrapped",
]
