"""`tidegate walkforward`: what choosing parameters in time would have earned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ConfigError
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
from .sweep import GridFile, Jobs, Most, Scheduler

if TYPE_CHECKING:
    from rich.console import Console

    from ..walkforward import WalkForward

Train = Annotated[float | None, typer.Option("--train", metavar="YEARS", help="Length of a training (5).")]
Test = Annotated[float | None, typer.Option("--test", metavar="YEARS", help="Length of a test (1).")]
Anchored = Annotated[bool, typer.Option("--anchored", help="Let every training begin with the first session.")]
Purge = Annotated[
    int | None, typer.Option("--purge", metavar="SESSIONS", help="Sessions left out between training and test (5).")
]
Embargo = Annotated[
    int | None, typer.Option("--embargo", metavar="SESSIONS", help="Further ones after a test, for --paths (21).")
]
CriterionName = Annotated[
    str | None, typer.Option("--criterion", metavar="NAME", help="sharpe, sortino or growth: what is chosen by.")
]
Held = Annotated[
    float | None, typer.Option("--held", metavar="SHARE", help="Least share of a training a member must be held (1).")
]
PathsToo = Annotated[bool, typer.Option("--paths", help="Make paths of combinatorial purged cross-validation too.")]
Groups = Annotated[int | None, typer.Option("--groups", help="Groups of sessions for --paths (8).")]
TestGroups = Annotated[int | None, typer.Option("--test-groups", help="How many of them are tested at once (2).")]


def walkforward(
    study: StudyName,
    grid: GridFile,
    data: Data = SYNTHETIC,
    out: Out = None,
    set_: Set = [],  # noqa: B006  (typer reads the default, nobody changes it)
    train: Train = None,
    test: Test = None,
    anchored: Anchored = False,
    purge: Purge = None,
    embargo: Embargo = None,
    criterion: CriterionName = None,
    held: Held = None,
    paths: PathsToo = False,
    groups: Groups = None,
    test_groups: TestGroups = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    most: Most = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Choose parameters in time, window by window, and say what that earned against keeping the study as it is."""
    given = {
        "train": train,
        "test": test,
        "anchored": anchored,
        "purge": purge,
        "embargo": embargo,
        "criterion": criterion,
        "held": held,
        "paths": paths,
        "groups": groups,
        "test_groups": test_groups,
    }
    from ..sweeps import Grid, Workers
    from ..sweeps.plan import MOST
    from ..walkforward import WalkConfig, walk_forward
    from .sweep_report import aloud

    _refuse_idle(given)
    config, drawn = WalkConfig.of(_those_given(given)), Grid.load(grid)
    chosen = load_study(study, set_)
    with aloud("measuring members", quiet=quiet or as_json) as told:
        market = load_data(chosen, data)
        found = walk_forward(
            chosen,
            drawn,
            market,
            config=config,
            out=out,
            workers=Workers(jobs, scheduler),
            most=most or MOST,
            told=told,
        )
    if as_json:
        print_json(found.summary())
    else:
        _show(found, console(), quiet=quiet)


def _refuse_idle(given: dict[str, Any]) -> None:
    """Raise ConfigError for an option that would change nothing."""
    for name in ("embargo", "groups", "test_groups"):
        if given[name] is not None and not given["paths"]:
            raise ConfigError(
                f"--{name.replace('_', '-')} without --paths",
                received=given[name],
                expected="both: it says how the paths are made, and nothing else",
                remedy="Add --paths, or leave it out.",
            )


def _those_given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _show(found: WalkForward, to: Console, *, quiet: bool) -> None:
    if quiet:
        typer.echo(str(found.folder.path))
        return
    from ..walkforward.words import sentences

    for sentence in sentences(found):
        to.print(sentence, soft_wrap=True)
    paths = ", paths.parquet" if found.paths is not None else ""
    to.print(
        f"Wrote {found.folder.path}: walkforward.html, summary.json, windows.parquet, returns.parquet, "
        f"results.parquet{paths}",
        soft_wrap=True,
    )
