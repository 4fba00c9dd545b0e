"""The register of wrappers: one decorated function each."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ...signals.registered import load_package
from ..config import Wrapper
from ..view import View

Scale = Callable[[View, pd.DataFrame], "pd.Series[float]"]
_REGISTER: dict[Wrapper, Scale] = {}


def wrapper(name: Wrapper) -> Callable[[Scale], Scale]:
    """Register the decorated function, from a view and exposures to the factor of each row, as a wrapper."""

    def register(scale: Scale) -> Scale:
        _REGISTER[name] = scale
        return scale

    return register


def all_wrappers() -> dict[Wrapper, Scale]:
    """Every wrapper by name."""
    load_package(__package__ or "")
    return dict(_REGISTER)


def wrapped(view: View, exposures: pd.DataFrame) -> pd.DataFrame:
    """`exposures` scaled by the study's wrappers, one after the other, each seeing what the one before it left."""
    known = all_wrappers()
    for name in view.config.wrap:
        exposures = exposures.mul(known[name](view, exposures), axis="index")
    return exposures
