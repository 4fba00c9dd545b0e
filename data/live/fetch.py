"""Fetching: run the jobs that are due, a few at a time, and put each answer into the store as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Literal

import pandas as pd

from ...errors import DataError, TidegateError
from ..fetched import Fetched
from ..schema import PRICES, SERIES, validated
from ..store.history import Outcome
from ..store.manifest import Entry
from ..store.store import Store
from .breaker import Breaker
from .due import is_due
from .plan import Job

State = Literal["new", "added", "unchanged", "restated", "kept", "failed"]
Answer = list[Fetched] | TidegateError


@dataclass(frozen=True)
class Report:
    """What became of one item, or of one job that failed.

    Attributes
    ----------
    name : str
        Ticker, series id or name of the job.
    state : {"new", "added", "unchanged", "restated", "kept", "failed"}
        ``restated``: the source changed its history, the old table is kept aside. ``kept``: nothing was asked, as
        nothing new can be out.
    detail : str
        Rows, or what went wrong, in words.
    """

    name: str
    state: State
    detail: str = ""


def fetch(
    jobs: Sequence[Job],
    store: Store,
    *,
    now: pd.Timestamp,
    parallel: int,
    every: bool = False,
    step: Callable[[str], None] = lambda name: None,
) -> list[Report]:
    """Bring the store up to date.

    Parameters
    ----------
    jobs : sequence of Job
        From `plan`.
    store : Store
        Written as each job ends: what was fetched before an interruption stays.
    now : Timestamp
        Instant of the fetch (UTC).
    parallel : int
        Jobs under way at once.
    every : bool
        Ask for whole histories, due or not.
    step : callable
        Told the name of each job as it ends, those first of which nothing is due.

    Returns
    -------
    list of Report
        One per item, in the order of the jobs. A failure of a source is a report, never an exception.

    Raises
    ------
    ConfigError, DataError
        The store itself cannot be used.
    """
    entries, breaker = store.entries(), Breaker()
    due = [job for job in jobs if every or any(is_due(entries.get(key), now) for key in job.keys)]
    reports = {job.name: [Report(job.name, "kept")] for job in jobs}
    for job in jobs:
        if job not in due:
            step(job.name)

    def ask(job: Job) -> Answer:
        return _ask(job, None if every else _furthest_behind(job, entries), breaker)

    for job, answer in _in_background(ask, due, parallel):
        reports[job.name] = _settle(job, answer, store, now, breaker)
        step(job.name)
    return [report for job in jobs for report in reports[job.name]]


def _furthest_behind(job: Job, entries: Mapping[str, Entry]) -> Entry | None:
    """None when one was never stored: a process may have ended between two items of a job."""
    stored = [entries[key] for key in job.keys if key in entries]
    return min(stored, key=lambda entry: entry.last) if len(stored) == len(job.keys) else None


def _in_background(ask: Callable[[Job], Answer], jobs: Sequence[Job], parallel: int) -> Iterator[tuple[Job, Answer]]:
    """Each job with its answer, as they come. The threads are daemons: after Ctrl-C nobody waits for a slow source."""
    todo, done = iter(jobs), SimpleQueue[tuple[Job, Future[Answer]]]()

    def work() -> None:
        for job in todo:
            future: Future[Answer] = Future()
            try:
                future.set_result(ask(job))
            except BaseException as error:  # noqa: BLE001  (raised below, where somebody sees it)
                future.set_exception(error)
            done.put((job, future))

    for _ in range(min(parallel, len(jobs))):
        Thread(target=work, daemon=True).start()
    try:
        for _ in jobs:
            job, future = done.get()
            yield job, future.result()
    finally:
        for _ in todo:  # nobody starts what nobody awaits
            pass


def _ask(job: Job, stored: Entry | None, breaker: Breaker) -> Answer:
    try:
        return breaker.call(job.source, lambda: job.ask(stored))
    except TidegateError as problem:
        return problem


def _settle(job: Job, answer: Answer, store: Store, now: pd.Timestamp, breaker: Breaker) -> list[Report]:
    """Store an answer; the whole history of what does not fit to what is stored is asked for, once.

    What decides whether the job is due is stored last: a process that ends before has the job asked again.
    """
    if isinstance(answer, TidegateError):
        return [Report(job.name, "failed", str(answer))]
    in_order = sorted(answer, key=lambda fetched: f"{fetched.kind}/{fetched.id}" in job.keys)
    outcomes = {fetched.id: _put(fetched, job.source, store, now) for fetched in in_order}
    misfits = {name for name, outcome in outcomes.items() if outcome.needs_whole}
    if misfits:
        whole = _ask(job, None, breaker)
        if isinstance(whole, TidegateError):
            outcomes |= {name: Outcome(None, refused=str(whole)) for name in misfits}
        else:
            outcomes |= {
                fetched.id: _put(fetched, job.source, store, now) for fetched in whole if fetched.id in misfits
            }
    return [Report(name, outcome.state, outcome.detail) for name, outcome in outcomes.items()]


def _put(fetched: Fetched, source: str, store: Store, now: pd.Timestamp) -> Outcome:
    """Store one table, if it keeps the declaration that every source keeps."""
    try:
        schema = PRICES if fetched.kind == "prices" else SERIES
        validated(fetched.table, schema, f"{source}'s answer for {fetched.id}")
    except DataError as problem:
        return Outcome(None, refused=str(problem))
    return store.put(fetched, now)
