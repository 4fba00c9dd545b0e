"""The plan: where the future is cut, and what such a plan can miss."""

import itertools
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.causality.change import CUT
from tidegate.causality.plan import EFFORT, FUNCTION_EFFORT, Change, Effort, Trial, chance_to_miss, spread, trials

WEEKS = pd.date_range("2018-01-04 22:00", "2021-12-30 22:00", freq="7D", tz="UTC")
KINDS, SERIES = ("noise", "sign", "delete"), ("a", "b", "c", "d")
NONE = WEEKS[:0]


def rng(seed=0):
    return np.random.default_rng(seed)


def planned(effort, turned=NONE, *, seed=0, decisions=WEEKS):
    return trials(decisions, turned, effort, kinds=KINDS, series=SERIES, seed=seed)


def of(check, made):
    return [trial for trial in made if trial.check == check]


def ats(check, made):
    return pd.DatetimeIndex([trial.change.at for trial in of(check, made)])


@given(seed=st.integers(0, 999))
def test_one_in_each_month(seed):
    places = spread(WEEKS, "monthly", rng(seed))
    assert places.isin(WEEKS).all()
    assert [(each.year, each.month) for each in places] == list(itertools.product(range(2018, 2022), range(1, 13)))


def test_months_without_a_decision_have_none():
    weeks = pd.date_range("2010-01-07 22:00", "2019-12-26 22:00", freq="7D", tz="UTC")
    some = weeks[(weeks.month != 3) & (weeks.year != 2017)]
    months = sorted({(each.year, each.month) for each in some})
    assert [(each.year, each.month) for each in spread(some, "monthly", rng())] == months


@given(seed=st.integers(0, 999), count=st.integers(1, 250))
def test_one_in_each_of_equal_spans(seed, count):
    places = spread(WEEKS, count, rng(seed))
    assert len(places) == min(count, len(WEEKS))
    assert places.is_monotonic_increasing
    assert places.is_unique
    rows = WEEKS.get_indexer(places)
    edges = np.arange(len(places) + 1) * len(WEEKS) // len(places)
    assert (edges[:-1] <= rows).all()
    assert (rows < edges[1:]).all()


def test_every_decision_of_a_span_can_be_drawn():
    drawn = {tuple(spread(WEEKS[:6], 2, rng(seed))) for seed in range(200)}
    assert drawn == set(itertools.product(WEEKS[:3], WEEKS[3:6]))


@pytest.mark.parametrize("places", ["all", len(WEEKS), len(WEEKS) + 1])
def test_all_of_them(places):
    assert spread(WEEKS, places, rng()).equals(WEEKS)


@pytest.mark.parametrize("places", [0, 1, 3, "monthly", "all"])
def test_no_decision_at_all(places):
    assert len(spread(NONE, places, rng())) == 0


def test_none_wanted():
    assert len(spread(WEEKS, 0, rng())) == 0


@pytest.mark.parametrize("touched", range(1, 13))
def test_the_chance_to_miss_bounds_every_leak_that_there_can_be(touched):
    """Three cuts, one in each of three spans of four decisions; a leak may touch any `touched` of the twelve."""
    bound = chance_to_miss(touched / 12, cuts=3, decisions=12)
    chances = []
    for leak in itertools.combinations(range(12), touched):
        counts = [sum(row // 4 == span for row in leak) for span in range(3)]
        chances.append(np.prod([1 - count / 4 for count in counts]))
    assert max(chances) <= bound + 1e-12
    if touched % 3 == 0:  # as many in each span: the worst case is met
        assert max(chances) == pytest.approx(bound)


@pytest.mark.parametrize("touched", range(1, 11))
def test_cuts_at_flips_bound_what_lies_without_regard_to_them_and_not_what_avoids_them(touched):
    """Two flips beside three random cuts: the bound holds on average over all leaks, and fails for one of them."""
    bound = chance_to_miss(touched / 12, cuts=5, decisions=12)
    chances = []
    for leak in itertools.combinations(range(12), touched):
        counts = [sum(row // 4 == span for row in leak) for span in range(3)]
        chances.append(np.prod([1 - count / 4 for count in counts]) if not {4, 5} & set(leak) else 0.0)
    assert np.mean(chances) <= bound + 1e-12
    if touched <= 6:
        assert max(chances) > bound


def test_a_leak_touches_at_least_one_decision_and_all_cuts_miss_nothing():
    assert chance_to_miss(0.0, cuts=3, decisions=10) == pytest.approx(0.9**3)
    assert chance_to_miss(0.0, cuts=10, decisions=10) == 0.0


def test_a_short_sample_is_cut_more_often_than_monthly():
    days = pd.date_range("2024-01-01", periods=59, tz="UTC")
    assert len(spread(days, "monthly", rng())) == 40


def test_more_cuts_and_larger_leaks_are_missed_less():
    by_cuts = [chance_to_miss(0.01, cuts=cuts, decisions=1000) for cuts in (0, 10, 100, 500, 1000)]
    by_share = [chance_to_miss(share, cuts=40, decisions=1000) for share in (0.001, 0.01, 0.1, 0.5)]
    assert by_cuts[0] == 1.0
    assert by_cuts[-1] == 0.0
    assert by_cuts == sorted(by_cuts, reverse=True)
    assert by_share == sorted(by_share, reverse=True)


def test_a_quick_plan_is_a_few_other_futures():
    made = planned(EFFORT["quick"], WEEKS[5:9])
    checks = Counter((trial.check, trial.change.kind) for trial in made)
    assert checks == {("prefix invariance", CUT): 2, ("future scramble", "noise"): 1}


def test_a_default_plan_of_a_study():
    made = planned(EFFORT["default"], WEEKS[[5, 100]])
    cuts = ats("prefix invariance", made)
    assert set(WEEKS[[4, 5, 99, 100]]) <= set(cuts)  # what sees a flip one step ahead shows just before it
    assert 24 <= len(cuts) <= 28
    assert len(of("future scramble", made)) == 2 * len(KINDS)
    assert {trial.change.only for trial in made} == {None}
    assert len(of("append invariance", made)) == 2
    assert len(of("one decision alone", made)) == 48
    assert len(made) == len(cuts) + 2 * len(KINDS) + 2 + 48


def test_a_default_plan_of_a_function_cuts_every_month_and_asks_nothing_alone():
    made = planned(FUNCTION_EFFORT["default"])
    assert len(of("prefix invariance", made)) == 48
    assert len(of("future scramble", made)) == 4 * len(KINDS)
    assert len(of("append invariance", made)) == 4
    assert not of("one decision alone", made)


def test_a_deep_plan_cuts_everywhere_and_scrambles_every_series():
    made = planned(EFFORT["deep"], WEEKS[[5]])
    assert ats("prefix invariance", made).equals(WEEKS)
    assert ats("one decision alone", made).equals(WEEKS)
    scrambles = of("future scramble", made)
    assert len(scrambles) == len(KINDS) * (40 + len(SERIES))
    single = [(trial.change.kind, trial.change.only) for trial in scrambles if trial.change.only]
    assert single == [(kind, (name,)) for kind in KINDS for name in SERIES]
    assert len(of("append invariance", made)) == 20
    assert FUNCTION_EFFORT["deep"] == EFFORT["deep"]


def test_an_append_compares_neighbours():
    appends = of("append invariance", planned(EFFORT["deep"]))
    assert all(WEEKS.get_loc(trial.to) == WEEKS.get_loc(trial.change.at) + 1 for trial in appends)
    assert all(trial.change.kind == CUT for trial in appends)
    assert all(trial.to is None for trial in planned(EFFORT["deep"]) if trial.check != "append invariance")


def test_flips_are_cut_once_each_even_where_a_random_cut_falls_on_them():
    effort = Effort(cuts="all", flips=True, scrambles=0, each_series=False, appends=0, alone=0)
    assert planned(effort, WEEKS[[3, 7]]) == [Trial("prefix invariance", Change(CUT, at)) for at in WEEKS]
    few = Effort(cuts=0, flips=True, scrambles=0, each_series=False, appends=0, alone=0)
    assert ats("prefix invariance", planned(few, WEEKS[[3, 7]])).equals(WEEKS[[2, 3, 6, 7]])
    assert ats("prefix invariance", planned(few, WEEKS[[0, 1]])).equals(WEEKS[[0, 1]])


def test_one_decision_has_no_neighbour():
    made = planned(EFFORT["default"], decisions=WEEKS[:1])
    assert not of("append invariance", made)
    assert len(of("prefix invariance", made)) == 1


def test_seeded():
    first, again, other = (planned(EFFORT["default"], seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert {trial.change.seed for trial in of("future scramble", other)} == {2}
