"""Changes of the future: what each kind does to one column, and that the past stays as it was, bit by bit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.causality.change import CUT, SCRAMBLES, Change, changed_levels, factors

AT = pd.Timestamp("2020-01-03 22:00", tz="UTC")
LATE = np.array([False, False, True, True])
IN_PLACE = tuple(kind for kind in SCRAMBLES if kind != "revise")
POSITIVE = st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=12)
ANY = st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), min_size=1, max_size=12)


def changed(values, late, kind, *, positive, seed=0):
    change = Change(kind, AT, seed)
    return changed_levels(np.array(values, dtype=float), late, change, change.generator(), positive=positive)


def late_from(values, first):
    return np.arange(len(values)) >= first


@pytest.mark.parametrize(
    ("kind", "positive", "expected"),
    [
        ("sign", False, [2.0, 4.0, -8.0, -1.0]),
        ("sign", True, [2.0, 4.0, 2.0, 16.0]),  # 4 squared over 8, and over 1: mirrored at the last known 4
        ("duplicate", True, [2.0, 4.0, 4.0, 4.0]),
        ("duplicate", False, [2.0, 4.0, 4.0, 4.0]),
        ("delete", True, [2.0, 4.0, np.nan, np.nan]),
    ],
)
def test_by_hand(kind, positive, expected):
    np.testing.assert_array_equal(changed([2.0, 4.0, 8.0, 1.0], LATE, kind, positive=positive), expected)


def test_the_last_known_value_is_the_last_number():
    np.testing.assert_array_equal(changed([2.0, np.nan, 8.0, 1.0], LATE, "duplicate", positive=True), [2, np.nan, 2, 2])
    np.testing.assert_array_equal(
        changed([np.nan, np.nan, 8.0, 4.0], LATE, "sign", positive=True), [np.nan, np.nan, 1 / 8, 1 / 4]
    )


@pytest.mark.parametrize("kind", IN_PLACE)
@given(values=ANY, first=st.integers(0, 12), seed=st.integers(0, 9))
def test_the_past_is_bit_identical(kind, values, first, seed):
    late = late_from(values, first)
    new = changed(values, late, kind, positive=False, seed=seed)
    assert new[~late].tobytes() == np.array(values)[~late].tobytes()


@pytest.mark.parametrize("kind", SCRAMBLES)
@given(values=POSITIVE, first=st.integers(0, 12), seed=st.integers(0, 9))
def test_positive_stays_positive_and_finite(kind, values, first, seed):
    new = changed(values, late_from(values, first), kind, positive=True, seed=seed)
    assert (new[~np.isnan(new)] > 0).all()
    assert not np.isinf(new).any()


@given(values=POSITIVE, first=st.integers(0, 12), seed=st.integers(0, 9))
def test_revise_leaves_every_ratio_to_the_last_bit_and_moves_every_level(values, first, seed):
    old, new = np.array(values), changed(values, late_from(values, first), "revise", positive=True, seed=seed)
    np.testing.assert_array_equal(new[1:] / new[:-1], old[1:] / old[:-1])
    assert (new != old).all()


@pytest.mark.parametrize("kind", SCRAMBLES)
def test_every_kind_changes_the_future(kind):
    values = np.linspace(1.0, 9.0, 200)
    late = late_from(values, 50)
    assert not np.array_equal(changed(values, late, kind, positive=True)[late], values[late], equal_nan=True)


@pytest.mark.parametrize("kind", SCRAMBLES)
def test_the_values_that_were_given_stay_as_they_were(kind):
    values = np.array([2.0, 4.0, 8.0, 1.0])
    changed_levels(values, LATE, Change(kind, AT), np.random.default_rng(0), positive=True)
    assert values.tolist() == [2.0, 4.0, 8.0, 1.0]


@pytest.mark.parametrize("kind", SCRAMBLES)
def test_the_same_seed_gives_the_same_future(kind):
    values = np.linspace(1.0, 9.0, 40)
    late = late_from(values, 5)
    first, again = (changed(values, late, kind, positive=True, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_another_seed_and_another_instant_give_another_future():
    noise = [
        Change("noise", at, seed).generator().normal()
        for at, seed in ((AT, 0), (AT, 1), (AT + pd.Timedelta(1, "ns"), 0))
    ]
    assert len(set(noise)) == 3


def test_an_instant_before_1970_has_noise_too():
    assert np.isfinite(Change("noise", pd.Timestamp("1950-01-02", tz="UTC")).generator().normal())


def test_how_often_each_kind_strikes():
    rng = np.random.default_rng(0)
    count = 20_000
    assert np.isnan(factors("missing", count, rng)).mean() == pytest.approx(1 / 3, abs=0.01)
    outliers = factors("outlier", count, rng)
    assert set(outliers) == {1.0, 1e3}
    assert (outliers == 1e3).mean() == pytest.approx(0.1, abs=0.01)
    assert (factors("noise", count, rng) < 0).mean() == pytest.approx(0.5, abs=0.02)
    assert (factors("noise", count, rng, positive=True) > 0).all()
    assert (factors("sign", count, rng) == -1.0).all()
    assert np.isnan(factors("delete", count, rng)).all()


def test_a_cut_of_some_series_is_their_deletion_and_a_scramble_stays_what_it_was():
    assert Change(CUT, AT, 4).of(("a",)) == Change("delete", AT, 4, ("a",))
    assert Change("noise", AT, 4).of(("a", "b")) == Change("noise", AT, 4, ("a", "b"))


def test_what_a_change_touches():
    assert Change("noise", AT).touches("a")
    assert Change("noise", AT, only=("a",)).touches("a")
    assert not Change("noise", AT, only=("a",)).touches("b")
    assert not Change("noise", AT, only=()).touches("a")
