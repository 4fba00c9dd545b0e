"""`tidegate signal`: today's waterline, regime and target weights."""

from __future__ import annotations

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


def signal(
    study: StudyName = "essay",
    data: Data = SYNTHETIC,
    out: Out = None,
    set_: Set = [],  # noqa: B006
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show today's waterline, regime, contributions and target weights; --out writes target.json and target.csv."""
    from .. import signal_report
    from .progress import progress

    with progress(2, quiet=quiet or as_json) as step:
        step("loading data")
        chosen = load_study(study, set_)
        market = load_data(chosen, data)
        step("measuring the waterline")
        decisions, target = signal_report.signal(chosen, market)
    if out is not None:
        signal_report.write_target(target, out)
    if as_json:
        print_json(signal_report.as_json(decisions, target))
    elif not quiet:
        signal_report.show(decisions, target, console())
    if out is not None and not (quiet or as_json):
        typer.echo(f"Wrote {out / 'target.json'} and {out / 'target.csv'}")
