"""Progress for people at a terminal; silence for everybody else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, Task


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A bar on standard error that advances with each named step; nothing is drawn when not at a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda name: None
        return
    with _bar() as bar:
        task = bar.add_task("starting", total=total)
        begun = False

        def step(name: str) -> None:
            nonlocal begun
            bar.update(task, description=name, advance=1 if begun else 0)
            begun = True

        yield step


@contextmanager
def counting(name: str, *, quiet: bool, each: str = "") -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many of how many are done, and shows the time left; nothing when not at a terminal.

    With `each`, the word for one of them, it shows how many are done in a second too.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with _bar(each) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar(each: str = "") -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0.0:,.0f} {each}/s" if each else "")

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        Speed(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)
