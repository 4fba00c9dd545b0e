"""The register of indicators: each is one decorated function from what is known to one number per decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal

import numpy as np
import pandas as pd

from .config import BLOCKS
from .known import Known

Standardisation = Literal["expanding", "anchored", "rolling", "none"]
Measure = Callable[[Known], "pd.Series[float]"]


@dataclass(frozen=True)
class Indicator:
    """One measured mechanism, oriented so that higher means more liquidity.

    Attributes
    ----------
    name, block : str
        Its place in the waterline.
    measure : callable
        From `Known` to a Series indexed by decision, in natural units.
    standardisation : {"expanding", "anchored", "rolling", "none"}
        How it is made comparable (see `signals.standardise`).
    series : tuple of str
        Series of the dictionary it reads; empty for indicators made of prices only.
    source : str
        Where the mechanism is described.
    true_vintages : bool
        Whether a series known from a single late vintage counts as missing.
    """

    name: str
    block: str
    measure: Measure
    standardisation: Standardisation
    series: tuple[str, ...]
    source: str
    true_vintages: bool = False

    @property
    def id(self) -> str:
        """``block.name``."""
        return f"{self.block}.{self.name}"

    def values(self, known: Known) -> pd.Series[float]:
        """The measure at each decision; all NaN where true vintages are needed and a series has none."""
        if self.true_vintages and known.market.releases.pseudo_pit.intersection(self.series):
            return pd.Series(np.nan, index=known.decisions)
        return self.measure(known)


_REGISTER: dict[str, Indicator] = {}


def indicator(
    block: str,
    *,
    standardisation: Standardisation,
    series: tuple[str, ...] = (),
    source: str,
    true_vintages: bool = False,
) -> Callable[[Measure], Measure]:
    """Register the decorated function as an indicator of `block` under its own name."""

    def register(measure: Measure) -> Measure:
        entry = Indicator(measure.__name__, block, measure, standardisation, series, source, true_vintages)
        _REGISTER[entry.id] = entry
        return measure

    return register


@cache
def all_indicators() -> tuple[Indicator, ...]:
    """Every shipped indicator, in the order of the blocks."""
    for block in BLOCKS:
        import_module(f".{block}", __package__)
    return tuple(sorted(_REGISTER.values(), key=lambda entry: BLOCKS.index(entry.block)))
