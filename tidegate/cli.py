"""The command line, put together from `commands`; nothing heavy is imported before a command is called."""

from __future__ import annotations

import atexit
import gc
import sys
from typing import NoReturn

import typer

from .commands.audit import audit
from .commands.data import app as data_app
from .commands.run import run
from .commands.runs import app as runs_app
from .commands.signal import signal
from .commands.study import app as study_app
from .commands.sweep import sweep
from .commands.walkforward import walkforward
from .errors import TidegateError

app = typer.Typer(
    name="tidegate",
    help="Measures the level of liquidity from what was public at the time, and toggles a portfolio with it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (run, signal, audit, sweep, walkforward):
    app.command()(command)
for name, group in (("data", data_app), ("study", study_app), ("runs", runs_app)):
    app.add_typer(group, name=name)


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
