"""Markov switching: the level has one of three means, and which one follows a hidden Markov chain."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..config import MarkovConfig
from ..known import Known
from .refits import Refit, named, refits
from .registry import classifier

Floats = npt.NDArray[np.floating[Any]]

_STATES = 3
_MEANS = np.array([1 / 6, 1 / 2, 5 / 6])  # quantiles of the past at which the first fit starts
_STAY = 0.95  # its probability of staying
_AWAY_FROM_ZERO = 0.01  # a probability of exactly 0 could not be left again
# Expectation maximisation climbs at a fifth of the cost of numerical gradients; those then say whether it arrived.
_CLIMBS = 40
_GRADIENT = 3e-3  # of the mean log-likelihood

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class MarkovFit:
    """One refit.

    Attributes
    ----------
    refit : Refit
        What it saw, and the rows it is in force at.
    params : ndarray or None
        In force from here on, in the order of statsmodels' MarkovRegression: those of an earlier fit when this one did
        not converge, None when none has.
    converged : bool
        Whether this fit did.
    """

    refit: Refit
    params: Floats | None
    converged: bool


@classifier("markov", config=MarkovConfig, source="Hamilton (1989), A new approach to nonstationary time series")
def markov(level: pd.Series[float], known: Known) -> pd.Series[str]:
    """The most probable state of a Markov-switching mean, by filtered probabilities, never smoothed ones.

    Information set: levels up to the decision; parameters from the last refit, which saw the levels up to it.
    """
    values = level.dropna().to_numpy(dtype=float)
    states = np.full(len(values), -1)
    for fit in markov_fits(level, known):
        if fit.params is not None:
            states[fit.refit.rows] = likeliest(values[: fit.refit.until], fit.params)[fit.refit.rows]
    return named(states, level)


def markov_fits(level: pd.Series[float], known: Known) -> Iterator[MarkovFit]:
    """Every refit in turn, with what it is in force with; one that does not converge is logged as a warning."""
    chosen, params = known.config.markov, None
    values = level.dropna()
    for refit in refits(len(values), first=known.rows(chosen.min_weeks), every=known.rows(chosen.refit_weeks)):
        found = _fitted(values.to_numpy(dtype=float)[: refit.seen], params)
        if found is None:
            day = values.index[refit.seen - 1]
            _log.warning("The Markov fit of %s did not converge; the one before stays in force", day.date())
        params = params if found is None else found
        yield MarkovFit(refit, params, found is not None)


def likeliest(values: Floats, params: Floats) -> npt.NDArray[np.int64]:
    """The most probable state of each row given the rows up to it, as the rank of its mean, shape (rows,).

    -1 from a level on that lies so far from every mean that its densities vanish.
    """
    means = params[_model(values).parameters["exog"]]
    ranks: npt.NDArray[np.int64] = means.argsort(kind="stable").argsort()
    likely = filtered(values, params)
    return np.where(np.isfinite(likely).all(axis=1), ranks[likely.argmax(axis=1)], -1)


def filtered(values: Floats, params: Floats) -> Floats:
    """Probability of each state given the rows up to it (Hamilton's filter), shape (rows, states)."""
    found = _model(values).filter(params, cov_type="none")
    return np.asarray(found.filtered_marginal_probabilities, dtype=np.float64)


def _fitted(values: Floats, before: Floats | None) -> Floats | None:
    """Maximum likelihood on `values` from the parameters `before`; None where it does not converge."""
    if np.ptp(values) == 0.0:
        return None
    model = _model(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on the way to a maximum; whether it got there is read below
        try:
            found = model.fit(_start(model, before), cov_type="none", em_iter=_CLIMBS, gtol=_GRADIENT)
        except ValueError:  # a state without rows: probabilities on the edge, or a matrix without inverse
            return None
    converged = found.mle_retvals["converged"] and np.isfinite(found.params).all()
    return np.asarray(found.params, dtype=np.float64) if converged else None


def _start(model: Any, before: Floats | None) -> Floats:
    """Starting values, without chance: the parameters before, else means at quantiles of the past and sticky states."""
    values = model.endog
    start = np.zeros(len(model.param_names)) if before is None else before.copy()
    moves = model.parameters["regime_transition"]
    if before is None:
        start[moves] = np.eye(_STATES)[:-1].ravel() * _STAY + (1 - np.eye(_STATES))[:-1].ravel() * (1 - _STAY) / 2
        start[model.parameters["exog"]] = np.quantile(values, _MEANS)
        start[model.parameters["variance"]] = np.var(values) / _STATES**2
    start[moves] = (1 - _AWAY_FROM_ZERO) * start[moves] + _AWAY_FROM_ZERO / _STATES
    return start


def _model(values: Floats) -> Any:
    # Loaded on first use: the path of the other classifiers stays free of statsmodels.
    from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

    return MarkovRegression(values, k_regimes=_STATES)
