"""Every planted leak is caught and located, and no honest function is flagged."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tests.tidegate.causality import gallery
from tests.tidegate.causality.gallery import HONEST, LEAKS, SUMMATION
from tidegate.backtests import lag
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.signals import all_classifiers, all_indicators


def audited(plant):
    return tg.audit(plant.subject, plant.data(), **plant.options)


@pytest.mark.parametrize("plant", LEAKS, ids=lambda plant: plant.name)
def test_a_planted_leak_is_caught_and_located(plant):
    found = audited(plant)
    assert {row.node for row in found.leaks} == {plant.node}
    assert plant.checks <= {row.check for row in found.leaks}
    assert all(set(row.series) <= set(plant.series) for row in found.leaks)  # the winners differ from day to day
    assert all(row.series for row in found.leaks) == bool(plant.series)


def test_a_leak_of_one_month_is_dated():
    plant = next(plant for plant in LEAKS if plant.subject is gallery.one_month)
    (leak,) = tg.audit(plant.subject, plant.data(), jobs=0).leaks
    data, moved = plant.data(), leak.first.tz_localize(None)
    gained = data["price"].pct_change(fill_method=None)
    assert f"{moved:%Y-%m}" == "2013-06"
    assert leak.expected == gained.shift(-1)[moved]
    assert np.isnan(leak.found)


def test_series_that_leak_only_together_are_named_together():
    """Of two equal columns, one that ends is not missed."""
    data = gallery.frame().assign(twin=lambda table: table["price"])

    def larger(data):
        return data[["price", "twin"]].max(axis="columns").shift(-1)

    leaks = {row.check: row.series for row in tg.audit(larger, data, jobs=0).leaks}
    assert leaks[gallery.CUT] == ("price", "twin")


def test_weights_that_leak_leave_their_exposures_alone():
    plant = next(plant for plant in LEAKS if plant.node == "weights")
    verdicts = {(row.node, row.verdict) for row in tg.audit(plant.subject, plant.data(), jobs=0).rows}
    assert verdicts == {("exposures", "pass"), ("weights", "leak")}


def test_a_fill_at_the_bar_of_its_decision_is_caught(monkeypatch):
    monkeypatch.setattr(lag, "fill_sessions", gallery.same_bar)
    found = tg.audit(gallery.study(), gallery.economy(), depth="quick")
    assert {(row.node, row.check) for row in found.leaks} == {("fill", "knowledge time")}


def test_a_scaler_that_was_fitted_before_the_audit_smells():
    data = gallery.frame()
    for fitted in (gallery.FittedWhenBuilt(data), gallery.FittedWhenBuilt(data).__call__):
        found = tg.audit(fitted, data, jobs=0)
        assert found.passed
        assert {row.check for row in found.smells} == {"state"}
        assert "scaler.mean_" in {row.column for row in found.smells}


WEIGHTS = np.array([0.5, 0.5])


def weighted(data):
    return data["signal"] * WEIGHTS[0]


def scaled(data, mean):
    return data["signal"] - mean


def closed_over(mean):
    def subtracted(data):
        return data["signal"] - mean

    return subtracted


def test_what_a_function_brings_along_smells():
    data = gallery.frame()
    mean = data["signal"].mean()
    brought = {"WEIGHTS": weighted, "mean": partial(scaled, mean=mean)}
    for name, function in (*brought.items(), ("mean", closed_over(mean))):
        assert [row.column for row in tg.audit(function, data, jobs=0).smells] == [name]
    assert tg.audit(partial(scaled, mean=2), data, jobs=0).smells == ()


@pytest.mark.parametrize("plant", HONEST, ids=lambda plant: plant.name)
def test_an_honest_function_is_not_flagged(plant):
    found = audited(plant)
    assert found.leaks == ()
    assert found.smells == ()
    assert found.refused == ()
    assert found.cuts >= 12


@pytest.mark.parametrize("plant", [plant for plant in HONEST if plant.name in SUMMATION], ids=lambda plant: plant.name)
def test_exact_comparison_would_cry_wolf(plant):
    data = plant.data()
    whole, part = plant.subject(data), plant.subject(data.iloc[:500])
    assert not whole.iloc[:500].equals(part)
    pd.testing.assert_series_equal(whole.iloc[:500], part, rtol=1e-12)
    assert tg.audit(plant.subject, data, jobs=0).rounded > 0


@pytest.fixture(scope="module")
def long_economy():
    return make_economy(EconomyConfig(first_session="2013-01-02", last_session="2018-06-29"))


@pytest.mark.parametrize("entry", all_indicators(), ids=lambda entry: entry.id)
def test_a_shipped_indicator_passes(long_economy, entry):
    found = tg.audit(entry, long_economy, depth="quick", cuts=4)
    assert found.cuts == 4
    assert found.leaks == ()
    assert found.refused == ()


@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_a_shipped_classifier_passes(entry):
    short = ["signal.markov.min_weeks=80", "signal.markov.refit_weeks=104", f"signal.classifier={entry.name}"]
    study = tg.Study.load("proxies", [*gallery.SHORT, *short])
    found = tg.audit(study, gallery.economy(), depth="quick", cuts=3)
    assert found.leaks == ()
    assert found.refused == ()
