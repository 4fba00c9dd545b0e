"""Every member of a job: asked for, recorded, stored, and some of them run again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import NamedTuple

import pandas as pd

from ..backtests.compilation import compile_loop, is_compiled
from ..backtests.performance import Performance
from ..errors import ConfigError
from ..ledger import Ledger
from ..user_modules import carried
from .check import Checked, compare, members_to_check
from .folder import SweepFolder, missing
from .job import Answer, Ask, Job
from .results import rows_of, trials_of
from .workers import Workers

BATCH = 250  # members: a second or less of work, and some megabytes


class Told:
    """What a sweep says while it runs; this one says nothing."""

    def sentence(self, text: str) -> None:
        """One sentence for people."""

    def progress(self, done: int, total: int) -> None:
        """How many members are done, of how many."""


class Measured(NamedTuple):
    """What is known once every member is: rows of those that ran, figures of the study itself, who was run again."""

    ran: pd.DataFrame
    preset: Performance
    checked: Checked


@contextmanager
def measured(job: Job, folder: SweepFolder, *, workers: Workers, book: Ledger | None, told: Told) -> Iterator[Measured]:
    """Have every member measured; nobody else may write into the folder until the block ends.

    The user's own files count as they were when the job was made, in the block as well.

    Raises
    ------
    ConfigError, DataError, SourceError, TidegateError
        See `sweep`.
    """
    if workers.scheduler is None and not is_compiled():
        compile_loop(told.sentence)
    with carried(job.files), workers.hired(job) as ask:
        begun = _begin(job, ask, folder)
        if book is not None:
            book.prepare()
        with folder.begun():
            _store(begun, job, folder, book, told)
            ran = _those_that_ran(folder)
            yield Measured(ran, begun.preset, _run_again(job, ran))


class _Begun(NamedTuple):
    """A sweep whose study itself is known to run: its figures, what was stored before, and answers still to come."""

    preset: Performance
    before: list[range]
    answers: Iterator[Answer]


def _begin(job: Job, ask: Ask, folder: SweepFolder) -> _Begun:
    """Ask for all that is missing, and meanwhile run the study itself.

    Where it cannot be run, or the workers cannot do the first of what was asked, nothing is to be written.
    """
    before = folder.done()
    answers = ask(missing(before, job.plan.size, batch=BATCH))
    preset = job.execute(job.plan.study)
    return _Begun(preset, before, chain(list(islice(answers, 1)), answers))


def _store(begun: _Begun, job: Job, folder: SweepFolder, book: Ledger | None, told: Told) -> None:
    """Take what comes back: it is recorded, then stored, and when all of it is there joined."""
    if folder.done() != begun.before:
        remedy = "Call again: what it has stored is gone on with."
        raise ConfigError("Another process has just been at work in the folder", received=folder.path, remedy=remedy)
    plan, done = job.plan, sum(map(len, begun.before))
    told.progress(done, plan.size)
    for members, batch in begun.answers:
        if book is not None:
            book.record(trials_of(plan, job.market, members, batch, kind=folder.kind))
        folder.put(members, rows_of(plan, members, batch))
        done += len(members)
        told.progress(done, plan.size)
    folder.complete()


def _those_that_ran(folder: SweepFolder) -> pd.DataFrame:
    """The rows of the complete table whose members could be run; ConfigError where none could."""
    table = folder.table()
    ran = table[table["refused"] == ""]
    if ran.empty:
        raise ConfigError("No member of the grid can be run", received=str(table["refused"].iloc[0]))
    return ran


def _run_again(job: Job, ran: pd.DataFrame) -> Checked:
    """Some members again: the first of them, the best, from its decisions on."""
    chosen = members_to_check(ran, seed=job.plan.grid.seed)
    return compare(ran, {member: job.execute(job.plan.member(member), afresh=member == chosen[0]) for member in chosen})
