import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.backtests.measure_many import Segments
from tidegate.backtests.performance import sharpe_ratio
from tidegate.walkforward.scores import Scores, score

CRITERIA = ("sharpe", "sortino", "growth")


def sums_of(returns, bills, segment, count):
    """A slow loop over sessions; shape (1, count)."""
    table = np.zeros((5, 1, count))
    for gain, bill, place in zip(returns, bills, segment, strict=True):
        excess = gain - bill
        table[:, 0, place] += [1, excess, excess**2, min(excess, 0) ** 2, np.log1p(gain)]
    return Segments(*table)


def direct(criterion, returns, bills):
    excess = returns - bills
    if criterion == "sharpe":
        return sharpe_ratio(pd.Series(returns), pd.Series(bills))
    if criterion == "sortino":
        return excess.mean() / np.sqrt(np.mean(np.minimum(excess, 0) ** 2)) * np.sqrt(252)
    return np.log1p(returns).mean() * 252


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), criterion=st.sampled_from(CRITERIA))
def test_the_criterion_from_segments_is_that_of_the_returns(seed, criterion):
    rng = np.random.default_rng(seed)
    returns, bills = rng.normal(0.0004, 0.01, 120), rng.uniform(0, 0.0002, 120)
    edges = np.sort(rng.choice(np.arange(1, 120), 4, replace=False))
    begin, end = edges[0], edges[3]
    sets = {"a": np.arange(120) < edges[2], "b": (np.arange(120) >= begin) & (np.arange(120) < end)}
    scores = Scores.of({**sets, "all": np.ones(120, bool)}, criterion, held={})

    found = scores.columns(sums_of(returns, bills, scores.segment, int(scores.segment.max()) + 1))

    for name, rows in sets.items():
        if rows.sum() > 2:
            assert found[name][0] == pytest.approx(direct(criterion, returns[rows], bills[rows]), rel=1e-9)
    assert found["all"][0] == pytest.approx(direct(criterion, returns, bills), rel=1e-9)


def one(**sums):
    blank = dict.fromkeys(("count", "excess", "squares", "downside", "log_growth"), 0.0)
    return Segments(**{name: np.array([value]) for name, value in (blank | sums).items()})


def test_the_sharpe_ratio_by_hand():
    # +1 % and +3 %: mean 2 %, sample deviation sqrt(2) %
    found = score("sharpe", one(count=2.0, excess=0.04, squares=0.0010))
    assert found[0] == pytest.approx(np.sqrt(2.0) * np.sqrt(252))


@pytest.mark.parametrize(
    ("criterion", "sums"),
    [
        ("sharpe", {"count": 1.0, "excess": 0.01, "squares": 1e-4}),
        ("sharpe", {"count": 250.0, "excess": 0.25, "squares": 250 * 1e-6}),  # the same return every day
        ("sortino", {"count": 9.0, "excess": 0.25, "squares": 0.1}),  # nothing below bills
        ("growth", {"count": 9.0, "log_growth": np.nan}),  # worthless
        ("growth", {}),
    ],
)
def test_what_is_not_defined_is_not_a_number(criterion, sums):
    assert np.isnan(score(criterion, one(**sums))).all()


def test_who_was_not_held_long_enough_has_no_score():
    sets = {"train:0": np.arange(10) < 8, "test:0": np.arange(10) >= 8}
    rng = np.random.default_rng(1)
    returns, bills = rng.normal(0, 0.01, 10), np.zeros(10)

    def scored(held):
        scores = Scores.of(sets, "sharpe", held={"train:0": held})
        sums = sums_of(returns[2:], bills[2:], scores.segment[2:], 2)  # two sessions late
        return scores.columns(sums)

    assert np.isnan(scored(1.0)["train:0"]).all()
    assert np.isnan(scored(0.76)["train:0"]).all()
    assert np.isfinite(scored(0.75)["train:0"]).all()
    assert np.isfinite(scored(1.0)["test:0"]).all()
