"""Sweep: many studies made from one, each of them a trial, none of them chosen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from ..backtests.compilation import compile_loop, is_compiled
from ..backtests.performance import Performance
from ..data.market import Market
from ..errors import ConfigError, TidegateError
from ..ledger import Ledger, chosen_ledger
from ..study import Study, as_mapping
from .check import Checked, compare, members_to_check
from .folder import SweepFolder, missing
from .grid import Grid
from .job import Answer, Call, Job
from .plan import MOST, Plan, plan_sweep
from .result import SweepResult
from .results import rows_of, trials_of
from .workers import Ask, Workers

BATCH = 250  # members: a second or less of work, and some megabytes


class Told:
    """What a sweep says while it runs; this one says nothing."""

    def sentence(self, text: str) -> None:
        """One sentence for people."""

    def progress(self, done: int, total: int) -> None:
        """How many members are done, of how many."""


def sweep(
    study: Study,
    grid: Grid,
    market: Market,
    *,
    out: str | Path | None = None,
    workers: Workers = Workers(),  # noqa: B008  (frozen)
    most: int = MOST,
    ledger: Ledger | Literal["home"] | None = "home",
    curves: bool = False,
    told: Told = Told(),  # noqa: B008
) -> SweepResult:
    """Backtest every member of a grid.

    Parameters
    ----------
    study : Study
        What all members have in common.
    grid : Grid
        What varies.
    market : Market
        What they are run on.
    out : str or Path
        Folder of the results; one that holds a part of the same sweep is gone on with. Not given: a folder in
        ``outputs`` that bears the hash of study, grid, data and version.
    workers : Workers
        Who does the work.
    most : int
        Members that are too many.
    ledger : Ledger or None, optional
        Where the trials are recorded; the home's when not given, nowhere when None.
    curves : bool
        Whether to keep the daily values of every member (see `SweepResult.curves`): some 80 KB each.
    told : Told
        Hears how it goes.

    Returns
    -------
    SweepResult

    Raises
    ------
    ConfigError, DataError
        The grid, the study or the folder is not what it should be, or no member can be run. Nothing is written before
        all of that is known but the last. The study itself must run too: its neighbours are compared with it.
    SourceError
        The scheduler does not answer.
    TidegateError
        Members that were run again one by one came to other figures.
    """
    from .page import sweep_page

    started = time.perf_counter()
    plan = plan_sweep(study, grid, most=most)
    described = identity(plan, market) | ({"curves": True} if curves else {})
    folder, book = SweepFolder.of(out, described), chosen_ledger(ledger)
    folder.refuse_other(described)
    job = Job(plan, market, curves=curves)
    if workers.scheduler is None and not is_compiled():
        compile_loop(told.sentence)
    with workers.hired(job) as ask:
        begun = begin(job, ask, folder)
        if book is not None:
            book.prepare()
        with folder.begun(described):
            store(begun, job, folder, book, told)
            checked = run_again(ask, those_that_ran(folder), seed=grid.seed)
            result = SweepResult(plan, folder, begun.preset, checked, time.perf_counter() - started)
            folder.describe(result.summary())
            folder.show(sweep_page(result, market, recorded=book is not None))
    return result


class Begun(NamedTuple):
    """A sweep whose study itself is known to run: its figures, what was stored before, and answers still to come."""

    preset: Performance
    before: list[range]
    answers: Iterator[Answer]


def begin(job: Job, ask: Ask, folder: SweepFolder) -> Begun:
    """Ask for all that is missing, and wait for the study itself: where that cannot be run nothing is to be written."""
    before = folder.done()
    missed = (Call("measure", members) for members in missing(before, job.plan.size, batch=BATCH))
    answers = ask(chain([Call("again", (-1,))], missed))
    early: list[Answer] = []
    for answer in answers:
        if answer.call.what == "again":
            return Begun(answer.found[0], before, chain(early, answers))
        early.append(answer)
    raise TidegateError("The workers ended without an answer", expected="figures of the study itself")


def store(begun: Begun, job: Job, folder: SweepFolder, book: Ledger | None, told: Told) -> None:
    """Take what comes back: it is recorded, then stored, and when all of it is there joined."""
    if folder.done() != begun.before:
        remedy = "Call again: what it has stored is gone on with."
        raise ConfigError("Another process has just been at work in the folder", received=folder.path, remedy=remedy)
    plan, done = job.plan, sum(map(len, begun.before))
    told.progress(done, plan.size)
    for call, batch in begun.answers:
        if book is not None:
            book.record(trials_of(plan, job.market, call.members, batch, kind=folder.kind))
        folder.put(call.members, rows_of(plan, call.members, batch))
        done += len(call.members)
        told.progress(done, plan.size)
    folder.complete()


def those_that_ran(folder: SweepFolder) -> pd.DataFrame:
    """The rows of the complete table whose members could be run; ConfigError where none could."""
    table = folder.table()
    ran = table[table["refused"] == ""]
    if ran.empty:
        raise ConfigError("No member of the grid can be run", received=str(table["refused"].iloc[0]))
    return ran


def run_again(ask: Ask, ran: pd.DataFrame, *, seed: int) -> Checked:
    """Some members again: the first of them, the best, from its decisions on."""
    first, *others = members_to_check(ran, seed=seed)
    again: dict[int, Performance] = {}
    for call, found in ask([Call("afresh", (first,)), Call("again", others)]):
        again |= dict(zip(call.members, found, strict=True))
    return compare(ran, {member: again[member] for member in (first, *others)})


def identity(plan: Plan, market: Market) -> dict[str, Any]:
    """What makes a sweep the same one."""
    return {
        "schema": 1,
        "study": dict(as_mapping(plan.study)),
        "config_hash": plan.study.config_hash,  # the user's own files by their content
        "grid": plan.grid.model_dump(mode="json", by_alias=True),
        "members": plan.size,
        "data": {"source": market.provenance.source, "hash": market.digest},
        "tidegate": version("tidegate"),
    }
