"""The audit: plan the trials, make them, and tell node by node what they showed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import cloudpickle
import pandas as pd

from ..decisions import Decisions
from ..errors import ConfigError
from ..signals.registered import answer_of
from .change import CUT, Change
from .knowledge import knowledge_checks
from .locate import ALL
from .nodes import differences
from .plan import EFFORT, FUNCTION_EFFORT, Depth, Trial, trials
from .result import Audit, Check
from .sensitivity import by_start, by_vintage_and_lag
from .state import state_checks
from .study_subject import IndicatorSubject, StudySubject
from .subjects import Case, Subject, flips, subject_of
from .tell import checks_of, in_flow, refusals
from .trials import Outcome, outcomes
from .worlds import MarketWorld, World, world_of

Told = Callable[[int, int], None]
_FEW = 6  # series that a quick audit names of a leak: each takes some log2(series) decisions to find
_LEAST = {"cuts": 1, "seed": 0, "jobs": 0}


def audit(
    subject: Any,
    data: Any,
    decisions: Decisions | None = None,
    *,
    depth: Depth = "default",
    cuts: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
    told: Told = lambda done, total: None,
) -> Audit:
    """Check that nothing depends on what became public after it was decided.

    Parameters
    ----------
    subject : Study, Indicator or callable
        What to audit: a study; a registered indicator; or a function (or class) from a `Market` or a frame to a Series,
        a DataFrame, or a mapping of them in the order of the computation. Rows are labelled by the instant (UTC) at
        which they are known; a day without a zone is the close of New York of a `Market`, the label itself of a frame.
    data : Market, DataFrame or Series
        What it is computed from. Rows of a frame are known at their labels.
    decisions : Decisions, optional
        What a study decided on `data`; computed when not given.
    depth : {"quick", "default", "deep"}
        How hard to look: three other futures, without a look at what the indicators are handed; some hundred; or every
        decision, every scramble of every series.
    cuts : int, optional
        Random cuts instead of those of `depth`; cuts at flips stay.
    seed : int
        Seed of the places and of the noise.
    jobs : int, optional
        Fresh interpreters that make the trials; what the subject remembers of earlier calls is not there. One for each
        processor when not given; 0: here, without that guard, as a quick audit does.
    told : callable
        Told how many of how many trials are done.

    Returns
    -------
    Audit

    Raises
    ------
    ConfigError
        The subject cannot be audited: it gives no dated table, fails on the data or wherever their future is cut off,
        or gives other numbers when it is asked again; or the data or an option are none.
    """
    _refuse_options(depth, cuts=cuts, seed=seed, jobs=jobs)
    jobs = (0 if depth == "quick" else os.cpu_count() or 1) if jobs is None else jobs
    asked = subject_of(subject)
    unasked = cloudpickle.loads(cloudpickle.dumps(asked)) if jobs else asked  # it may remember what it is asked below
    case = _case(asked, world_of(data), decisions)
    planned = _planned(case, depth, cuts, seed, apart=jobs > 0 and depth != "quick")
    made = list(
        outcomes(planned, replace(case, subject=unasked), jobs=jobs, told=lambda done: told(done, len(planned)))
    )
    _refuse_unanswered(case, made)
    most = _FEW if depth == "quick" else ALL
    rows = [*state_checks(subject), *checks_of(made, case, most=most), *refusals(made, case)]
    tables: Mapping[str, pd.DataFrame] = {}
    if isinstance(case.subject, StudySubject | IndicatorSubject):
        rows += knowledge_checks(case.subject, case.world.data, case.reference, reads=depth != "quick")
    if isinstance(case.subject, StudySubject) and depth != "quick":
        further, tables = _sensitivity(case.subject, case.world, decisions)
        rows += further
    answered = [outcome.trial for outcome in made if not outcome.refused]
    whole = {trial.change.at for trial in answered if trial.check == "prefix invariance"}
    alone = {trial.change.at for trial in answered if trial.check == "one decision alone"}
    return Audit(
        subject=case.subject.name,
        depth=depth,
        rows=in_flow(rows, case.reference),
        decisions=len(case.decisions),
        cuts=len(whole),
        cuts_of_indicators=len(whole | alone),
        scrambles=sum(trial.check == "future scramble" for trial in answered),
        refused=tuple(outcome.refused for outcome in made if outcome.refused),
        rounded=sum(outcome.rounded for outcome in made),
        tables=tables,
    )


def _refuse_options(depth: str, **options: int | None) -> None:
    if depth not in EFFORT:
        raise ConfigError("depth of an audit", received=depth, expected=f"one of {', '.join(EFFORT)}")
    for name, given in options.items():
        if given is not None and given < _LEAST[name]:
            raise ConfigError(f"{name} of an audit", received=given, expected=f"at least {_LEAST[name]}")


def _case(subject: Subject, world: World, decisions: Decisions | None) -> Case:
    ours = isinstance(subject, StudySubject | IndicatorSubject)
    if ours and not isinstance(world, MarketWorld):
        raise ConfigError(
            f"The data of an audit of {subject.name}",
            received=type(world.data).__name__,
            expected="a Market, as load_market gives",
        )
    if isinstance(subject, StudySubject) and decisions is not None:
        return Case(subject, world, subject.told(world, decisions))
    nodes = answer_of(subject.nodes, world, who=subject.name, shipped=ours, expected="a table labelled by time")
    case = Case(subject, world, nodes)
    if not len(case.decisions):
        raise ConfigError(f"{subject.name} cannot be audited", received="no rows", expected="rows labelled by time")
    return case


def _planned(case: Case, depth: Depth, cuts: int | None, seed: int, *, apart: bool) -> list[Trial]:
    effort = (EFFORT if isinstance(case.subject, StudySubject) else FUNCTION_EFFORT)[depth]
    if cuts is not None:
        effort = replace(effort, cuts=cuts)
    turned = flips(case.reference[case.subject.turning]).intersection(case.decisions)
    planned = trials(case.decisions, turned, effort, kinds=case.world.kinds, series=case.world.series, seed=seed)
    if apart:  # in an interpreter whose earlier calls were about other worlds
        planned.append(Trial("memory", Change(CUT, case.end)))
    return planned


def _refuse_unanswered(case: Case, made: Sequence[Outcome]) -> None:
    elsewhere = [outcome for outcome in made if outcome.trial.check == "prefix invariance"]
    if elsewhere and all(outcome.refused for outcome in elsewhere):
        raise ConfigError(
            f"{case.subject.name} cannot be audited: it fails wherever the future is cut off",
            received=elsewhere[0].refused,
            expected="a table, whatever the future holds",
        )
    if any(outcome.moved for outcome in made):
        again, _ = differences(case.reference, case.subject.nodes(case.world), case.end)
        if again:
            raise ConfigError(
                f"{case.subject.name} gives other numbers when it is asked again",
                received=f"{again[0].expected} and {again[0].found} on {again[0].first:%Y-%m-%d}",
                expected="the same answer to the same question",
                remedy="Seed its random numbers from its configuration.",
            )


def _sensitivity(
    subject: StudySubject, world: World, decisions: Decisions | None
) -> tuple[list[Check], dict[str, pd.DataFrame]]:
    decided = decisions or subject.decided(world)
    tables, smell = by_vintage_and_lag(subject.study, world.data, decided)
    return [smell], {"start": by_start(subject.study, world.data, decided), **tables}
