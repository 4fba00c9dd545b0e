"""Standardisation by hand and against a slow loop; causal by construction."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import market_of, random_prices
from tidegate.data.clock import decision_instants
from tidegate.signals.config import SignalConfig
from tidegate.signals.history import unrevised
from tidegate.signals.known import Known
from tidegate.signals.standardise import standardise

PRICES = random_prices("2020-01-02", "2021-12-31", ["SPY"])
DECISIONS = decision_instants(PRICES.index[0], PRICES.index[-1])
CONFIG = SignalConfig(min_history_weeks=3, rolling_weeks=4, winsor=3.0)
KNOWN = Known(market_of(PRICES), DECISIONS, {}, CONFIG)


def series(values):
    return unrevised(pd.Series(values, index=DECISIONS[: len(values)], dtype=float))


def test_by_hand():
    values = series([1.0, 2.0, 3.0, np.nan, 6.0])
    np.testing.assert_allclose(
        standardise(values, "expanding", KNOWN), [np.nan, np.nan, 1.0, np.nan, 3 / np.std([1, 2, 3, 6], ddof=1)]
    )
    np.testing.assert_allclose(
        standardise(values, "anchored", KNOWN), [np.nan, np.nan, 3 / np.sqrt(14 / 3), np.nan, 6 / np.sqrt(50 / 4)]
    )
    np.testing.assert_allclose(standardise(values, "none", KNOWN), [1, 2, 3, np.nan, 3])


def test_zero_keeps_its_meaning_when_anchored():
    assert standardise(series([5.0, 4.0, 3.0, 0.0]), "anchored", KNOWN).iloc[-1] == 0.0
    assert standardise(series([5.0, 4.0, 3.0, 0.0]), "expanding", KNOWN).iloc[-1] < 0


@pytest.mark.parametrize("how", ["expanding", "anchored", "rolling", "none"])
def test_extremes_are_cut(how):
    calm = [0.01, -0.01] * 20
    known = Known(KNOWN.market, DECISIONS, {}, SignalConfig(min_history_weeks=3, rolling_weeks=40))
    assert standardise(series([*calm, 100.0]), how, known).iloc[-1] == 3.0
    assert standardise(series([*calm, -100.0]), how, known).iloc[-1] == -3.0


def test_what_never_varied_has_no_standard():
    assert standardise(series([2.0] * 6), "expanding", KNOWN).isna().all()
    assert standardise(series([0.0] * 6), "anchored", KNOWN).isna().all()


def slow(values, how):
    answers = []
    for row in range(len(values)):
        seen = values[: row + 1] if how != "rolling" else values[max(0, row - 3) : row + 1]
        seen = seen[~np.isnan(seen)]
        if np.isnan(values[row]) or len(seen) < 3:
            answers.append(np.nan)
            continue
        scale = np.sqrt(np.mean(seen**2)) if how == "anchored" else np.std(seen, ddof=1)
        centre = 0.0 if how == "anchored" else np.mean(seen)
        answers.append(np.clip((values[row] - centre) / scale, -3, 3) if scale > 1e-9 else np.nan)
    return np.array(answers)


VALUES = st.lists(st.sampled_from([np.nan, -7.0, -1.5, 0.5, 2.0, 3.25, 11.0]), min_size=1, max_size=40)


@settings(deadline=None)
@given(values=VALUES, how=st.sampled_from(["expanding", "anchored", "rolling"]))
def test_equals_a_slow_loop(values, how):
    ours = standardise(series(values), how, KNOWN).to_numpy()
    theirs = slow(np.array(values), how)
    both = ~np.isnan(theirs)
    np.testing.assert_allclose(ours[both], theirs[both], atol=1e-6)


@settings(deadline=None)
@given(values=VALUES, cut=st.integers(1, 40), how=st.sampled_from(["expanding", "anchored", "rolling", "none"]))
def test_the_past_does_not_depend_on_the_future(values, cut, how):
    whole = standardise(series(values), how, KNOWN).iloc[:cut]
    pd.testing.assert_series_equal(
        whole, standardise(series(values[:cut]), how, KNOWN), check_exact=True, check_freq=False
    )


@pytest.mark.parametrize(("every", "rows"), [("weekly", 3), ("daily", 15)])
def test_history_is_counted_in_weeks_whatever_the_clock(every, rows):
    assert Known(market_of(PRICES), DECISIONS, {}, CONFIG, every).min_count == rows
