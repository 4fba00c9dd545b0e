"""Trials: one other future, one comparison; what fails is told and proves nothing."""

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.causality.change import CUT, Change
from tidegate.causality.locate import END
from tidegate.causality.nodes import Difference
from tidegate.causality.plan import FUNCTION_EFFORT, Trial, trials
from tidegate.causality.subjects import Case, subject_of
from tidegate.causality.trials import evaluate, outcomes
from tidegate.causality.worlds import FrameWorld
from tidegate.errors import ConfigError, DataError
from tidegate.signals import all_indicators

INDEX = pd.date_range("2020-01-01", periods=60, freq="D", tz="UTC")
DATA = pd.DataFrame({"a": np.random.default_rng(0).lognormal(size=60), "b": np.arange(60.0)}, INDEX)
AT = INDEX[30]
COUNTED = []


def mean_so_far(data):
    return data["a"].expanding().mean()


def tomorrow(data):
    return data["a"].shift(-1)


def only_whole(data):
    if len(data) < len(DATA):
        raise ValueError("too short")
    return data["a"]


def choosy(data):
    if len(data) < len(DATA):
        raise DataError("A year is missing")
    return data["a"]


def counting(data):
    """The number of the call: another one in an interpreter that made others before."""
    COUNTED.append(1)
    return data["a"] * 0 + len(COUNTED)


def case_of(function, data=DATA):
    subject, world = subject_of(function), FrameWorld(data)
    return Case(subject, world, subject.nodes(world))


def cut(at=AT, to=None, check="prefix invariance"):
    return Trial(check, Change(CUT, at), to)


def test_an_honest_function_does_not_move():
    outcome = evaluate(cut(), case_of(mean_so_far))
    assert (outcome.compared, outcome.moved, outcome.refused) == (("output",), [], "")


def test_a_leak_moves_the_last_row_of_the_past():
    outcome = evaluate(cut(), case_of(tomorrow))
    (found,) = outcome.moved
    assert (found.node, found.first, found.column, found.expected) == ("output", AT, "a", DATA["a"].iloc[31])
    assert np.isnan(found.found)


def test_a_scramble_shows_the_scrambled_value():
    trial = Trial("future scramble", Change("duplicate", AT))
    assert evaluate(trial, case_of(tomorrow)).moved == [
        Difference("output", AT, "a", DATA["a"].iloc[31], DATA["a"].iloc[30])
    ]


def test_an_append_compares_two_ends_up_to_the_earlier():
    case = case_of(tomorrow)
    (found,) = evaluate(cut(AT, INDEX[31], "append invariance"), case).moved
    assert (found.first, found.expected) == (AT, DATA["a"].iloc[31])
    assert evaluate(cut(AT, INDEX[31], "append invariance"), case_of(mean_so_far)).moved == []


def test_an_append_does_not_look_at_the_whole():
    """Two ahead: neither end knows what the row at the earlier one needs."""
    case = case_of(lambda data: data["a"].shift(-2).iloc[:-2])
    assert evaluate(cut(AT, INDEX[31], "append invariance"), case).moved[0].first == INDEX[29]
    whole = evaluate(cut(AT), case).moved[0]
    assert (whole.first, whole.expected, whole.found) == (INDEX[29], "a row", None)


def test_a_leak_of_the_whole_does_not_show_in_an_append():
    case = case_of(lambda data: data["a"] + (len(data) == len(DATA)))
    assert evaluate(cut(AT, INDEX[31], "append invariance"), case).moved == []
    assert evaluate(cut(AT), case).moved[0].first == INDEX[0]


def test_a_function_is_asked_nothing_alone():
    outcome = evaluate(cut(check="one decision alone"), case_of(tomorrow))
    assert (outcome.compared, outcome.moved) == ((), [])


@pytest.mark.parametrize(("function", "words"), [(only_whole, "ValueError: too short"), (choosy, "A year is missing.")])
def test_a_refusal_is_told_and_compares_nothing(function, words):
    outcome = evaluate(cut(), case_of(function))
    assert (outcome.refused, outcome.compared, outcome.moved) == (words, (), [])


def test_rounding_is_told():
    """The mean of all but the last row, by way of a sum over everything: dust."""
    trial = Trial("future scramble", Change("outlier", AT, 1))
    case = case_of(lambda data: data["a"].cumsum().iloc[-1] - data["a"][::-1].cumsum()[::-1])
    outcome = evaluate(trial, case)
    assert outcome.moved == []
    assert outcome.rounded


def plan(case):
    return trials(
        case.decisions, INDEX[:0], FUNCTION_EFFORT["default"], kinds=case.world.kinds, series=case.world.series, seed=0
    )


@pytest.mark.parametrize("function", [mean_so_far, tomorrow, only_whole])
def test_a_fresh_interpreter_finds_the_same(function):
    case = case_of(function)
    here, there = (list(outcomes(plan(case), case, jobs=jobs)) for jobs in (0, 1))
    assert [(each.trial, each.compared, each.refused, each.rounded) for each in here] == [
        (each.trial, each.compared, each.refused, each.rounded) for each in there
    ]
    assert [repr(each.moved) for each in here] == [repr(each.moved) for each in there]
    assert {bool(each.moved) for each in here} == {function is tomorrow} | ({False} if function is tomorrow else set())


@pytest.mark.parametrize("jobs", [0, 1])
def test_each_trial_is_counted(jobs):
    case, done = case_of(mean_so_far), []
    made = list(outcomes([cut(), cut(INDEX[5])], case, jobs=jobs, told=done.append))
    assert [each.trial for each in made] == [cut(), cut(INDEX[5])]
    assert done == [1, 2]


def test_memory_is_another_answer_about_the_true_world_after_other_calls():
    case = case_of(counting)
    plan = [cut(), cut(check="memory")]
    outcome = list(outcomes(plan, case, jobs=1))[1]
    assert outcome.trial.check == "memory"
    assert [each.node for each in outcome.moved] == ["output"]
    honest = list(outcomes(plan, case_of(mean_so_far), jobs=1))[1]
    assert (honest.compared, honest.moved) == (("output",), [])


@pytest.mark.parametrize("jobs", [0, 1])
def test_what_fails_in_every_changed_world_has_not_passed(jobs):
    """In the true one it answers, whoever asks: that proves nothing."""

    def stubborn(data):
        if not data.equals(DATA):
            raise ValueError("not these")
        return data["a"]

    with pytest.raises(ConfigError, match="fails wherever the future is cut off; received 'ValueError: not these'"):
        tg.audit(stubborn, DATA, jobs=jobs)


def test_what_fails_in_some_worlds_says_so():
    def choosy(data):
        if len(data) < 40:
            raise ValueError("too short")
        return data["a"].expanding().mean()

    found = tg.audit(choosy, DATA, jobs=0)
    assert found.passed
    assert 0 < found.cuts < found.decisions
    assert set(found.refused) == {"ValueError: too short"}
    assert "changed worlds gave no answer" in found.summary()


def from_the_40th(data):
    if len(data) < 40:
        raise ValueError("too short")
    return data["a"].expanding().mean()


def test_no_answer_where_the_future_is_cut_smells_if_the_whole_has_one():
    found = tg.audit(from_the_40th, DATA, jobs=0)
    (smell,) = found.smells
    assert (smell.node, smell.check, smell.comparisons) == ("output", "prefix invariance", 0)
    count = sum(refused == "ValueError: too short" for refused in found.refused)
    cuts = [each.change.at for each in plan(case_of(from_the_40th)) if each.check == "prefix invariance"]
    silent = [at for at in cuts if at < INDEX[39]]
    assert smell.first == min(silent)
    assert count >= len(silent)
    assert smell.note == (
        f"Gives no answer in {len(silent)} of {len(cuts)} cuts, although the full run has one: ValueError: too short"
    )
    assert smell.note in found.summary()


def test_no_answer_where_the_whole_has_none_either_does_not_smell():
    found = tg.audit(lambda data: from_the_40th(data).where(np.arange(len(data)) >= 39), DATA, jobs=0)
    assert found.refused
    assert found.smells == ()


def test_no_answer_in_a_world_that_is_only_scrambled_does_not_smell():
    found = tg.audit(all_there, DATA, jobs=0)
    assert set(found.refused) == {"ValueError: a hole"}
    assert found.smells == ()


def all_there(data):
    if data["a"].isna().any():
        raise ValueError("a hole")
    return data["a"].expanding().mean()


def dropping(data):
    """Its best table is given only where the whole of the data is there."""
    tables = {"mean": data["a"].expanding().mean()}
    return {**tables, "best": 2.0 * data["a"].iloc[10:]} if len(data) == 60 else tables


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_table_that_is_dropped_once_the_future_is_cut_is_a_leak(jobs):
    found = tg.audit(dropping, DATA, jobs=jobs)
    (leak,) = found.leaks
    assert (leak.node, leak.check, leak.series) == ("best", "prefix invariance", (END,))
    assert (leak.first, leak.expected, leak.found) == (INDEX[10], "a row", None)
    assert found.decisions == 49


def test_the_decisions_are_those_of_the_whole_whatever_a_cut_world_gives():
    case = case_of(dropping)
    evaluate(cut(), case)
    assert len(case.decisions) == 49


def test_tables_labelled_twice_can_be_audited():
    def long(data):
        return pd.concat([data["a"], data["b"]])

    assert tg.audit(long, DATA, jobs=0).passed
    assert not tg.audit(lambda data: pd.concat([data["a"], data["b"].shift(-1)]), DATA, jobs=0).passed


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda data: {}, "cannot be audited"),
        (lambda data: 3.0, "returns float"),
        (lambda data: data["a"].reset_index(drop=True), "labelled by RangeIndex"),
        (lambda data: data["a"].iloc[:0], "no rows"),
        (lambda data: 1 / 0, "<lambda> fails; received 'ZeroDivisionError: division by zero'; expected a table"),
        ("essay", "received 'str'; expected a Study, a registered indicator, or a function"),
    ],
    ids=["nothing", "a number", "no dates", "no rows", "a failure", "a name"],
)
def test_what_gives_no_dated_table_is_refused(function, words):
    with pytest.raises(ConfigError, match=words):
        tg.audit(function, DATA, jobs=0)


DATED = "expected a Market, or a frame whose rows are labelled by ascending dates, each once"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, f"received 'NoneType'; {DATED}"),
        (np.zeros(3), f"received 'ndarray'; {DATED}"),
        (DATA.iloc[::-1], f"received 'DataFrame with 60 rows labelled by DatetimeIndex'; {DATED}"),
        (DATA.iloc[:0], f"received 'DataFrame with 0 rows labelled by DatetimeIndex'; {DATED}"),
        (DATA.reset_index(drop=True), f"received 'DataFrame with 60 rows labelled by RangeIndex'; {DATED}"),
    ],
    ids=["nothing", "an array", "backwards", "empty", "no dates"],
)
def test_data_that_cannot_be_cut_are_refused(data, words):
    with pytest.raises(ConfigError, match=words):
        tg.audit(lambda data: data, data, jobs=0)


@pytest.mark.parametrize("subject", [tg.Study.load("proxies"), all_indicators()[0]], ids=["study", "indicator"])
def test_what_is_ours_needs_a_market(subject):
    with pytest.raises(ConfigError, match="received 'DataFrame'; expected a Market, as load_market gives"):
        tg.audit(subject, DATA, jobs=0)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"depth": "deeper"}, "depth of an audit; received 'deeper'; expected one of quick, default, deep"),
        ({"cuts": 0}, "cuts of an audit; received 0; expected at least 1"),
        ({"seed": -1}, "seed of an audit; received -1; expected at least 0"),
        ({"jobs": -1}, "jobs of an audit; received -1; expected at least 0"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_options_that_are_none_are_refused(option, words):
    with pytest.raises(ConfigError, match=words):
        tg.audit(lambda data: data["a"], DATA, **{"jobs": 0, **option})


def keeping_a_number():
    kept = {}

    def function(data):
        if "mean" not in kept:
            kept["mean"] = float(data["a"].mean())
        return data["a"] - kept["mean"]

    return function


class Keeping:
    mean = None

    def __call__(self, data):
        if self.mean is None:
            self.mean = float(data["a"].mean())
        return data["a"] - self.mean


@pytest.mark.parametrize("make", [keeping_a_number, Keeping], ids=["in a closure", "in an instance"])
def test_what_the_first_call_left_behind_does_not_come_along(make):
    """The audit asks about the true world first: a mean of all the data, kept, would be the same in every other."""
    found = tg.audit(make(), DATA, jobs=1)
    assert {row.check for row in found.leaks} >= {"prefix invariance", "memory"}
