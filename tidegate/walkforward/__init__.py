"""Walk-forward: what choosing parameters in time would have earned.

Start at `walk_forward`: members of a grid are measured once, each window chooses the one that was best before it, and
the targets of the chosen ones are executed as one portfolio.
"""

from __future__ import annotations

from .config import WalkConfig
from .result import WalkForward
from .walk import walk_forward

__all__ = ["WalkConfig", "WalkForward", "walk_forward"]
