"""What a callable brings along: arrays are named, settings and code are not."""

import functools

import numpy as np
import pandas as pd
import pytest

from tidegate.causality.state import state_checks

FITTED = np.arange(3.0)
TABLE = pd.DataFrame({"a": FITTED})
HELD = [FITTED, np.float64(1.5), TABLE["a"], TABLE, TABLE.index]
IDS = [type(value).__name__ for value in HELD]


def names(subject):
    return {check.column for check in state_checks(subject)}


def enclosing(value):
    def function(data):
        return data * value

    return function


class Model:
    def __init__(self, value):
        self.value = value

    def __call__(self, data):
        return data * self.value

    def predict(self, data):
        return data * self.value


def two(weights, data, *, window=3):
    return data * weights * window


@pytest.mark.parametrize("value", HELD, ids=IDS)
def test_closures_partials_instances_and_their_methods_are_looked_into(value):
    assert names(enclosing(value)) == {"value"}
    assert names(Model(value)) == {"value"}
    assert names(Model(value).predict) == {"value"}
    assert names(functools.partial(two, value)) == {"0"}
    assert names(functools.partial(two, window=value)) >= {"window"}
    assert names(functools.partial(enclosing(value), 1)) == {"value"}


def test_defaults_are_looked_into():
    def function(data, weights=FITTED, *, scale=TABLE, window=3):
        return data * weights * scale * window

    assert names(function) == {"weights", "scale"}


@pytest.mark.parametrize("value", [3, 0.5, "mean", None, (1, 2), sum, np.mean, np, pd.Timedelta(days=3)])
def test_settings_and_code_are_no_state(value):
    for subject in (enclosing(value), Model(value), Model(value).predict, functools.partial(two, value)):
        assert names(subject) == set()


@pytest.mark.parametrize("subject", [Model, sum, len, np.mean, pd.Series.rolling, two, functools.lru_cache(two)])
def test_plain_code_holds_nothing(subject):
    assert names(subject) == set()


def test_a_smell_says_what_it_is():
    (check,) = state_checks(enclosing(FITTED))
    assert (check.node, check.check, check.verdict) == ("output", "state", "smell")
    assert "ndarray 'value'" in check.note


def test_what_a_part_of_it_holds_is_found_too():
    """A pipeline holds its steps, a step its model, a model its coefficients."""
    assert names(Model([3, Model(FITTED)])) == {"value.1.value"}
    assert names(enclosing({"mean": FITTED, "window": 3})) == {"value.mean"}
