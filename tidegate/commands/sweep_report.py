"""How a sweep is told at the terminal: where the study stands among its neighbours, never which of them to take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from ..sweeps import Told, words
from .options import interrupted
from .progress import counting

if TYPE_CHECKING:
    from ..sweeps import SweepResult


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

    def stored(self) -> str:
        """How much there is already."""
        if self._stored is None:
            return "interrupted before any member was measured."
        done, total = self._stored
        return f"interrupted; {done:,} of {total:,} members are stored, the same command goes on from there."


@contextmanager
def aloud(name: str, *, quiet: bool) -> Iterator[Aloud]:
    """Who tells of members that are measured; Ctrl-C becomes one sentence on how many are stored."""
    with counting(name, quiet=quiet, each="studies") as counted:
        told = Aloud(counted, quiet=quiet)
        try:
            yield told
        except KeyboardInterrupt:
            raise interrupted(told.stored()) from None


def show(result: SweepResult, console: Console, *, quiet: bool) -> None:
    """Print what the members show; only the folder when quiet."""
    if quiet:
        typer.echo(str(result.folder.path))
        return
    for sentence in sentences(result):
        console.print(sentence, soft_wrap=True)
    console.print(f"Wrote {result.folder.path}: results.parquet, summary.json, sweep.html", soft_wrap=True)


def sentences(result: SweepResult) -> list[str]:
    """The sweep in words, and how long it took."""
    return [*words.sentences(result.summary()), f"{result.seconds:.1f} s in all."]
