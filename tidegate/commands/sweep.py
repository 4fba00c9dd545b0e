"""`tidegate sweep`: a study under many values of its parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import (
    SYNTHETIC,
    Data,
    Debug,
    Json,
    Out,
    Quiet,
    Set,
    StudyName,
    console,
    load_data,
    load_study,
    print_json,
)

GridFile = Annotated[Path, typer.Option("--grid", metavar="FILE", help="TOML file: which parameters vary, over what.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes; by default as many as are worth it.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A dask.distributed scheduler that does the work.")
]
Most = Annotated[int | None, typer.Option("--max", min=1, help="Allow up to this many members (else a million).")]


def sweep(
    study: StudyName,
    grid: GridFile,
    data: Data = SYNTHETIC,
    out: Out = None,
    set_: Set = [],  # noqa: B006  (typer reads the default, nobody changes it)
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    most: Most = None,
    curves: Annotated[bool, typer.Option("--curves", help="Keep the daily values of every member.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Backtest a study under every combination of a grid, or a sample; what was interrupted is gone on with."""
    from ..sweeps import Grid, Workers
    from ..sweeps import sweep as sweep_study
    from ..sweeps.plan import MOST
    from . import sweep_report

    drawn = Grid.load(grid)
    chosen = load_study(study, set_)
    with sweep_report.aloud("sweeping", quiet=quiet or as_json) as told:
        market = load_data(chosen, data)
        found = sweep_study(
            chosen,
            drawn,
            market,
            out=out,
            workers=Workers(jobs, scheduler),
            most=most or MOST,
            curves=curves,
            told=told,
        )
    if as_json:
        print_json(found.summary())
    else:
        sweep_report.show(found, console(), quiet=quiet)
