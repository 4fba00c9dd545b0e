"""`tidegate audit`: the causality audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from ..causality.plan import Depth


def audit(
    study: StudyName = "essay",
    data: Data = SYNTHETIC,
    out: Out = None,
    set_: Set = [],  # noqa: B006
    quick: Annotated[bool, typer.Option("--quick", help="As little as every run does.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Every decision, every scramble of every series.")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the cuts and of the noise.")] = 0,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Processes that share the work.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Prove that no number of a study knew the future; exit 1 on a leak. --out writes audit.json."""
    from ..output_folder import refuse_unusable
    from . import audit_report
    from .progress import counting

    if quick and deep:
        raise ConfigError("--quick and --deep", expected="one of them, or neither")
    if out is not None:
        refuse_unusable(out, mark=audit_report.MARK)
    with counting("auditing causality", quiet=quiet or as_json) as told:
        chosen = load_study(study, set_)
        market = load_data(chosen, data)
        from ..causality import audit as audit_study
        from ..gates import pass_gates

        pass_gates(chosen, market)
        depth: Depth = "deep" if deep else "quick" if quick else "default"
        found = audit_study(chosen, market, depth=depth, seed=seed, jobs=jobs, told=told)
    if out is not None:
        audit_report.write_audit(found, out)
    if as_json:
        print_json(found.as_dict())
    elif quiet:
        typer.echo("passed" if found.passed else "FAILED")
    else:
        audit_report.show(found, console())
    if not found.passed:
        raise typer.Exit(1)
