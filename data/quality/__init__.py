"""Quality gates: what is wrong with the data, or must be known about it.

`check_layer` looks at the tables of the sources as they stand, `check_market` at what a study needs of the market.
Bounds are named in each gate; they were set so that real crashes, halts and flat bills pass.
"""

from __future__ import annotations

from .layer import check_layer
from .market import check_market

__all__ = ["check_layer", "check_market"]
