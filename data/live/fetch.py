"""Fetching: run the jobs that are due, a few at a time, and put each answer into the store as it comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ...errors import TidegateError
from ..fetched import Fetched
from ..schema import PRICES, SERIES, validated
from ..store.manifest import Entry
from ..store.store import Store
from .breaker import Breaker
from .due import is_due
from .plan import Job

State = Literal["new", "added", "unchanged", "restated", "kept", "failed"]


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
        Told the name of each job as it ends.

    Returns
    -------
    list of Report
        One per item, in the order of the jobs. A failure of a source is a report, never an exception.

    Raises
    ------
    ConfigError, DataError
        The store itself cannot be used.
    """
    entries = store.entries()
    breaker = Breaker()
    due = [job for job in jobs if every or any(is_due(entries.get(key), now) for key in job.keys)]
    reports = {job.name: [Report(job.name, "kept")] for job in jobs}
    with ThreadPoolExecutor(parallel) as pool:
        asked = {pool.submit(_ask, job, None if every else entries.get(job.keys[0]), breaker): job for job in due}
        try:
            for done in as_completed(asked):
                job = asked[done]
                reports[job.name] = _settle(job, done.result(), store, now, breaker)
                step(job.name)
        finally:
            pool.shutdown(cancel_futures=True)
    return [report for job in jobs for report in reports[job.name]]


def _ask(job: Job, stored: Entry | None, breaker: Breaker) -> list[Fetched] | TidegateError:
    try:
        answers = breaker.call(job.source, lambda: job.ask(stored))
        for fetched in answers:
            schema = PRICES if fetched.kind == "prices" else SERIES
            validated(fetched.table, schema, f"{job.source}'s answer for {fetched.id}")
        return answers
    except TidegateError as problem:
        return problem


def _settle(
    job: Job, answer: list[Fetched] | TidegateError, store: Store, now: pd.Timestamp, breaker: Breaker
) -> list[Report]:
    """Store an answer; where it does not fit to what is stored, the whole history is asked for, once."""
    if isinstance(answer, TidegateError):
        return [Report(job.name, "failed", str(answer))]
    reports = []
    for fetched in answer:
        outcome = store.put(fetched, now)
        if outcome.needs_whole:
            return _settle(job, _ask(job, None, breaker), store, now, breaker)
        reports.append(Report(fetched.id, outcome.state, outcome.detail))
    return reports
