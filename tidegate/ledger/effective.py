"""How many of the trials were different: clusters of trials whose growth moved together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .trial import Months

LEAST_MONTHS = 24  # fewer common months tell too little of a correlation
STRUCTURE = 0.25  # a mean silhouette up to this is no structure (Kaufman and Rousseeuw, 1990, table 4)
_FLAT = 1e-7  # monthly log growth that varies less than this came from float32
Floats = npt.NDArray[np.float64]


def effective_trials(growth: Sequence[tuple[str, Months]], *, trials: int | None = None) -> int:
    """Effective number of independent trials (Lopez de Prado and Lewis, 2018).

    Trials are clustered by the distance ``sqrt((1 - correlation) / 2)`` of their monthly growth, hierarchically with
    average linkage; of all numbers of clusters the one with the largest mean silhouette counts. Where none shows
    structure, the trials are alike in nothing or all alike: then it is ``r + (1 - r) n`` for n trials of mean
    correlation r (Bailey and Lopez de Prado, 2014, appendix A.3), from n where nothing is common down to 1 where they
    are copies.

    Parameters
    ----------
    growth : sequence of (str, ndarray)
        First month and monthly log growth of each trial (see `Trial`). NaN is no value.
    trials : int, optional
        How many there are, where `growth` is a sample of them; by default as many.

    Returns
    -------
    int
        From 1 to `trials`. A trial that has `LEAST_MONTHS` months in common with no other, or never varied, counts by
        itself; what a sample shows of such trials is scaled up to all of them, its clusters are not.

    Notes
    -----
    Looks back over the whole sample: it judges what was tried, and feeds nothing that decides.
    """
    total = len(growth) if trials is None else trials
    correlation = correlations(growth_table(growth))
    comparable = np.isfinite(correlation).sum(axis=1) > 1
    scale = total / len(growth)
    together = np.nan_to_num(correlation[np.ix_(comparable, comparable)])  # no common months: not known to be alike
    effective = np.sum(~comparable) * scale + _effective(together, scale)
    return int(np.clip(round(effective), 1, total))


def growth_table(growth: Sequence[tuple[str, Months]]) -> Floats:
    """Growth on a common axis of months, shape (trials, months); NaN where a trial has none."""
    first = [np.datetime64(month, "M").astype(int) for month, _ in growth]
    begin = min(first)
    table = np.full((len(growth), max(f + len(g) for f, (_, g) in zip(first, growth, strict=True)) - begin), np.nan)
    for row, start, (_, months) in zip(table, first, growth, strict=True):
        row[start - begin : start - begin + len(months)] = months
    return table


def correlations(table: Floats) -> Floats:
    """Correlation of each pair of rows over its common months; NaN with fewer than `LEAST_MONTHS`, or no variation.

    Shape (trials, trials), the diagonal 1.
    """
    known = np.isfinite(table)
    values, mask = np.where(known, table, 0.0), known.astype(float)
    count, total, square = mask @ mask.T, values @ mask.T, values**2 @ mask.T
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = square / count - (total / count) ** 2
        covariance = values @ values.T / count - (total / count) * (total / count).T
        found = covariance / np.sqrt(variance * variance.T)
    found[(count < LEAST_MONTHS) | (variance <= _FLAT**2) | (variance.T <= _FLAT**2)] = np.nan
    np.fill_diagonal(found, 1.0)
    return np.asarray(np.clip(found, -1.0, 1.0))


def _effective(correlation: Floats, scale: float) -> float:
    count = len(correlation)
    if count < 2:
        return count * scale
    distance = np.sqrt((1.0 - correlation) / 2.0)
    clusters, silhouette = best_clustering(distance)
    if silhouette > STRUCTURE:
        return clusters
    alike = max(float(correlation.sum() - count) / (count * (count - 1)), 0.0)
    return alike + (1.0 - alike) * count * scale


def best_clustering(distance: Floats) -> tuple[int, float]:
    """Number of clusters with the largest mean silhouette (Rousseeuw, 1987), and that silhouette.

    Parameters
    ----------
    distance : ndarray, shape (trials, trials)
        Symmetric, zero on the diagonal; at least two trials.

    Notes
    -----
    The tree is walked from single trials, whose silhouette is zero, down to two clusters. One matrix holds each trial's
    mean distance to each cluster, infinite for its own and for merged ones, so that a merge changes one column and the
    nearest clusters of few trials.
    """
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    count = len(distance)
    rows, best = np.arange(count), (count, 0.0)
    column, members = list(range(count)), {k: rows[k : k + 1] for k in range(count)}  # of clusters, by their number
    summed, outside, own = distance.copy(), distance.copy(), np.full(count, np.nan)
    np.fill_diagonal(outside, np.inf)
    nearest = outside.argmin(axis=1)
    tree = linkage(squareform(distance, checks=False), "average")[:-1, :2].astype(int)
    for step, (left, right) in enumerate(tree):
        into, gone, both = column[left], column[right], np.concatenate([members.pop(left), members.pop(right)])
        column.append(into)
        members[count + step] = both
        summed[:, into] += summed[:, gone]
        outside[:, into] = summed[:, into] / len(both)
        outside[both, into] = outside[:, gone] = np.inf
        own[both] = summed[both, into] / (len(both) - 1)
        lost = (nearest == into) | (nearest == gone)
        nearest[lost] = outside[lost].argmin(axis=1)
        nearest = np.where(outside[:, into] < outside[rows, nearest], into, nearest)
        silhouette = _mean_silhouette(own, outside[rows, nearest])
        best = max(best, (count - step - 1, silhouette), key=lambda found: found[1])
    return best


def _mean_silhouette(own: Floats, other: Floats) -> float:
    """Mean over all trials; zero for one that is alone in its cluster."""
    larger = np.maximum(own, other)
    values = np.divide(other - own, larger, out=np.zeros_like(own), where=larger > 0)
    return float(np.nan_to_num(values).mean())
