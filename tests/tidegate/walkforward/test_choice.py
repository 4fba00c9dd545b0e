import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.sweeps import Grid
from tidegate.sweeps.plan import Plan
from tidegate.walkforward.choice import choices, choose, levelled, rank_correlation
from tidegate.walkforward.windows import Window


def table(**columns):
    return pd.DataFrame({"member": [3, 5, 8], **columns})


def test_the_best_is_chosen_and_of_equals_the_lowest_number():
    assert choose(table(train=[0.1, 0.9, 0.2]), "train") == 5
    assert choose(table(train=[0.7, 0.2, 0.7]), "train") == 3


def test_rounding_decides_nothing():
    """Members 3 and 8 hold the same portfolio; whose last digit is larger is chance."""
    for noise in (-1e-15, 0.0, 1e-15, 3e-13):
        assert choose(table(train=[0.7, 0.2, 0.7 + noise]), "train") == 3
    one, other = pd.Series([1.0, 2.0, 2.0 + 1e-14, 3.0]), pd.Series([4.0, 6.0, 6.0 - 1e-14, 7.0])
    assert rank_correlation(one, other) == pytest.approx(1.0, abs=1e-12)
    assert np.isnan(rank_correlation(pd.Series([1.0, 1.0 + 1e-15]), pd.Series([1.0, 2.0])))


def test_scores_that_rounding_sets_apart_are_levelled():
    found = levelled(pd.Series([2.0 + 2e-11, np.nan, 1.0, 2.0, 2.0 + 9e-11, 2.1]))
    np.testing.assert_array_equal(found, [2.0, np.nan, 1.0, 2.0, 2.0, 2.1])
    assert np.isnan(levelled(pd.Series([np.nan, np.nan]))).all()
    assert len(levelled(pd.Series([], dtype=float))) == 0


def test_members_that_did_equally_well_count_half():
    days = pd.bdate_range("2020-01-01", periods=4)
    scores = {"train:0": [3.0, 2.0, 1.0, 0.0], "test:0": [0.5, 0.5 + 1e-15, 0.5 - 1e-15, 0.9]}
    plan = Plan(tg.Study.load("proxies"), Grid.of({"parameters": {"signal.regime.min_dwell": [1, 2, 3, 4]}}))
    found = choices(pd.DataFrame({"member": range(4), **scores}), plan, days, (Window(range(2), range(2, 4)),))
    assert found["member"].tolist() == [0]
    assert found["beaten"].tolist() == [pytest.approx((0.5 + 0.5 + 0.0) / 3)]


def test_who_has_no_score_is_never_chosen():
    assert choose(table(train=[np.nan, -2.0, np.nan]), "train") == 5
    assert choose(table(train=[0.1, 0.9, 0.2], whole=[0.0, np.nan, 0.0]), "train", also="whole") == 8


def test_nobody_eligible_is_an_error_in_words():
    with pytest.raises(tg.ConfigError, match=r"No member of the grid can be chosen.*--held"):
        choose(table(train=[np.nan] * 3), "train")
    with pytest.raises(tg.ConfigError, match="held for long enough over 2010-01-04 to 2014-12-29"):
        choose(table(train=[np.nan] * 3), "train", over="2010-01-04 to 2014-12-29")


def test_ranks_are_compared_where_both_are_defined():
    one, other = pd.Series([1.0, 2.0, 3.0, np.nan]), pd.Series([10.0, 30.0, 20.0, 5.0])
    assert rank_correlation(one, other) == pytest.approx(0.5)
    assert np.isnan(rank_correlation(pd.Series([1.0, 1.0]), pd.Series([1.0, 2.0])))
