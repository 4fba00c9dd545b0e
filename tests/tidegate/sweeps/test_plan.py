"""Members of a plan: as many as the product, each the study with its own values, in an order that saves work."""

import itertools
import pickle

import pytest

import tidegate as tg
from tidegate.study import Study, as_mapping
from tidegate.sweeps.grid import Grid
from tidegate.sweeps.plan import plan_sweep

from ..every_parameter import EVERY, another, changed

STUDY = Study.load("proxies")
AXES = {
    "costs.crypto.fee_bps": [5.0, 10.0],
    "signal.change_weeks": [12, 13],
    "strategy.neutral_share": [0.3, 0.5, 0.7],
    "signal.regime.min_dwell": [2, 4],
}


def plan_of(parameters, **further):
    return plan_sweep(STUDY, Grid.of({"parameters": parameters, **further}))


def test_there_are_as_many_members_as_combinations_each_once():
    plan = plan_of(AXES)
    assert plan.size == 24
    found = {tuple(plan.overrides(member).values()) for member in range(plan.size)}
    assert found == set(itertools.product(*AXES.values()))


def test_a_member_is_the_study_with_exactly_its_values():
    plan = plan_of(AXES)
    for member in (0, 7, 23):
        assert plan.member(member) == changed(STUDY, plan.overrides(member))
    assert pickle.loads(pickle.dumps(plan)).member(7) == plan.member(7)  # noqa: S301


@pytest.mark.parametrize("key", [key for key, _ in EVERY if key.partition(".")[0] not in ("economy", "evidence")])
def test_every_parameter_can_be_swept(key):
    if key in {"name", "title", "description", "hindsight"}:
        with pytest.raises(tg.ConfigError, match="not for sweeping"):
            plan_of({key: ["a", "b"]})
        return
    switches = {f"sleeves.{sleeve}.weights": {f"sleeves.{sleeve}.weighting": "fixed"} for sleeve in SLEEVES}
    value = another(key, dict(EVERY)[key])
    plan = plan_sweep(changed(STUDY, switches.get(key, {})), Grid.of({"parameters": {key: [value]}}))
    plain = as_mapping(changed(STUDY, {key: value}))
    assert plan.overrides(0) == {key: _leaf(plain, key)}


SLEEVES = ("speculative", "near_cash_flow")


def _leaf(table, key):
    for step in key.split("."):
        table = table[step]
    return table


def test_upstream_parameters_vary_slowest():
    plan = plan_of(AXES)
    order = [key for axis in plan.axes for key in axis.keys]
    assert order == [
        "signal.change_weeks",
        "signal.regime.min_dwell",
        "strategy.neutral_share",
        "costs.crypto.fee_bps",
    ]
    changes = dict.fromkeys(AXES, 0)
    for member in range(1, plan.size):
        before, now = plan.overrides(member - 1), plan.overrides(member)
        for key in AXES:
            changes[key] += before[key] != now[key]
    assert [changes[key] for key in order] == [1, 3, 11, 23]


def test_a_linked_group_varies_as_slowly_as_its_first_part():
    grid = {
        "parameters": {"signal.change_weeks": [12, 13]},
        "linked": {"both": {"costs.crypto.fee_bps": [1.0, 2.0], "clock.decision": ["weekly", "daily"]}},
    }
    assert plan_sweep(STUDY, Grid.of(grid)).axes[0].keys == ("costs.crypto.fee_bps", "clock.decision")


def test_thresholds_that_cross_are_a_member_that_says_so():
    plan = plan_of({"signal.regime.scarce_enter": [-0.5, 0.0], "signal.regime.scarce_leave": [-0.2, 0.1]})
    answers = []
    for member in range(4):
        try:
            plan.member(member)
            answers.append("")
        except tg.ConfigError as error:
            answers.append(str(error))
    crossed = [plan.overrides(member)["signal.regime.scarce_enter"] for member in range(4) if answers[member]]
    assert crossed == [0.0]
    assert "thresholds must rise" in "".join(answers)


def test_a_part_of_a_table_can_be_swept():
    plan = plan_of({"signal.block_weights.water": [0.0, 2.0]})
    assert [plan.member(member).signal.block_weights["water"] for member in (0, 1)] == [0.0, 2.0]
    assert plan.member(1).signal.block_weights["credit"] == 1.0


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"signal.regime.min_dwel": [1]}, "Did you mean signal.regime.min_dwell"),
        ({"signal.regime": [{"min_dwell": 3}]}, "unknown parameter"),
        ({"thresholds": [1]}, "unknown parameter"),
        ({"signal.block_weights.watr": [1.0]}, "signal.block_weights.watr"),
        ({"signal.regime.min_dwell": ["four"]}, "signal.regime.min_dwell.*'four'"),
        ({"signal.regime.min_dwell": [4, 0]}, "greater than or equal to 1"),
        ({"signal.classifier": ["schmitt", "schmidt"]}, "schmidt"),
        ({"economy.seed": [1, 2]}, "tidegate data synthesize"),
        ({"evidence.bootstrap": [100]}, "nothing that a sweep measures"),
        ({"name": ["a"]}, "words change no result"),
        ({"strategy.modules": [["x.py"]]}, "belong to the study"),
        ({"signal.block_weights": [{"water": 1.0}], "signal.block_weights.water": [2.0]}, "a part of it"),
        ({"signal.regime.min_dwell": {"from": 0, "to": 4}}, "greater than or equal to 1"),
    ],
)
def test_a_parameter_that_cannot_be_swept_is_told(parameters, words):
    with pytest.raises(tg.ConfigError, match=words) as told:
        plan_of(parameters)
    assert "\n" not in str(told.value)


def test_a_parameter_twice_is_told():
    with pytest.raises(tg.ConfigError, match=r"twice.*min_dwell"):
        plan_of({"signal.regime.min_dwell": [1]}, linked={"a": {"signal.regime.min_dwell": [2]}})


def test_too_many_members_are_told_before_they_are_made():
    axes = {key: {"from": 0.0, "to": 1.0, "steps": 1000} for key in ("strategy.neutral_share", "signal.min_coverage")}
    grid = Grid.of({"parameters": {**axes, "signal.regime.min_dwell": {"from": 1, "to": 10}}})
    with pytest.raises(tg.ConfigError, match=r"10,000,000 members.*--max 10000000"):
        plan_sweep(STUDY, grid)
    with pytest.raises(tg.ConfigError, match="5 members"):
        plan_sweep(
            STUDY, Grid.of({"sample": "sobol", "count": 5, "parameters": {"signal.regime.min_dwell": [1]}}), most=4
        )
