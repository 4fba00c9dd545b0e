"""What scales exposures: the volatility target and the drawdown brake, alone and one after the other."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies.views import prices_of, view_of
from tests.worlds import random_prices
from tidegate.strategies import wrapped
from tidegate.strategies.wrappers.registry import all_wrappers

SWINGS = prices_of(MU=[100, 110, 99], BIL=[1] * 3)  # returns 10 % and -10 %
TARGET = 0.05 * np.sqrt(252)
LOSSES = prices_of(MU=[100, 79, 85, 89, 91, 101], BIL=[1] * 6)  # below the peak by 21, 15, 11, 9 and 0 %
RANDOM = random_prices("2024-01-02", "2024-03-28", ["MU", "SNDK", "BIL", "SHV"], seed=5)
TWO = {"speculative": ["MU", "SNDK"], "near_cash_flow": ["BIL", "SHV"]}


def held(view, speculative, near_cash_flow=0.0):
    index = view.regime.index
    return view.exposures(
        pd.Series(speculative, index=index, dtype=float), pd.Series(near_cash_flow, index=index, dtype=float)
    )


def factor(view, *exposures):
    (name,) = view.config.wrap
    return all_wrappers()[name](view, held(view, *exposures)).to_numpy()


def test_the_shipped_wrappers():
    assert sorted(all_wrappers()) == ["drawdown_brake", "vol_target"]


def test_vol_target_by_hand():
    """Deviations of the returns so far: unknown, 0.1 / sqrt 2, 0.1; half of it is aimed at."""
    view = view_of(SWINGS, wrap=["vol_target"], vol_target={"volatility": TARGET})
    np.testing.assert_allclose(factor(view, 1.0), [1.0, np.sqrt(0.5), 0.5], rtol=1e-12)
    np.testing.assert_allclose(factor(view, 0.8), [1.0, np.sqrt(0.5) / 0.8, 0.625], rtol=1e-12)


def test_vol_target_stops_at_the_declared_gross_and_at_one():
    calm = {"wrap": ["vol_target"], "vol_target": {"volatility": 2.0}}
    assert factor(view_of(SWINGS, **calm), 0.25)[1:].tolist() == [4.0, 4.0]
    assert factor(view_of(SWINGS, max_gross=0.5, **calm), 0.25)[1:].tolist() == [2.0, 2.0]
    assert factor(view_of(SWINGS, max_gross=3.0, **calm), 0.25)[1:].tolist() == [4.0, 4.0]  # nobody lends money
    short = factor(view_of(SWINGS, max_gross=2.0, **calm), -0.5, 0.5)
    np.testing.assert_allclose(short[1:], [2.0, 2.0])


def test_vol_target_leaves_what_does_not_move():
    view = view_of(SWINGS, wrap=["vol_target"])
    assert factor(view, 0.0, 1.0).tolist() == [1.0, 1.0, 1.0]
    assert factor(view, 0.0, 0.0).tolist() == [1.0, 1.0, 1.0]


def test_vol_target_looks_back_as_far_as_it_says():
    view = view_of(RANDOM, sleeves=TWO, wrap=["vol_target"], vol_target={"volatility": 0.01, "lookback": 10})
    growth = RANDOM[["MU", "SNDK"]].pct_change().mean(axis="columns")
    risk = growth.iloc[31:41].std() * np.sqrt(252)
    assert factor(view, 1.0)[40] == pytest.approx(0.01 / risk, rel=1e-12)


def test_the_brake_is_put_on_and_let_go_by_hand():
    view = view_of(LOSSES, wrap=["drawdown_brake"], drawdown_brake={"limit": 0.2, "release": 0.1, "keep": 0.4})
    assert factor(view, 1.0).tolist() == [1.0, 0.4, 0.4, 0.4, 1.0, 1.0]


def test_the_brake_is_put_on_at_its_limit_and_let_go_at_its_release():
    """Exactly a quarter below the peak, then exactly an eighth: both bounds count."""
    view = view_of(
        prices_of(MU=[64, 48, 52, 56, 64], BIL=[1] * 5),
        wrap=["drawdown_brake"],
        drawdown_brake={"limit": 0.25, "release": 0.125},
    )
    assert factor(view, 1.0).tolist() == [1.0, 0.5, 0.5, 1.0, 1.0]


def test_a_brake_with_release_zero_is_let_go_at_a_new_high():
    view = view_of(LOSSES, wrap=["drawdown_brake"], drawdown_brake={"limit": 0.2, "release": 0.0})
    assert factor(view, 1.0).tolist() == [1.0, 0.5, 0.5, 0.5, 0.5, 1.0]


def test_the_brake_counts_what_was_held_when_it_fell():
    """A fall in a session before which nothing, or half, was held; what is set afterwards counts only afterwards."""
    view = view_of(LOSSES, wrap=["drawdown_brake"])
    assert factor(view, [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]).tolist() == [1.0] * 6
    assert factor(view, [0.5, 1.0, 1.0, 1.0, 1.0, 1.0]).tolist() == [1.0] * 6
    assert factor(view, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]).tolist() == [1.0, *[0.5] * 5]


def test_without_wrappers_nothing_is_scaled():
    view = view_of(LOSSES)
    pd.testing.assert_frame_equal(wrapped(view, held(view, 0.6, 0.4)), held(view, 0.6, 0.4))


@pytest.mark.parametrize("order", [("vol_target", "drawdown_brake"), ("drawdown_brake", "vol_target")])
def test_each_wrapper_sees_what_the_one_before_it_left(order):
    parameters = {"vol_target": {"volatility": 0.1, "lookback": 10}, "drawdown_brake": {"limit": 0.04, "release": 0.01}}
    view = view_of(RANDOM, sleeves=TWO, wrap=order, **parameters)
    expected = held(view, 0.7, 0.3)
    for name in order:
        expected = expected.mul(all_wrappers()[name](view, expected), axis="index")
    found = wrapped(view, held(view, 0.7, 0.3))
    pd.testing.assert_frame_equal(found, expected)
    other = wrapped(view_of(RANDOM, sleeves=TWO, wrap=order[::-1], **parameters), held(view, 0.7, 0.3))
    assert not np.allclose(found, other)


@settings(max_examples=25, deadline=None)
@given(
    wrap=st.permutations(["vol_target", "drawdown_brake"]),
    share=st.floats(-1, 1),
    gross=st.floats(0.5, 2.0),
    aim=st.floats(0.01, 2.0),
)
def test_wrapped_exposures_are_finite_and_keep_their_signs_and_bounds(wrap, share, gross, aim):
    view = view_of(RANDOM, sleeves=TWO, wrap=wrap, max_gross=gross, vol_target={"volatility": aim})
    before = held(view, share * min(gross, 1), (1 - abs(share)) * min(gross, 1))
    after = wrapped(view, before)
    assert np.isfinite(after.to_numpy()).all()
    assert (np.sign(after) == np.sign(before)).all(axis=None)
    assert after.abs().sum(axis="columns").max() <= gross + 1e-12
    assert after.sum(axis="columns").max() <= 1 + 1e-12


@pytest.mark.parametrize("name", sorted(all_wrappers()))
@pytest.mark.parametrize("scale", [0.25, 1024.0, 3.7])
def test_the_unit_of_prices_does_not_matter(name, scale):
    parameters = {"wrap": [name], "sleeves": TWO, "drawdown_brake": {"limit": 0.05, "release": 0.02}}
    plain, scaled = factor(view_of(RANDOM, **parameters), 1.0), factor(view_of(RANDOM * scale, **parameters), 1.0)
    np.testing.assert_allclose(scaled, plain, rtol=0 if scale != 3.7 else 1e-12)
