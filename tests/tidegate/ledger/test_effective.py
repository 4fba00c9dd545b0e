"""The effective number of trials: known truths, and slow oracles for its parts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from tidegate.ledger import effective_trials
from tidegate.ledger.effective import LEAST_MONTHS, best_clustering, correlations, growth_table

MONTHS = 180


def noise(seed, count, months=MONTHS, scale=0.04):
    return np.random.default_rng(seed).normal(0.005, scale, (count, months))


def groups(seed, sizes, likeness):
    """Noisy copies of as many ways as there are sizes; `likeness` is the correlation of two copies."""
    ways = np.repeat(noise(seed, len(sizes)), sizes, axis=0)
    return np.sqrt(likeness) * ways + np.sqrt(1 - likeness) * noise(seed + 1, sum(sizes))


def grown(table, first="2005-01"):
    return [(first, row.astype(np.float32)) for row in table]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", [[20, 20], [30, 3, 8], [12] * 5, [5] * 20])
@pytest.mark.parametrize("likeness", [0.7, 0.95])
def test_copies_of_k_ways_are_k(seed, sizes, likeness):
    assert effective_trials(grown(groups(seed, sizes, likeness))) == len(sizes)


@pytest.mark.parametrize("count", [2, 5, 30, 200])
def test_independent_trials_are_about_as_many_as_they_are(count):
    assert 0.85 * count <= effective_trials(grown(noise(5, count))) <= count


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_identical_trials_are_one(count):
    assert effective_trials(grown(np.repeat(noise(1, 1), count, axis=0))) == 1


def test_alike_without_structure_lies_between():
    """By hand: 50 trials of mean correlation r are r + (1 - r) 50."""
    table = groups(3, [50], 0.6)
    mean = (np.corrcoef(table).sum() - 50) / (50 * 49)
    assert effective_trials(grown(table)) == round(mean + (1 - mean) * 50)


def test_the_order_of_the_trials_does_not_matter():
    table = groups(7, [10, 6, 3], 0.8)
    shuffled = table[np.random.default_rng(0).permutation(len(table))]
    assert effective_trials(grown(table)) == effective_trials(grown(shuffled)) == 3


def test_a_trial_too_short_to_compare_counts_by_itself():
    whole, short = grown(groups(1, [8, 8], 0.9)), grown(noise(2, 5, LEAST_MONTHS - 1))
    assert effective_trials([*whole, *short]) == 2 + 5
    assert effective_trials(short) == 5


def test_trials_of_other_years_are_not_known_to_be_alike():
    early, late = grown(groups(1, [8], 0.95), "1990-01"), grown(groups(1, [8], 0.95), "2010-01")
    assert effective_trials([*early, *late]) == 2


def test_a_trial_that_never_varied_counts_by_itself():
    still = [np.zeros((2, MONTHS)), *(np.full((2, MONTHS), growth) for growth in (0.003, 0.0047, 0.0101))]
    assert effective_trials(grown(np.vstack([groups(1, [8, 8], 0.9), *still]))) == 2 + 8


def test_a_month_without_value_is_left_out():
    table = groups(1, [8, 8], 0.9)
    table[::3, 10:40] = np.nan
    assert effective_trials(grown(table)) == 2


def test_a_sample_is_scaled_up():
    assert effective_trials(grown(groups(1, [8, 8], 0.9)), trials=1600) == 2
    assert effective_trials(grown(noise(2, 5, 10)), trials=1000) == 1000
    assert 850 <= effective_trials(grown(noise(5, 100)), trials=1000) <= 1000


def test_the_common_axis_by_hand():
    table = growth_table(
        [("2005-02", np.array([1, 2], dtype=np.float32)), ("2004-12", np.array([3], dtype=np.float32))]
    )
    np.testing.assert_array_equal(table, [[np.nan, np.nan, 1, 2], [3, np.nan, np.nan, np.nan]])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), holes=st.floats(0, 0.7))
def test_correlations_are_those_of_pandas(seed, holes):
    rng = np.random.default_rng(seed)
    table = noise(seed, 7, 60)
    table[rng.random(table.shape) < holes] = np.nan
    expected = pd.DataFrame(table.T).corr(min_periods=LEAST_MONTHS).to_numpy(copy=True)
    np.fill_diagonal(expected, 1.0)
    np.testing.assert_allclose(correlations(table), expected, atol=1e-9)


def silhouette(distance, labels):
    """Mean silhouette by its definition (Rousseeuw, 1987)."""
    values = []
    for k, label in enumerate(labels):
        own = [distance[k, j] for j in range(len(labels)) if labels[j] == label and j != k]
        others = [distance[k, labels == other].mean() for other in set(labels) - {label}]
        near = min(others)
        values.append((near - np.mean(own)) / max(near, np.mean(own)) if own else 0.0)
    return float(np.mean(values))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(3, 14), likeness=st.floats(0, 0.95))
def test_the_walk_down_the_tree_finds_what_a_slow_search_finds(seed, count, likeness):
    ways = noise(seed, 3)[np.random.default_rng(seed).integers(0, 3, count)]
    table = np.sqrt(likeness) * ways + np.sqrt(1 - likeness) * noise(seed + 1, count)
    distance = np.sqrt((1 - correlations(table)) / 2)
    tree = linkage(squareform(distance, checks=False), "average")
    scores = {k: silhouette(distance, fcluster(tree, k, "maxclust")) for k in range(2, count)}
    clusters, best = best_clustering(distance)
    assert best == pytest.approx(max(0.0, *scores.values()), abs=1e-12)
    if best > 0:
        assert scores[clusters] == pytest.approx(best, abs=1e-12)
