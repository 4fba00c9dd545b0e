"""Data: releases with the instant at which they became public, prices on exchange sessions, and their sources.

Start at `load_market`; it returns a `Market`. Only this folder reads from outside.
"""

from __future__ import annotations

from .clock import decision_instants
from .findings import Finding
from .load import load_market
from .market import Market, Provenance
from .releases import Releases

__all__ = ["Finding", "Market", "Provenance", "Releases", "decision_instants", "load_market"]
