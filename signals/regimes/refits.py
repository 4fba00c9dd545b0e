"""What the fitted classifiers share: when they are fitted again, and what their states are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

RISING = ("SCARCE", "NEUTRAL", "ABUNDANT")
"""Names of the states in the order of their mean level."""


class Refit(NamedTuple):
    """A fit on the first `seen` known levels, in force at those from its own, the last of them, up to `until`."""

    seen: int
    until: int

    @property
    def rows(self) -> slice:
        """Rows (of the known levels) that the fit calls."""
        return slice(self.seen - 1, self.until)


def refits(count: int, *, first: int, every: int) -> Iterator[Refit]:
    """Expanding fits over `count` known levels.

    Counted from the first known level, so that a further decision never moves a fit: the first one sees `first`
    levels, each later one `every` more.
    """
    for seen in range(first, count + 1, every):
        yield Refit(seen, min(seen + every - 1, count))


def named(states: npt.NDArray[np.int64], level: pd.Series[float]) -> pd.Series[str]:
    """Regimes at the decisions of `level` from the states (ranks of their mean) of its known rows; -1 is missing."""
    names = pd.Series([RISING[state] if state >= 0 else None for state in states], dtype="str")
    return names.set_axis(level.dropna().index).reindex(level.index)
