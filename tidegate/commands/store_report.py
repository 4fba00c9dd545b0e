"""`tidegate data fetch`, `status` and `freeze`: the store looked after, and told at the terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.markup import escape

from ..data.live.fetch import Report, State
from ..data.live.settings import LiveSettings
from ..data.live.source import bring_up_to_date, count_jobs
from ..data.store import Status, Store, freeze, is_snapshot, status
from ..data.store.manifest import NAME
from ..errors import ConfigError
from ..output_folder import whole_folder
from ..study import Study

if TYPE_CHECKING:
    from rich.console import Console

_TOLD = {"new": "green", "added": "green", "restated": "yellow"}
_STATES: tuple[State, ...] = ("new", "added", "restated", "unchanged", "kept", "failed")
_COLUMNS = {
    "item": 18,
    "last": 10,
    "released (UTC)": 16,
    "age/limit": 10,
    "dated": 10,
    "source": 10,  # up to here in 80 columns
    "first": 10,
    "hash": 8,
}


def companies(options: Sequence[str]) -> dict[str, int]:
    """CIK by ticker, from ``TICKER=CIK``."""
    found = {}
    for option in options:
        if not (match := re.fullmatch(r"([A-Z][A-Z0-9.-]{0,9})=0*([0-9]{1,10})", option)):
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
    step("asking the sources")
    return bring_up_to_date(study.tickers, settings, companies=named, every=every, step=step)


def show_fetch(reports: Sequence[Report], console: Console, *, quiet: bool) -> None:
    """Print what changed, what failed (a reason that several items share, once) and a count; when quiet, failures."""
    for report in [] if quiet else reports:
        if colour := _TOLD.get(report.state):
            _tell(console, report.state, colour, f"{report.name}: {report.detail}")
    failed = [report for report in reports if report.state == "failed"]
    for reason in dict.fromkeys(report.detail for report in failed):
        names = ", ".join(report.name for report in failed if report.detail == reason)
        _tell(console, "failed", "red", f"{names}: {reason}")
    if not quiet:
        counts = Counter(report.state for report in reports)
        console.print(", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state]))


def _tell(console: Console, state: str, colour: str, text: str) -> None:
    console.print(f"[{colour}]{state:<10}[/{colour}]{escape(text)}", soft_wrap=True)


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
    """Print one line per item and name the stale ones; a terminal below 100 columns gets fewer columns."""
    columns = list(_COLUMNS.items())[: None if console.width >= 100 else -2]
    console.print("[bold]" + _line([name for name, _ in columns]) + "[/bold]", soft_wrap=True)
    for item in items:
        line = escape(_line(_cells(item)[: len(columns)]))
        console.print(f"[red]{line}[/red]" if item.stale else line, soft_wrap=True)
    stale = [item.name for item in items if item.stale]
    names = f"{len(stale)} stale: {', '.join(stale)}" if stale else "none stale"
    console.print(f"{len(items)} items, {names}", soft_wrap=True)


def _cells(item: Status) -> list[str]:
    return [
        item.name,
        f"{item.last}",
        f"{item.released:%Y-%m-%d %H:%M}",
        f"{item.age.days}/{item.limit.days} d",
        "PIT" if item.point_in_time else "pseudo-PIT",
        item.source,
        f"{item.first}",
        item.sha256[:8],
    ]


def _line(cells: Sequence[str]) -> str:
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, _COLUMNS.values(), strict=False)).rstrip()


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
    if (folder / NAME).exists():
        raise ConfigError("--out names a snapshot", received=str(folder), expected="a new folder: snapshots stay")
    with whole_folder(folder, mark=NAME) as draft:
        return folder, freeze(store, draft)
