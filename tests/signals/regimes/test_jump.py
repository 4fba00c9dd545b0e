"""The jump model: recovered plateaus, every path tried, and the library of its authors."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jumpmodels.jump import JumpModel

from tests.worlds import market_of, random_prices
from tidegate.signals.config import SignalConfig
from tidegate.signals.known import Known
from tidegate.signals.regimes.jump import _best_so_far, best_path, fit_centres, jump, online_states

CENTRES = np.array([[-1.0, 0.2, 1.5]])


def path_cost(values, states, penalty):
    states = np.asarray(states)
    return 0.5 * ((values - CENTRES[0][states]) ** 2).sum() + penalty * (states[1:] != states[:-1]).sum()


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.floats(-3, 3), min_size=1, max_size=6), penalty=st.floats(0.0, 3.0))
def test_against_every_path(values, penalty):
    values, costs = np.array(values), np.array([penalty])
    every = {states: path_cost(values, states, penalty) for states in product(range(3), repeat=len(values))}
    found = best_path(values, CENTRES, costs)
    assert found.cost[0] == pytest.approx(min(every.values()), abs=1e-12)
    assert path_cost(values, found.states[:, 0], penalty) == pytest.approx(min(every.values()), abs=1e-12)
    ends = [min(cost for states, cost in every.items() if states[-1] == last) for last in range(3)]
    called = online_states(values, CENTRES, costs)[-1, 0]
    assert ends[called] == pytest.approx(min(ends), abs=1e-12)


def test_online_waits_for_the_evidence():
    # A jump from -1 to 1.5 costs 7; a week at 1.5 in the wrong state costs 3.125: the third one pays for it.
    values = np.array([-1.0] * 10 + [1.5] * 4)
    assert online_states(values, CENTRES, np.array([7.0]))[:, 0].tolist() == [0] * 12 + [2] * 2
    assert best_path(values, CENTRES, np.array([7.0])).states[:, 0].tolist() == [0] * 10 + [2] * 4


def noisy(seed):
    rng = np.random.default_rng(seed)
    return np.repeat(rng.choice([-1.3, 0.0, 1.1], 30), 8) + rng.normal(0, 0.5, 240)


def wandering(seed):
    return 0.4 * np.random.default_rng(seed).normal(size=240).cumsum() * 0.4


@pytest.mark.parametrize("penalty", [1.0, 4.0])
@pytest.mark.parametrize("values", [noisy(1), noisy(2), wandering(3), wandering(4)])
def test_against_the_library(values, penalty):
    oracle = JumpModel(n_components=3, jump_penalty=penalty, random_state=0).fit(values[:, np.newaxis], sort_by="freq")
    costs = np.array([penalty])
    ours = fit_centres(values, costs)
    assert best_path(values, ours, costs).cost[0] <= oracle.val_ * 1.005  # both descend; neither is sure of the bottom
    theirs = oracle.centers_
    rising = np.sort(theirs[:, 0])[np.newaxis]
    assert best_path(values, rising, costs).cost[0] == pytest.approx(oracle.val_)
    online = theirs[:, 0].argsort().argsort()[oracle.predict_online(values[:, np.newaxis])]
    assert online_states(values, rising, costs)[:, 0].tolist() == online.tolist()


def test_penalties_are_fitted_side_by_side_as_alone():
    values, penalties = noisy(5), np.array([0.5, 2.0, 8.0])
    together = fit_centres(values, penalties)
    alone = [fit_centres(values, penalties[[k]])[0] for k in range(3)]
    np.testing.assert_array_equal(together, alone)


def test_states_that_nobody_takes_do_not_disturb_the_order():
    lopsided = np.array([0.0] * 90 + [100.0] * 10)
    centres = fit_centres(lopsided, np.array([1e9]))[0]  # no jump pays: one state at the mean, two left over
    assert 10.0 in centres
    assert (np.diff(centres) >= 0).all()


def called(level, **changes):
    index = pd.date_range("2010-01-07", periods=len(level), freq="7D", tz="UTC")
    market = market_of(random_prices("2010-01-04", "2010-02-26", ["IGV"]))
    config = SignalConfig(jump={"min_weeks": 60, "refit_weeks": 10, **changes})
    known = Known(market, index, {"speculative": ("IGV",), "near_cash_flow": ()}, config)
    return jump(pd.Series(level, index), known)


def test_plateaus_are_recovered():
    plateaus = np.repeat([0.0, 1.5, -1.5, 0.0, -1.5, 1.5, -1.5, 0.0], 20)
    level = plateaus + np.random.default_rng(0).normal(0, 0.2, len(plateaus))
    names = pd.Series(np.sign(plateaus)).map({-1.0: "SCARCE", 0.0: "NEUTRAL", 1.0: "ABUNDANT"}).to_numpy()
    found = called(level).to_numpy()
    late = np.arange(len(level)) % 20 < 6  # the evidence is still coming in
    assert pd.isna(found[:59]).all()
    assert (found[59:] == names[59:])[~late[59:]].all()


def test_the_penalty_is_the_one_whose_calls_fared_best():
    values = np.array([0.0, 0.0, 1.0, 1.0, 5.0])
    # Two rows later the levels were 1, 1, 5; the record of row 0 does not exist yet, and rows 3 and 4 have no answer.
    foretold = np.array([[np.nan] * 3, [0.0, 1.0, 2.0], [4.0, 1.0, 9.0], [1.0, 5.0, 5.0], [1.0, 5.0, 5.0]])
    assert _best_so_far(values, foretold, 2) == 0  # 1 + 1 against 0 + 16 and 1 + 16
    assert _best_so_far(values[:4], foretold, 2) == 1
    assert _best_so_far(values[:3], foretold, 2) == 1  # no record: the middle
    assert _best_so_far(values[:1], foretold, 2) == 1


def test_a_dear_jump_changes_less_often():
    level = noisy(6)
    flips = [(x := called(level, penalties=[penalty]).dropna()).ne(x.shift()).sum() for penalty in (0.5, 4.0, 32.0)]
    assert flips[0] > flips[1] > flips[2]
