"""Which series carry a leak: exactly those that the function looks ahead in."""

import itertools

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tests.worlds import market_of, random_prices, release_rows
from tidegate.causality.change import CUT, Change
from tidegate.causality.locate import END, offending_series
from tidegate.causality.nodes import Node
from tidegate.causality.plan import Trial
from tidegate.causality.subjects import Case, subject_of
from tidegate.causality.worlds import world_of

NAMES = tuple("abcdefg")
INDEX = pd.date_range("2020-01-01", periods=40, freq="D", tz="UTC")
DATA = pd.DataFrame(np.random.default_rng(0).lognormal(size=(40, len(NAMES))), INDEX, list(NAMES))
AT = INDEX[20]


def located(function, change, data=DATA, node="output", **options):
    subject, world = subject_of(function), world_of(data)
    case = Case(subject, world, subject.nodes(world))
    return offending_series(Trial("prefix invariance", change), node, case, **options)


def ahead_in(names):
    names = list(names)
    return lambda data: data.sum(axis="columns") + data[names].shift(-1).sum(axis="columns")


@pytest.mark.parametrize(
    "names", [*[group for count in (1, 2, 3) for group in itertools.combinations(NAMES, count)][::3], NAMES]
)
@pytest.mark.parametrize("kind", [CUT, "noise", "delete"])
def test_exactly_the_series_that_it_looks_ahead_in(names, kind):
    assert located(ahead_in(names), Change(kind, AT)) == names


def test_a_leak_through_the_length_alone_is_one_through_the_end():
    assert located(lambda data: data["a"] / len(data), Change(CUT, AT)) == (END,)
    assert located(lambda data: data["a"] * 0 + np.random.default_rng(len(data)).normal(), Change(CUT, AT)) == (END,)


def test_a_leak_that_deletion_hides_shows_in_noise():
    """Is tomorrow above a bound? Not where it is missing, and not in the true future."""
    bound = 1.01 * DATA["b"].iloc[21]

    def jump_ahead(data):
        return data["a"] + (data["b"].shift(-1) > bound)

    seeds = [seed for seed in range(10) if located(jump_ahead, Change("delete", AT, seed)) == ("b",)]
    assert seeds


def test_series_that_move_it_only_together_are_named_together():
    def both(data):
        gone = data["a"].isna().any() and data["b"].isna().any()
        return data["c"] + float(gone)

    assert set(located(both, Change("delete", AT))) == {"a", "b"}


def test_the_search_stays_within_what_the_trial_changed():
    assert located(ahead_in("ab"), Change("noise", AT, 0, ("b", "c"))) == ("b",)


def test_each_node_has_its_own_series():
    def two(data):
        return {"first": data["a"].shift(-1), "second": data["b"].shift(-1)}

    assert located(two, Change(CUT, AT), node="first") == ("a",)
    assert located(two, Change(CUT, AT), node="second") == ("b",)


def test_few_evaluations_for_one_series_of_many():
    calls = []
    wide = pd.DataFrame(np.random.default_rng(1).lognormal(size=(40, 256)), INDEX, [f"s{i}" for i in range(256)])

    def function(data):
        calls.append(1)
        return data["s77"].shift(-1)

    assert located(function, Change(CUT, AT), wide) == ("s77",)
    assert len(calls) <= 3 + 2 * 8  # the reference, no change, all of them, and two halves eight times


@pytest.mark.parametrize("most", [1, 2, 3, 7, 8])
def test_no_more_than_asked_for_are_looked_for(most):
    calls = []

    def function(data):
        calls.append(1)
        return data.shift(-1).sum(axis="columns")

    assert located(function, Change(CUT, AT), most=most) == NAMES[:most]
    assert len(calls) <= 5 + 4 * most


def test_a_quick_audit_names_six_series_and_says_so():
    wide = pd.DataFrame(np.random.default_rng(2).lognormal(size=(40, 9)), INDEX, list("abcdefghi"))

    def function(data):
        return data.shift(-1).sum(axis="columns")

    (quick, *_), (whole, *_) = (tg.audit(function, wide, depth=depth, jobs=0).leaks for depth in ("quick", "default"))
    assert (quick.series, whole.series) == (tuple("abcdef"), tuple("abcdefghi"))
    assert quick.note == "No more than 6 series were looked for: a deeper audit names all."
    assert whole.note == ""


class Decided:
    """Decisions that end where they are asked to, as those of a study do."""

    name, main, turning = "decided", "output", "output"

    def __init__(self, function):
        self.function = function

    def nodes(self, world, until=None):
        return {"output": Node(self.function(world.data.loc[:until]).to_frame("x"))}


@pytest.mark.parametrize(("kind", "check"), [(CUT, "prefix invariance"), ("noise", "future scramble")])
@pytest.mark.parametrize(
    ("function", "series"),
    [
        (lambda data: data["b"].shift(-1).fillna(0.0), ("b",)),
        (lambda data: data["a"] + data[["b", "e"]].shift(-1).sum(axis="columns"), ("b", "e")),
        (lambda data: data["a"] / len(data), (END,)),
    ],
)
def test_decisions_that_end_with_the_change_blame_nobody_who_did_not_carry_it(kind, check, function, series):
    subject, world = Decided(function), world_of(DATA)
    case = Case(subject, world, subject.nodes(world))
    assert offending_series(Trial(check, Change(kind, AT)), "output", case) == series


def test_releases_and_prices_of_a_market():
    days = pd.date_range("2020-01-01", "2020-01-31")
    rates = [release_rows(name, days, days + pd.Timedelta(days=1), np.arange(1.0, 32)) for name in ("DFF", "DGS10")]
    market = market_of(random_prices("2020-01-02", "2020-01-31", ("QQQ", "SPY")), pd.concat(rates, ignore_index=True))

    def function(market):
        rate = market.releases.history("DFF", pd.Timestamp("2030-01-01", tz="UTC"))
        return market.prices["SPY"] + market.prices["QQQ"].shift(-1) + rate.reindex(market.sessions)

    change = Change("noise", pd.Timestamp("2020-01-16 22:00", tz="UTC"))
    assert located(function, change, market) == ("DFF", "price:QQQ")
