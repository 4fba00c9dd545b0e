"""`tidegate run`: a backtest, its pages, its evidence."""

from __future__ import annotations

import os
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


def run(
    study: StudyName = "essay",
    data: Data = SYNTHETIC,
    out: Out = None,
    set_: Set = [],  # noqa: B006  (typer reads the default, nobody changes it)
    list_: Annotated[bool, typer.Option("--list", help="List the strategies that a study can name, and stop.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Backtest a study and write tearsheet, regime page and evidence."""
    if list_:
        from . import strategy_list

        strategy_list.show(load_study(study, set_), console(), as_json=as_json)
        return
    from ..output_folder import refuse_unusable
    from .progress import progress

    with progress(6, quiet=quiet or as_json) as step:
        step("loading data")
        chosen = load_study(study, set_)
        folder = out or Path("outputs") / chosen.name
        refuse_unusable(folder, mark="manifest.json")
        market = load_data(chosen, data)
        from ..pipeline import run as run_study  # imports vectorbt

        result = run_study(chosen, market, step=step, jobs=min(1, (os.cpu_count() or 1) - 1))
        step("writing pages")
        result.write(folder)
    if as_json:
        print_json(result.summary())
    else:
        from .run_report import show

        show(result, folder, quiet=quiet)
    if not result.audit.passed:
        raise typer.Exit(1)
