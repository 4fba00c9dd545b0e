"""`tidegate data ...`: fetch, status, freeze, synthesize, check."""

from __future__ import annotations

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
    interrupted,
    load_study,
    print_json,
)

app = typer.Typer(help="Look after the data.", no_args_is_help=True, rich_markup_mode=None)

Companies = Annotated[
    list[str],
    typer.Option("--company", metavar="TICKER=CIK", help="A further company whose filings to fetch; repeatable."),
]


@app.command("fetch")
def data_fetch(
    study: StudyName = "essay",
    whole: Annotated[bool, typer.Option("--whole", help="Ask for whole histories, due or not.")] = False,
    company: Companies = [],  # noqa: B006  (typer reads the default, nobody changes it)
    set_: Set = [],  # noqa: B006
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Bring the store up to date: prices of the study, every series, filings. Nothing is asked twice for nothing."""
    from . import store_report
    from .progress import progress

    chosen = load_study(study, set_)
    companies = store_report.companies(company)
    try:
        with progress(store_report.jobs(chosen, companies), quiet=quiet or as_json) as step:
            reports = store_report.fetch(chosen, companies, every=whole, step=step)
    except KeyboardInterrupt:
        raise interrupted("interrupted; what came until now is stored, the next fetch goes on from there.") from None
    if as_json:
        print_json({"schema": 1, "items": [vars(report) for report in reports]})
    else:
        store_report.show_fetch(reports, console(), quiet=quiet)


@app.command("status")
def data_status(
    data: Annotated[list[str], typer.Option("--data", help="A snapshot; the store when not given.")] = [],  # noqa: B006
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show what the store holds and how fresh it is; exit status 1 when something is stale."""
    from . import store_report

    items = store_report.read_status(data)
    if as_json:
        print_json({"schema": 1, "items": [store_report.as_plain(item) for item in items]})
    elif not quiet:
        store_report.show_status(items, console())
    if any(item.stale for item in items):
        raise typer.Exit(1)


@app.command("freeze")
def data_freeze(out: Out = None, quiet: Quiet = False, as_json: Json = False, debug: Debug = False) -> None:
    """Freeze the store into the folder --out, to be used as --data for ever."""
    from . import store_report

    folder, count = store_report.freeze_store(out)
    if as_json:
        print_json({"schema": 1, "folder": str(folder), "items": count})
    elif not quiet:
        typer.echo(f"Froze {count} items. Use it with --data {folder}")


@app.command("synthesize")
def data_synthesize(
    study: StudyName = "essay",
    out: Out = None,
    set_: Set = [],  # noqa: B006
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Write the embedded economy as a folder of files, to look at and to change (--set economy.seed=3)."""
    from .. import synthesis

    folder, files = synthesis.write_economy(load_study(study, set_), out)
    if as_json:
        print_json({"schema": 1, "folder": str(folder), "files": files})
    elif not quiet:
        typer.echo(f"Wrote {files} files. Use them with --data {folder}; whatever they make says that it is made up.")


@app.command("check")
def data_check(
    study: StudyName = "essay",
    data: Data = SYNTHETIC,
    out: Out = None,
    set_: Set = [],  # noqa: B006
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Look for what is wrong with the data; exit status 1 when something is."""
    from . import check_report
    from .progress import progress

    with progress(1, quiet=quiet or as_json) as step:
        step("reading data")
        findings = check_report.check(load_study(study, set_), data)
    if out is not None:
        check_report.write_findings(findings, out)
    if as_json:
        print_json({"schema": 1, "findings": [finding.as_dict() for finding in findings]})
    elif not quiet:
        check_report.show(findings, console())
    if check_report.is_bad(findings):
        raise typer.Exit(1)
