"""The check of a sweep: some members run again, one by one, through vectorbt's own portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..backtests.performance import Performance
from ..errors import TidegateError
from ..ledger.trial import METRICS

TOLERANCE = 1e-10
_RANDOM = 8


@dataclass(frozen=True)
class Checked:
    """Members that were run again.

    Attributes
    ----------
    members : tuple of int
        Which: the best, the worst, and random ones.
    largest_difference : float
        Over all their figures, relative where these are larger than 1.
    """

    members: tuple[int, ...]
    largest_difference: float


def members_to_check(table: pd.DataFrame, *, seed: int) -> list[int]:
    """The best and the worst by Sharpe ratio, and up to eight others at random.

    Parameters
    ----------
    table : DataFrame
        ``member`` and ``sharpe`` of those that ran; NaN where it is not defined.
    seed : int
        Of the choice.
    """
    defined = table.dropna(subset="sharpe")
    ordered = defined.sort_values("sharpe", kind="stable")["member"].to_numpy()
    ends = list(dict.fromkeys([*ordered[-1:].tolist(), *ordered[:1].tolist()]))
    others = np.setdiff1d(table["member"].to_numpy(), ends)
    drawn = np.random.default_rng(seed).choice(others, min(_RANDOM, len(others)), replace=False)
    return [int(member) for member in (*ends, *drawn)]


def compare(table: pd.DataFrame, again: Mapping[int, Performance]) -> Checked:
    """Compare what the sweep measured with what single runs gave.

    Raises
    ------
    TidegateError
        A figure differs by more than `TOLERANCE`: no number of the sweep can be trusted.
    """
    swept = table.set_index("member")[list(METRICS)]
    largest = 0.0
    for member, performance in again.items():
        for name, single in performance.as_dict().items():
            measured = float(swept[name].loc[member])
            if np.isnan(measured) and np.isnan(single):
                continue
            difference = abs(measured - single) / max(1.0, abs(single))
            if not difference <= TOLERANCE:
                raise TidegateError(
                    f"The sweep is wrong: member {member} run alone has another {name}",
                    received=f"{measured!r} in the sweep, {single!r} alone",
                    expected=f"the same to {TOLERANCE:g}",
                    remedy="This is a bug in tidegate; nothing of this sweep can be trusted.",
                )
            largest = max(largest, difference)
    return Checked(tuple(again), largest)
