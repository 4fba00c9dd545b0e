"""Paper: what a decision wants held, in files for people and brokers."""

from __future__ import annotations

from .target import Target, with_cash

__all__ = ["Target", "with_cash"]
