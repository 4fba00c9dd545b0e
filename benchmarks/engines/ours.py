"""Ours: the sweep's event loop, and the single run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from tidegate.backtests.compilation import compile_loop
from tidegate.backtests.engine import simulate
from tidegate.backtests.events import Events, Tape, Terms
from tidegate.backtests.measure_many import Measured, measure_many

from .job import CAPITAL, RATE, SHOWN, Job, Study

BATCH = 250  # as the sweep has it


def sweep(job: Job, *, threads: int = 0) -> Callable[[], Measured]:
    """All studies through the event loop, statistics included; `threads` 0 is one for each processor."""
    compile_loop()
    tape, events, terms = tape_of(job), events_of(job.studies, job), terms_of(job, len(job.studies))
    return lambda: measure_many(events, tape, terms, threads=threads or os.cpu_count() or 1)


def curves(job: Job) -> np.ndarray:
    """Daily values of the first studies, shape (sessions, studies)."""
    shown = job.studies[:SHOWN]
    found = measure_many(events_of(shown, job), tape_of(job), terms_of(job, len(shown)), curves=True).curves
    return np.asarray(found).T


def streamed(job: Job, count: int) -> float:
    """Seconds that the event loop takes for `count` studies in batches, which is how a sweep keeps its memory small."""
    compile_loop()
    tape, seconds = tape_of(job), 0.0
    for batch in job.batches(count, BATCH):
        events, terms = events_of(batch, job), terms_of(job, len(batch))
        begun = time.perf_counter()
        measure_many(events, tape, terms, threads=os.cpu_count() or 1)
        seconds += time.perf_counter() - begun
    return seconds


def single(job: Job) -> Callable[[], np.ndarray]:
    """Each study alone through `Portfolio.from_orders`, as a single run has it."""
    rates = np.full(job.size.assets, RATE)
    sizes = [job.weights_by_session(number) for number in range(len(job.studies))]

    def done() -> np.ndarray:
        values = [simulate(job.prices, each, rates, CAPITAL).value().to_numpy() for each in sizes]
        return np.column_stack(values)

    simulate(job.prices.iloc[:50], sizes[0].iloc[:50], rates, CAPITAL)
    return done


def tape_of(job: Job) -> Tape:
    """Prices, and bills that yield nothing."""
    nothing = pd.DataFrame(0.0, index=job.prices.index, columns=["accrued", "opening"])
    return Tape.of(job.prices, nothing)


def events_of(studies: list[Study], job: Job) -> Events:
    """Packed orders."""
    return Events.of([(each.rows, each.weights) for each in studies], assets=job.size.assets)


def terms_of(job: Job, count: int) -> Terms:
    """The same costs for all."""
    rates = np.full(job.size.assets, RATE)
    return Terms.alike(count, rates=rates, borrow=np.zeros(job.size.assets), capital=CAPITAL)
