"""Named episodes: scripted pushes on the hidden state in the last four years, to watch the waterline by.

A push is a rate per year added to the equations of `state`; the strain of a funding crisis is a level that repo
rates, spreads and turbulence feel at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from .config import Episode
from .shocks import Array

YEARS = 4
CRISIS_DAYS = 35
_STATES = ("policy", "appetite", "pool", "liquidity")

# Per episode: what is pushed, from and until when in years since the episode began, and by how much a year.
_PUSHES: dict[Episode, tuple[tuple[str, float, float, float], ...]] = {
    "none": (),
    "surplus": (("policy", 0.0, 3.5, 4.0), ("pool", 0.0, 4.0, 4.0), ("appetite", 0.5, 3.5, 1.5)),
    "taper": (("policy", 0.0, 3.5, -4.0), ("pool", 0.0, 4.0, -2.0)),
    "stress": (("liquidity", 2.0, 2.0 + CRISIS_DAYS / 365.25, -22.0), ("pool", 2.0, 2.1, -10.0)),
    "capex_boom": (("pool", 0.0, 4.0, -4.0), ("appetite", 0.5, 4.0, 3.0), ("policy", 0.5, 4.0, -2.0)),
}


@dataclass(frozen=True)
class Script:
    """What happens on each day.

    Attributes
    ----------
    pushes : ndarray, shape (days, 4)
        Rates per year added to dP, dB, dz and dL.
    strain : ndarray, shape (days,)
        Funding strain in [0, 1].
    """

    pushes: Array
    strain: Array


def begins(last: date) -> pd.Timestamp:
    """The day on which the episode of a world that ends on `last` begins."""
    return pd.Timestamp(last) - pd.DateOffset(years=YEARS)


def script(episode: Episode, days: pd.DatetimeIndex) -> Script:
    """The pushes of `episode` on `days`, whose last day ends it; zeros without one."""
    years = (days - begins(days[-1])).days.to_numpy(dtype=float) / 365.25
    pushes = np.zeros((len(days), len(_STATES)))
    for name, since, until, rate in _PUSHES[episode]:
        pushes[(years >= since) & (years < until), _STATES.index(name)] += rate
    return Script(pushes, _crisis(years) if episode == "stress" else np.zeros(len(days)))


def _crisis(years: Array) -> Array:
    """Up within a week, down again over the rest of the crisis."""
    day = np.round((years - 2.0) * 365.25)
    rise, fall = np.clip(day / 7.0, 0.0, 1.0), np.clip((CRISIS_DAYS - day) / (CRISIS_DAYS - 7.0), 0.0, 1.0)
    return np.minimum(rise, fall)
