"""Options that every command takes, and how a command prints."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..data.market import Market
    from ..study import Study

StudyName = Annotated[
    str,
    typer.Argument(metavar="[STUDY]", help="A shipped name (essay, proxies, long_history) or the path of a TOML file."),
]
Data = Annotated[
    list[str],
    typer.Option(
        "--data",
        help="'synthetic', 'live', a snapshot or a folder; repeatable: later ones add to earlier ones.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder to write into.")]
Set = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter of the study; repeatable.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only what was asked for.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

SYNTHETIC = ["synthetic"]


def load_study(name: str, overrides: list[str]) -> Study:
    """The study, with pydantic imported only now."""
    from ..study import Study

    return Study.load(name, overrides)


def load_data(study: Study, data: list[str]) -> Market:
    """The market of a study, with pandas imported only now."""
    from ..data import load_market

    return load_market(data, economy=study.economy, assets=study.tickers)


def console() -> Any:
    """A console as wide as the terminal, or 100 columns for a file."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 100, highlight=False)


def print_json(content: dict[str, Any]) -> None:
    """Print plain data for machines."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def interrupted(kept: str) -> typer.Exit:
    """The end after Ctrl-C, with one sentence on what is kept."""
    typer.echo(f"tidegate: {kept}", err=True)
    return typer.Exit(130)
