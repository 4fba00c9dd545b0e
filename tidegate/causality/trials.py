"""Trials: one other future, one evaluation, one comparison with the past as it was."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

import cloudpickle

from ..errors import TidegateError
from .nodes import Difference, Nodes, differences
from .plan import Trial
from .subjects import Case


@dataclass(frozen=True)
class Outcome:
    """What one trial showed.

    Attributes
    ----------
    trial : Trial
        What was done.
    compared : tuple of str
        Nodes that were compared.
    moved : list of Difference
        Nodes whose past moved.
    rounded : bool
        Whether some number differs by rounding only.
    refused : str
        Why the subject gave nothing in that world; it was not compared then.
    """

    trial: Trial
    compared: tuple[str, ...] = ()
    moved: list[Difference] = field(default_factory=list)
    rounded: bool = False
    refused: str = ""


def evaluate(trial: Trial, case: Case) -> Outcome:
    """Make one trial."""
    try:
        before, after = _sides(trial, case)
    except TidegateError as error:
        return Outcome(trial, refused=str(error))
    except Exception as error:  # noqa: BLE001  (a user's function may fail in any way where it did not expect to be)
        return Outcome(trial, refused=f"{type(error).__name__}: {error}")
    moved, rounded = differences(before, after, trial.change.at)
    compared = dict.fromkeys((*after, *(difference.node for difference in moved)))  # a table that is gone was compared
    return Outcome(trial, tuple(compared), moved, rounded)


def _sides(trial: Trial, case: Case) -> tuple[Nodes, Nodes]:
    """What is compared: the longer or the true past, and the other."""
    subject, at = case.subject, trial.change.at
    if trial.check == "memory":
        return case.reference, subject.nodes(case.world)
    other = case.world.changed(trial.change)
    if trial.check == "one decision alone":
        asked = subject.alone(other, at)
        return {name: case.reference[name] for name in asked if name in case.reference}, asked
    if trial.to is None or trial.check == "future scramble":
        return case.reference, subject.nodes(other, trial.to or at)
    longer = case.world.changed(replace(trial.change, at=trial.to))
    return subject.nodes(longer, trial.to), subject.nodes(other, at)


_HERE: dict[str, Case | str] = {}


def _settle(parcel: bytes, path: Sequence[str]) -> None:
    """Unpack, in a fresh interpreter, what every trial there needs; modules are looked for where they were here."""
    sys.path += [place for place in path if place not in sys.path]
    try:
        _HERE["case"] = cloudpickle.loads(parcel)
    except Exception as error:  # noqa: BLE001  (modules of the user's run here for the first time)
        _HERE["case"] = f"{type(error).__name__} in a fresh interpreter: {error}"


def _evaluate_there(trial: Trial) -> Outcome:
    case = _HERE["case"]
    return Outcome(trial, refused=case) if isinstance(case, str) else evaluate(trial, case)


def outcomes(
    trials: Sequence[Trial], case: Case, *, jobs: int, told: Callable[[int], None] = lambda done: None
) -> Iterator[Outcome]:
    """Make all trials, in order.

    Parameters
    ----------
    trials, case : sequence of Trial, Case
        What to do, to what.
    jobs : int
        Fresh interpreters that share the work: what the subject remembers of earlier calls is not there. 0: here.
    told : callable
        Told after each trial how many are done.
    """
    if jobs == 0:
        for done, trial in enumerate(trials, start=1):
            yield evaluate(trial, case)
            told(done)
        return
    from joblib.externals.loky import ProcessPoolExecutor

    parcel = cloudpickle.dumps(case)
    path = [*sys.path, str(Path.cwd())]  # pytest imports tests from where no path leads
    with ProcessPoolExecutor(jobs, initializer=_settle, initargs=(parcel, path)) as workers:
        waiting: list[Future[Outcome]] = [workers.submit(_evaluate_there, trial) for trial in trials]
        for done, future in enumerate(waiting, start=1):
            yield future.result()
            told(done)
