"""Sweep: many studies made from one, each of them a trial, none of them chosen."""

from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from ..data.market import Market
from ..ledger import Ledger, chosen_ledger
from ..study import Study, as_mapping
from .folder import SweepFolder
from .grid import Grid
from .job import Job
from .members import Told, measured
from .plan import MOST, Plan, plan_sweep
from .result import SweepResult
from .workers import Workers


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
    folder.refuse_other()
    with measured(Job(plan, market, curves=curves), folder, workers=workers, book=book, told=told) as found:
        result = SweepResult(plan, folder, found.preset, found.checked, time.perf_counter() - started)
        folder.describe(result.summary())
        folder.show(sweep_page(result, market, recorded=book is not None))
    return result


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
