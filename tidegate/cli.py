"""The command line. Each command reads its options, calls the package, and prints; nothing heavy is imported before."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from .data_commands import app as data_app
from .errors import TidegateError
from .options import SYNTHETIC, Data, Debug, Json, Out, Quiet, Set, StudyName, console, load_study, print_json
from .runs_commands import app as runs_app
from .study_commands import app as study_app
from .sweep_commands import sweep
from .walkforward_commands import walkforward

if TYPE_CHECKING:
    from .causality.plan import Depth
    from .data.market import Market
    from .study import Study

app = typer.Typer(
    name="tidegate",
    help="Measures the level of liquidity from what was public at the time, and toggles a portfolio with it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data_app, name="data")
app.add_typer(study_app, name="study")
app.command()(sweep)
app.command()(walkforward)
app.add_typer(runs_app, name="runs")


@app.command()
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
    from .output_folder import refuse_unusable
    from .progress import progress

    with progress(6, quiet=quiet or as_json) as step:
        step("loading data")
        chosen = load_study(study, set_)
        folder = out or Path("outputs") / chosen.name
        refuse_unusable(folder, mark="manifest.json")
        market = _market(chosen, data)
        from .pipeline import run as run_study  # imports vectorbt

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


@app.command()
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
    from . import signal_report
    from .progress import progress

    with progress(2, quiet=quiet or as_json) as step:
        step("loading data")
        chosen = load_study(study, set_)
        market = _market(chosen, data)
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


@app.command()
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
    from . import audit_report
    from .output_folder import refuse_unusable
    from .progress import counting

    if out is not None:
        refuse_unusable(out, mark=audit_report.MARK)
    with counting("auditing causality", quiet=quiet or as_json) as told:
        chosen = load_study(study, set_)
        market = _market(chosen, data)
        from .causality import audit as audit_study
        from .gates import pass_gates

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


def _market(study: Study, data: list[str]) -> Market:
    from .data import load_market

    return load_market(data, economy=study.economy, assets=study.tickers)


def main() -> None:
    """Run the command line; errors of tidegate become one paragraph and their exit status."""
    # A command allocates much and frees little: at the default threshold the collector takes a tenth of its time, and
    # its last round, over everything that vectorbt imported, a second of the shutdown.
    gc.set_threshold(200_000, 20, 100)
    atexit.register(gc.freeze)
    try:
        app()
    except Exception as error:  # the last stop before the user: no traceback without --debug
        if "--debug" in sys.argv:
            raise
        if isinstance(error, TidegateError):
            _stop(str(error), error.exit_status)
        _stop(f"internal error, {type(error).__name__}: {error}. This is a bug in tidegate; --debug shows where.", 1)


def _stop(paragraph: str, status: int) -> NoReturn:
    typer.echo(f"tidegate: {paragraph}", err=True)
    raise SystemExit(status) from None
