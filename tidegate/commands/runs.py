"""`tidegate runs ...`: list, show, diff. What was ever backtested on this machine."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from .options import Debug, Json, console, print_json

app = typer.Typer(help="The ledger: every study that was ever backtested.", no_args_is_help=True, rich_markup_mode=None)


class KindName(StrEnum):
    """What a trial was backtested for (`ledger.trial.Kind`, spelled out so that the help needs no pandas)."""

    run = "run"
    sweep = "sweep"
    walkforward = "walkforward"


Id = Annotated[str, typer.Argument(metavar="ID", help="The first digits of a trial's id, four or more.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The id of the trial to compare with.")]
Named = Annotated[str | None, typer.Option("--study", metavar="STUDY", help="Only trials of the study of this name.")]
Of = Annotated[KindName | None, typer.Option("--kind", help="Only what was backtested for this.")]
Last = Annotated[int, typer.Option("--last", min=1, metavar="N", help="Only the newest N.")]


@app.command("list")
def runs_list(
    study: Named = None, kind: Of = None, last: Last = 20, as_json: Json = False, debug: Debug = False
) -> None:
    """List what was backtested, newest first."""
    from ..ledger import Ledger
    from . import runs_report

    ledger = Ledger.at_home()
    found = ledger.trials(study=study, kind=None if kind is None else kind.value, last=last)
    if as_json:
        print_json(runs_report.list_as_json(found))
    else:
        runs_report.show_list(found, ledger, console())


@app.command("show")
def runs_show(id_: Id, as_json: Json = False, debug: Debug = False) -> None:
    """Print a trial: when and by what it was backtested, its figures, and the study as it was."""
    from ..ledger import Ledger
    from . import runs_report

    entry = Ledger.at_home().find(id_)
    if as_json:
        print_json(runs_report.entry_as_json(entry))
    else:
        runs_report.show_entry(entry, console())


@app.command("diff")
def runs_diff(id_: Id, other: Other, as_json: Json = False, debug: Debug = False) -> None:
    """Print the parameters in which two trials differ, their figures, and whether their data differ."""
    from ..ledger import Ledger
    from . import runs_report

    ledger = Ledger.at_home()
    pair = ledger.find(id_), ledger.find(other)
    if as_json:
        print_json(runs_report.pair_as_json(*pair))
    else:
        runs_report.show_pair(*pair, console())
