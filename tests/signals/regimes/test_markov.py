"""Markov switching: recovered plateaus, a slow Hamilton filter, fits that do not converge."""

import logging

import numpy as np
import pandas as pd
import pytest

from tests.worlds import market_of, random_prices
from tidegate.signals.config import SignalConfig
from tidegate.signals.known import Known
from tidegate.signals.regimes.markov import filtered, likeliest, markov, markov_fits

PLATEAUS = np.repeat([0.0, 1.5, -1.5, 0.0, -1.5, 1.5, -1.5, 0.0], 20)
NAMES = pd.Series(np.sign(PLATEAUS)).map({-1.0: "SCARCE", 0.0: "NEUTRAL", 1.0: "ABUNDANT"}).to_numpy()
NOISE = np.random.default_rng(0).normal(0, 0.2, len(PLATEAUS))


def given(level, **changes):
    index = pd.date_range("2010-01-07", periods=len(level), freq="7D", tz="UTC")
    market = market_of(random_prices("2010-01-04", "2010-02-26", ["IGV"]))
    config = SignalConfig(markov={"min_weeks": 60, "refit_weeks": 50, **changes})
    return pd.Series(level, index), Known(market, index, {"speculative": ("IGV",), "near_cash_flow": ()}, config)


def test_plateaus_are_recovered():
    found = markov(*given(PLATEAUS + NOISE)).to_numpy()
    assert pd.isna(found[:59]).all()
    assert (found[59:] == NAMES[59:]).all()


def test_the_means_and_the_variance_are_recovered():
    last = list(markov_fits(*given(PLATEAUS + NOISE)))[-1]
    assert last.converged
    assert last.refit == (160, 160)
    np.testing.assert_allclose(np.sort(last.params[6:9]), [-1.5, 0.0, 1.5], atol=0.1)
    assert last.params[9] == pytest.approx(0.04, abs=0.01)


# Moves out of each state: p[0->0], p[1->0], p[2->0], p[0->1], p[1->1], p[2->1]; means; variance.
PARAMS = np.array([0.9, 0.05, 0.02, 0.06, 0.85, 0.08, 0.3, -0.8, 1.1, 0.25])


def slow_hamilton(values, params):
    """Hamilton (1989), by the book: foretell, weigh by the density, divide by the sum."""
    moves = np.array([[params[0], params[3]], [params[1], params[4]], [params[2], params[5]]])
    moves = np.column_stack([moves, 1 - moves.sum(axis=1)])  # from state (row) to state (column)
    likely = np.linalg.matrix_power(moves, 4096)[0]  # the stationary distribution
    rows = []
    for value in values:
        ahead = [sum(likely[i] * moves[i, j] for i in range(3)) for j in range(3)]
        density = [np.exp(-((value - params[6 + j]) ** 2) / (2 * params[9])) for j in range(3)]
        joint = np.array([ahead[j] * density[j] for j in range(3)])
        likely = joint / joint.sum()
        rows.append(likely)
    return np.array(rows)


def test_filtered_probabilities_against_a_slow_loop():
    values = np.random.default_rng(1).normal(0.2, 1.0, 50)
    np.testing.assert_allclose(filtered(values, PARAMS), slow_hamilton(values, PARAMS), rtol=1e-9, atol=1e-12)


def test_states_are_named_by_their_mean():
    values = np.array([-0.8, 1.1, 0.3, 0.3])  # in PARAMS the second mean is the lowest
    assert slow_hamilton(values, PARAMS).argmax(axis=1).tolist() == [1, 2, 0, 0]
    assert likeliest(values, PARAMS).tolist() == [0, 2, 1, 1]


def test_a_level_beyond_every_density_calls_nothing():
    assert likeliest(np.array([-0.8, 1.1, 5000.0, 1.1]), PARAMS).tolist() == [0, 2, -1, -1]


def test_every_call_is_the_likeliest_state_of_the_fit_in_force():
    rng = np.random.default_rng(2)
    level, known = given(np.repeat(rng.choice([-1.0, 0.0, 1.0], 16), 10) + rng.normal(0, 0.4, 160))
    found = markov(level, known)
    for fit in markov_fits(level, known):
        likely = slow_hamilton(level.to_numpy()[: fit.refit.until], fit.params)[fit.refit.rows]
        by_mean = np.array(["SCARCE", "NEUTRAL", "ABUNDANT"])[fit.params[6:9].argsort().argsort()]
        assert found.iloc[fit.refit.rows].tolist() == by_mean[likely.argmax(axis=1)].tolist()


def test_probabilities_do_not_look_ahead():
    values = PLATEAUS + NOISE
    whole = filtered(values, PARAMS)
    for cut in (1, 7, 63, 64, 150):
        np.testing.assert_array_equal(filtered(values[:cut], PARAMS), whole[:cut])


def test_a_fit_that_does_not_converge_holds_the_one_before_and_says_so(caplog):
    """Levels that never move have no maximum, and none of them can be computed beside an absurd one."""
    flat = [0.0] * 60
    absurd = np.where(np.arange(50) == 40, 1e160, NOISE[:50])
    level, known = given(np.concatenate([flat, PLATEAUS[:50] + NOISE[:50], absurd]))
    with caplog.at_level(logging.WARNING):
        fits = list(markov_fits(level, known))
    assert [fit.converged for fit in fits] == [False, True, False]
    assert fits[0].params is None
    assert fits[2].params is fits[1].params
    assert len(caplog.messages) == 2
    assert f"Markov fit of {level.index[59].date()} did not converge" in caplog.messages[0]
    assert f"Markov fit of {level.index[159].date()} did not converge" in caplog.messages[1]
    found = markov(level.iloc[:150], known)
    assert found.iloc[:109].isna().all()
    assert found.iloc[109:].notna().all()
