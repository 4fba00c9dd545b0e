"""How a sweep is told at the terminal: where the study stands among its neighbours, never which of them to take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from .errors import TidegateError
from .sweeps import Told

if TYPE_CHECKING:
    from .sweeps import SweepResult


class Aloud(Told):
    """Says sentences on standard error and moves a bar."""

    def __init__(self, counted: Callable[[int, int], None], *, quiet: bool) -> None:
        self._counted, self._quiet = counted, quiet
        self._stored: tuple[int, int] | None = None

    def sentence(self, text: str) -> None:
        """Print it, unless quiet."""
        if not self._quiet:
            typer.echo(text, err=True)

    def progress(self, done: int, total: int) -> None:
        """Move the bar."""
        self._stored = done, total
        self._counted(done, total)

    def interrupted(self) -> TidegateError:
        """What to say after Ctrl-C."""
        if self._stored is None:
            return TidegateError("Interrupted before anything was measured; nothing is written")
        done, total = self._stored
        return TidegateError(
            f"Interrupted: {done:,} of {total:,} members are stored", remedy="The same command goes on from there."
        )


def show(result: SweepResult, console: Console, *, quiet: bool) -> None:
    """Print what the members show; only the folder when quiet."""
    if quiet:
        typer.echo(str(result.folder.path))
        return
    for sentence in sentences(result):
        console.print(sentence, soft_wrap=True)
    console.print(f"Wrote {result.folder.path}: results.parquet, summary.json, sweep.html", soft_wrap=True)


def sentences(result: SweepResult) -> list[str]:
    """The sweep in words."""
    told = result.summary()
    sharpe, preset, best = told["sharpe"], told["preset"], told["best"]
    refused = f"; {told['refused']:,} cannot be run" if told["refused"] else ""
    return [
        f"{told['members']:,} members over {', '.join(told['parameters'])}, {told['distinct']:,} distinct{refused}.",
        f"Sharpe ratio after costs: {_ratio(sharpe['q05'])} to {_ratio(sharpe['q95'])} for nine in ten, "
        f"{_ratio(sharpe['median'])} in the middle.",
        f"The study itself has {_ratio(preset['sharpe'])}: better than {_share(preset['above'])} of its neighbours.",
        f"The best of them has {_ratio(best['sharpe'])}. It is the best of {told['distinct']:,} tries, no estimate: "
        "`tidegate walkforward` says what choosing it in time would have earned.",
        f"{len(result.checked.members)} members run again one by one through vectorbt agree to "
        f"{result.checked.largest_difference:.0e}.",
        f"{result.seconds:.1f} s in all.",
    ]


def _ratio(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.0%}"
