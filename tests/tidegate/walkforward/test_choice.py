import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.walkforward.choice import choose, rank_correlation


def table(**columns):
    return pd.DataFrame({"member": [3, 5, 8], **columns})


def test_the_best_is_chosen_and_of_equals_the_lowest_number():
    assert choose(table(train=[0.1, 0.9, 0.2]), "train") == 5
    assert choose(table(train=[0.7, 0.2, 0.7]), "train") == 3


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
