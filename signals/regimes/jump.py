"""The statistical jump model: levels cluster around a few centres, and every change of centre has a price.

The sum over rows of half the squared distance to the centre of the row's state, plus a penalty per change of state, is
made small in turns: the best path for given centres (a dynamic program), the best centres for a given path. Online,
the state of row t is where the cheapest path through the rows up to t ends; the path that is best in hindsight looks
ahead and is never returned.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..config import JumpConfig
from ..known import Known
from .refits import named, refits
from .registry import classifier

Floats = npt.NDArray[np.floating[Any]]
States = npt.NDArray[np.int64]

# Quantiles of the past at which the descent starts: it ends in the nearest minimum, so it starts from several places.
_STARTS = np.array(list(combinations((0.05, 0.25, 0.5, 0.75, 0.95), 3)))
_MOST_ROUNDS = 200
_TOLERANCE = 1e-8


@classifier(
    "jump",
    config=JumpConfig,
    source="Nystrup, Lindstrom and Madsen (2020); online and walk-forward as in Shu, Yu and Mulvey (2024)",
)
def jump(level: pd.Series[float], known: Known) -> pd.Series[str]:
    """Statistical jump model on the waterline, called online; the penalty is chosen by how past calls fared.

    Information set: levels up to the decision; centres and penalty from the last refit, which saw the levels up to it.
    """
    chosen, penalties = known.config.jump, np.array(known.config.jump.penalties)
    values = level.dropna().to_numpy(dtype=float)
    states, foretold = np.full(len(values), -1), np.full((len(values), len(penalties)), np.nan)
    for refit in refits(len(values), first=known.rows(chosen.min_weeks), every=known.rows(chosen.refit_weeks)):
        centres = fit_centres(values[: refit.seen], penalties)
        called = online_states(values[: refit.until], centres, penalties)[refit.rows]
        best = _best_so_far(values[: refit.seen], foretold, known.rows(chosen.horizon_weeks))
        states[refit.rows] = called[:, best]
        foretold[refit.rows] = np.take_along_axis(centres, called.T, axis=1).T
    return named(states, level)


def _best_so_far(values: Floats, foretold: Floats, horizon: int) -> int:
    """Penalty whose calls came closest to the level `horizon` rows later; the middle one while there is no record.

    Shape of `foretold`: (rows, penalties), the centre of the state called online at each row, by the fit of its day.
    """
    error = (foretold[: max(len(values) - horizon, 0)] - values[horizon:, np.newaxis]) ** 2
    record = error[~np.isnan(error[:, 0])]
    return int(record.mean(axis=0).argmin()) if len(record) else foretold.shape[1] // 2


def fit_centres(values: Floats, penalties: Floats) -> Floats:
    """Centres of the three states for each penalty.

    Parameters
    ----------
    values : ndarray, shape (rows,)
        Finite levels.
    penalties : ndarray, shape (penalties,)
        Cost of a change of state.

    Returns
    -------
    ndarray, shape (penalties, 3)
        Rising. A state that no row takes keeps the centre it started from.
    """
    starts = np.quantile(values, _STARTS)
    centres = np.tile(starts, (len(penalties), 1))
    costs, cost = np.repeat(penalties, len(starts)), np.full(len(centres), np.inf)
    for _ in range(_MOST_ROUNDS):
        path = best_path(values, centres, costs)
        if not (path.cost < cost - _TOLERANCE).any():
            break
        cost, centres = path.cost, _means(values, path.states, centres)
    best = cost.reshape(len(penalties), -1).argmin(axis=1) + np.arange(len(penalties)) * len(starts)
    return np.sort(centres[best], axis=1)


def _means(values: Floats, states: States, centres: Floats) -> Floats:
    """Mean level of the rows in each state, shape (models, 3)."""
    inside = states[:, :, np.newaxis] == np.arange(centres.shape[1])
    count = inside.sum(axis=0)
    total = (inside * values[:, np.newaxis, np.newaxis]).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), centres)


def online_states(values: Floats, centres: Floats, penalties: Floats) -> States:
    """State of each row given the rows up to it, shape (rows, models); row k does not depend on later rows."""
    states: States = _path_costs(values, centres, penalties).argmin(axis=2)
    return states


class Path(NamedTuple):
    """The cheapest path through all rows, shape (rows, models), and its cost, shape (models,)."""

    states: States
    cost: Floats


def best_path(values: Floats, centres: Floats, penalties: Floats) -> Path:
    """The states that fit best in hindsight: for fitting only."""
    costs = _path_costs(values, centres, penalties)
    cheapest, models = costs.argmin(axis=2), np.arange(len(centres))
    jumping = costs.min(axis=2) + penalties
    states = np.empty_like(cheapest)
    states[-1] = cheapest[-1]
    for row in range(len(values) - 2, -1, -1):
        stay = costs[row, models, states[row + 1]] <= jumping[row]
        states[row] = np.where(stay, states[row + 1], cheapest[row])
    return Path(states, costs[-1].min(axis=1))


def _path_costs(values: Floats, centres: Floats, penalties: Floats) -> Floats:
    """Cost of the cheapest path up to each row that ends in each state, shape (rows, models, 3)."""
    costs = 0.5 * (values[:, np.newaxis, np.newaxis] - centres) ** 2
    jump_cost = penalties[:, np.newaxis]
    for row in range(1, len(costs)):
        before = costs[row - 1]
        costs[row] += np.minimum(before, before.min(axis=1, keepdims=True) + jump_cost)
    return costs
