"""`tidegate data fetch`, `status` and `freeze`: the store looked after, and told at the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.markup import escape

from .data.live.fetch import Report
from .data.live.settings import LiveSettings
from .data.live.source import bring_up_to_date, count_jobs
from .data.store import Status, Store, freeze, is_snapshot, status
from .errors import ConfigError
from .output_folder import whole_folder
from .study import Study

if TYPE_CHECKING:
    from rich.console import Console

_WIDTHS = (18, 10, 10, 16, 10, 10, 10, 8)
_TOLD = {"new": "", "added": "", "restated": "yellow", "failed": "red"}


def companies(options: Sequence[str]) -> dict[str, int]:
    """CIK by ticker, from ``TICKER=CIK``."""
    found = {}
    for option in options:
        if not (match := re.fullmatch(r"([A-Z][A-Z0-9.-]*)=0*([0-9]{1,10})", option)):
            raise ConfigError("--company", received=option, expected="TICKER=CIK, for example NVDA=1045810")
        found[match[1]] = int(match[2])
    return found


def jobs(study: Study, named: Mapping[str, int]) -> int:
    """How many jobs a fetch may take, for the progress bar."""
    return count_jobs(study.tickers, named)


def fetch(study: Study, named: Mapping[str, int], *, every: bool, step: Callable[[str], None]) -> list[Report]:
    """Bring the store of this machine up to date for a study.

    Raises
    ------
    SourceError
        Nothing usable is stored for a ticker of the study, or no bill rate.
    """
    settings = LiveSettings.from_environment()
    return bring_up_to_date(study.tickers, settings, companies=named, every=every, step=step)


def show_fetch(reports: Sequence[Report], console: Console, *, quiet: bool) -> None:
    """Print what changed and what failed, and a count; only failures when quiet."""
    for report in reports:
        if report.state == "failed" or (not quiet and report.state in _TOLD):
            colour = _TOLD[report.state]
            word = f"[{colour}]{report.state:<10}[/{colour}]" if colour else f"{report.state:<10}"
            console.print(f"{word}{escape(f'{report.name}: {report.detail}')}", soft_wrap=True)
    if not quiet:
        counts = {state: sum(report.state == state for report in reports) for state in (*_TOLD, "unchanged", "kept")}
        console.print(", ".join(f"{count} {state}" for state, count in counts.items() if count))


def read_status(data: Sequence[str]) -> list[Status]:
    """Status of the store of this machine, or of the snapshots in `data`.

    Raises
    ------
    ConfigError
        Nothing was ever fetched, or a folder is no snapshot.
    """
    if strangers := [folder for folder in data if not is_snapshot(Path(folder))]:
        raise ConfigError("--data", received=strangers[0], expected="a snapshot made by tidegate data freeze")
    folders = [Path(folder) for folder in data] or [LiveSettings.from_environment().home]
    items = [item for folder in folders for item in status(Store(folder), pd.Timestamp.now("UTC"))]
    if not items:
        raise ConfigError("The store is empty", received=str(folders[0]), remedy="Run tidegate data fetch first.")
    return items


def as_plain(item: Status) -> dict[str, Any]:
    """A status as plain data: dates in ISO form, spans in days."""
    return {
        "name": item.name,
        "kind": item.kind,
        "source": item.source,
        "first": item.first.isoformat(),
        "last": item.last.isoformat(),
        "released": item.released.isoformat(),
        "age_days": round(item.age / pd.Timedelta(days=1), 2),
        "limit_days": item.limit.days,
        "stale": item.stale,
        "point_in_time": item.point_in_time,
        "versions_kept": item.versions,
        "sha256": item.sha256,
    }


def show_status(items: Sequence[Status], console: Console) -> None:
    """Print one line per item and a count of the stale ones; a narrow terminal wraps lines, it never cuts them."""
    heading = _line("item", "first", "last", "released (UTC)", "age/limit", "dated", "source", "hash")
    console.print(f"[bold]{heading}[/bold]", soft_wrap=True)
    for item in items:
        age = f"{item.age.days}/{item.limit.days} d"
        dated = "PIT" if item.point_in_time else "pseudo-PIT"
        days = (f"{item.first}", f"{item.last}", f"{item.released:%Y-%m-%d %H:%M}")
        line = escape(_line(item.name, *days, age, dated, item.source, item.sha256[:8]))
        console.print(f"[red]{line}[/red]" if item.stale else line, soft_wrap=True)
    stale = sum(item.stale for item in items)
    console.print(f"{len(items)} items, {stale or 'none'} stale.")


def _line(*cells: str) -> str:
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def freeze_store(folder: Path | None) -> tuple[Path, int]:
    """Freeze the store of this machine into `folder`; all of it or nothing.

    Raises
    ------
    ConfigError
        No folder is named, it holds something else, or nothing was ever fetched.
    """
    if folder is None:
        raise ConfigError("--out is missing", expected="the folder to freeze the store into")
    store = Store(LiveSettings.from_environment().home)
    if not store.entries():
        raise ConfigError("The store is empty", received=str(store.folder), remedy="Run tidegate data fetch first.")
    if is_snapshot(folder):
        raise ConfigError("--out names a snapshot", received=str(folder), expected="a new folder: snapshots stay")
    with whole_folder(folder, mark="manifest.json") as draft:
        return folder, freeze(store, draft)
