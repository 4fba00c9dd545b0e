"""`tidegate study ...`: show, init, diff."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import ConfigError
from .options import Debug, Json, Quiet, Set, StudyName, console, load_study, print_json

app = typer.Typer(help="Look at studies, begin one, compare two.", no_args_is_help=True, rich_markup_mode=None)

Other = Annotated[str, typer.Argument(metavar="OTHER", help="The study to compare with.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The TOML file to write; its name becomes the study's.")]
Like = Annotated[str, typer.Option("--like", metavar="STUDY", help="The study to begin with.")]


@app.command("show")
def study_show(study: StudyName = "essay", set_: Set = [], as_json: Json = False, debug: Debug = False) -> None:  # noqa: B006
    """Print a study completely, defaults included: a file that can be run."""
    from ..study import as_mapping
    from ..study_text import as_toml

    chosen = load_study(study, set_)
    if as_json:
        print_json({**as_mapping(chosen), "config_hash": chosen.config_hash})
    else:
        typer.echo(as_toml(chosen), nl=False)


@app.command("init")
def study_init(
    file: File,
    like: Like = "essay",
    set_: Set = [],  # noqa: B006
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a study file to change, with every parameter and what it means; never over an existing one."""
    from ..study_text import as_toml

    chosen = load_study(like, [*set_, f"name={file.stem}"])
    try:
        with file.open("x", encoding="utf-8") as place:
            place.write(as_toml(chosen))
    except FileExistsError:
        remedy = "Choose another name; tidegate does not write over a study."
        raise ConfigError("The study file exists", received=str(file), expected="a new file", remedy=remedy) from None
    except OSError as error:
        what, expected = f"Cannot write the study file: {error.strerror}", "a file in a folder you may write to"
        raise ConfigError(what, received=str(file), expected=expected) from None
    if not quiet:
        typer.echo(f"Wrote {file}. Change it, then: tidegate run {file}")


@app.command("diff")
def study_diff(study: StudyName, other: Other, as_json: Json = False, debug: Debug = False) -> None:
    """Print the parameters in which two studies differ, and whether a result can."""
    from ..study_text import differences

    left, right = load_study(study, []), load_study(other, [])
    found = differences(left, right)
    same = left.config_hash == right.config_hash
    if as_json:
        print_json({"same_hash": same, "differences": {key: list(pair) for key, pair in found.items()}})
        return
    _table(found, left.name, right.name)
    typer.echo("The hashes are equal: no result can differ." if same else "The hashes differ: results can.")


def _table(found: dict[str, tuple[Any, Any]], left: str, right: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("parameter", left, right):
        table.add_column(heading, overflow="fold")
    for key, pair in found.items():
        table.add_row(key, *("" if value is None else str(value) for value in pair))
    console().print(table)
