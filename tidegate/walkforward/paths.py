"""Paths: combinatorial purged cross-validation, whose splits and recombined paths are skfolio's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..backtests.performance import sharpe_ratio
from ..errors import ConfigError
from ..sweeps.check import TOLERANCE
from .config import WalkConfig

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Splits:
    """Trainings on all groups of sessions but some, and how their tests make paths.

    Attributes
    ----------
    trains : tuple of ndarray of int64
        Session rows of each training, purged and embargoed.
    groups : tuple of ndarray of int64
        Session rows of each group.
    recombined : ndarray of int64, shape (groups, paths)
        Split whose choice a path follows in each group.
    """

    trains: tuple[Integers, ...]
    groups: tuple[Integers, ...]
    recombined: Integers


@dataclass(frozen=True, eq=False)
class Paths:
    """Out-of-sample returns of every path.

    Attributes
    ----------
    returns : DataFrame, shape (sessions, paths)
        Simple daily returns of the chosen members, one after another: changing from one to the next costs nothing here.
    sharpes : ndarray, shape (paths,)
        Annualised Sharpe ratio of each over bills; NaN where not defined.
    preset : float
        Of the study itself, on the same sessions.
    members : ndarray of int64, shape (splits,)
        Chosen by each training.
    """

    returns: pd.DataFrame
    sharpes: npt.NDArray[np.float64]
    preset: float
    members: Integers

    def as_dict(self) -> dict[str, Any]:
        """The distribution, as plain data."""
        least, low, middle, high, most = np.quantile(self.sharpes, [0, 0.25, 0.5, 0.75, 1]).tolist()
        return {
            "splits": len(self.members),
            "paths": len(self.sharpes),
            "members": sorted({int(each) for each in self.members}),
            "sharpe": {"least": least, "q25": low, "median": middle, "q75": high, "most": most},
            "preset": self.preset,
            "above_preset": float((self.sharpes > self.preset + TOLERANCE).mean()),
        }


def split_of(number: int) -> str:
    """Column of the criterion in the training of a split, in the table of results."""
    return f"split:{number}"


def split_sessions(span: range, config: WalkConfig) -> Splits:
    """Ask skfolio for the splits of the rows of a span (López de Prado, 2018, chapter 12).

    A training may lie before, between and after its tests: unlike the windows, the paths are not what anybody could
    have traded.

    Raises
    ------
    ConfigError
        skfolio is not installed, or the groups are too short for purge and embargo.
    """
    try:
        from skfolio.model_selection import CombinatorialPurgedCV
    except ImportError:
        raise ConfigError(
            "--paths needs skfolio, which is not installed", remedy="pip install 'tidegate[cpcv]', or leave it out."
        ) from None
    cv = CombinatorialPurgedCV(config.groups, config.test_groups, config.purge, config.embargo)
    trains: list[Integers] = []
    groups: dict[int, Integers] = {}
    try:
        for (train, tests), numbers in zip(cv.split(np.zeros((len(span), 1))), cv.test_set_index, strict=True):
            trains.append(np.asarray(train) + span.start)
            groups |= {int(number): np.asarray(test) + span.start for number, test in zip(numbers, tests, strict=True)}
    except ValueError:
        raise ConfigError(
            "The groups of the paths are too short",
            received=f"{len(span) // config.groups} sessions each",
            expected=f"more than {config.purge + config.embargo + 1}: purge and embargo are taken from them",
            remedy="Use fewer --groups, or a smaller --purge or --embargo.",
        ) from None
    return Splits(tuple(trains), tuple(groups[number] for number in sorted(groups)), cv.recombined_paths)


def recombine(
    splits: Splits,
    members: Integers,
    returns: Mapping[int, pd.Series[float]],
    preset: pd.Series[float],
    *,
    bills: pd.Series[float],
) -> Paths:
    """Join the tests of the splits to paths.

    Parameters
    ----------
    splits : Splits
        Of the sessions of `preset`.
    members : ndarray of int64, shape (splits,)
        Chosen by each training.
    returns : Mapping of int to Series, shape (sessions,)
        Simple daily returns of those members on the sessions of the span.
    preset, bills : Series, shape (sessions,)
        Simple daily returns of the study itself and of bills.
    """
    start, (groups, paths) = splits.groups[0][0], splits.recombined.shape
    table = np.full((len(preset), paths), np.nan)
    for group in range(groups):
        rows = splits.groups[group] - start
        for path in range(paths):
            member = int(members[splits.recombined[group, path]])
            table[rows, path] = returns[member].to_numpy(dtype=float)[rows]
    joined = pd.DataFrame(table, index=preset.index, columns=[f"path:{path}" for path in range(paths)])
    sharpes = np.array([sharpe_ratio(joined[name], bills) for name in joined])
    return Paths(joined, sharpes, sharpe_ratio(preset, bills), np.asarray(members))
