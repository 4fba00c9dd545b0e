"""The causality audit: does any number depend on what was not yet public?

Start at `audit`. A `World` is data whose future can be cut off or changed; a `Subject` turns it into named tables, the
nodes, in the order of the flow; a `Trial` changes the future once and compares the past; `Audit` is what all of them
found.
"""

from __future__ import annotations

from .audit import audit
from .result import Audit, Check

__all__ = ["Audit", "Check", "audit"]
