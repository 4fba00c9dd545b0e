"""The ways by name, and one measurement of one of them in a process of its own."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from apart import measured_apart, peak_mb

from . import by_hand, other_ways, ours, vectorbt_ways
from .job import SHOWN, Job, Size

HERE = Path(__file__).resolve().parent
ENTRY = str(HERE.parent / "backtests.py")


class Way(NamedTuple):
    """One way of doing the job: what it is called, how many studies it is given, whether its values must be ours."""

    title: str
    studies: int
    same: bool
    repeats: int = 1


WAYS = {
    "sweep": Way("tidegate, sweep", 1000, same=True, repeats=5),
    "by_hand": Way("kernel written by hand", 1000, same=True, repeats=5),
    "wide": Way("vectorbt, all in one call", 1000, same=True),
    "one_by_one": Way("vectorbt, one by one", 20, same=True),
    "single": Way("tidegate, single runs", 20, same=True),
    "pandas": Way("pandas, `weights.shift() * returns`", 20, same=False),
    "bt": Way("bt", SHOWN, same=False),
    "pybroker": Way("PyBroker", SHOWN, same=False),
}


class Run(NamedTuple):
    """Seconds, the process's peak in MB, daily values of the first studies (sessions, studies)."""

    seconds: float
    peak_mb: float
    values: list[list[float]]


def work_of(way: str, job: Job, threads: int) -> Any:
    """What is timed."""
    if way == "sweep":
        return ours.sweep(job, threads=threads)
    if way == "by_hand":
        return by_hand.kernel(job, threads=threads)
    makers = {
        "wide": vectorbt_ways.wide,
        "one_by_one": vectorbt_ways.one_by_one,
        "single": ours.single,
        "pandas": other_ways.with_pandas,
        "bt": other_ways.with_bt,
    }
    return makers[way](job)


def run_here(way: str, size: Size, threads: int) -> Run:
    """Do the job in this process; the best of its repeats counts."""
    job = Job.of(size)
    work, seconds = work_of(way, job, threads), []
    for _ in range(WAYS[way].repeats):
        begun = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - begun)
    peak = peak_mb()
    return Run(min(seconds), peak, values_of(way, found, job).tolist())


def values_of(way: str, found: Any, job: Job) -> np.ndarray:
    """Daily values of the first studies."""
    if way == "sweep":
        return ours.curves(job)
    if way == "by_hand":
        _refuse_other_figures(found, job)
        return ours.curves(job)
    values = vectorbt_ways.values_of(found) if way == "wide" else found
    shown: np.ndarray = values[:, :SHOWN]
    return shown


def _refuse_other_figures(figures: np.ndarray, job: Job) -> None:
    """The kernel gives figures and no curves: all of them must be ours."""
    measured = ours.sweep(job)()
    for column, name in enumerate(by_hand.FIGURES):
        np.testing.assert_allclose(figures[:, column], getattr(measured, name), rtol=1e-10, err_msg=name)


def run(way: str, size: Size, threads: int = 0, *, python: str = sys.executable) -> Run:
    """`run_here` in a process of its own; PyBroker's in a Python of its own too."""
    if way == "pybroker":
        found = measured_apart(str(HERE / "pybroker_way.py"), size.arguments(), python=python)
        return Run(**found)
    return Run(*measured_apart(ENTRY, ["--only", way, *size.arguments(), str(threads)]))
