"""How an audit is told at the terminal: the verdict, what was compared, what was not proved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ..causality.result import Audit
from ..output_folder import whole_folder, write_json

MARK = "audit.json"
_TITLES = {
    "start": "Today's answer when the data begin later",
    "vintages": "True vintages against the latest ones",
    "lag": "Sharpe ratio by execution lag (0 sessions: nobody could)",
}


def show(audit: Audit, console: Console) -> None:
    """Print the audit for a person."""
    for title, table in {"Comparisons that held": audit.overview(), **_titled(audit)}.items():
        console.print(title)
        console.print(_table(table))
    for line in audit.summary().splitlines():
        console.print(line, markup=False, soft_wrap=True)


def write_audit(audit: Audit, folder: Path) -> Path:
    """Write ``audit.json`` into `folder`, all or nothing."""
    with whole_folder(folder, mark=MARK) as draft:
        write_json(draft / MARK, {"schema": 1, **audit.as_dict()})
    return folder


def _titled(audit: Audit) -> dict[str, pd.DataFrame]:
    return {_TITLES[name]: table for name, table in audit.tables.items()}


def _table(frame: pd.DataFrame) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column(str(frame.index.name), no_wrap=True)
    for heading in frame.columns:
        table.add_column(str(heading).replace(" ", "\n"), justify="right")
    for label, row in zip(frame.index, frame.itertuples(index=False), strict=True):
        table.add_row(_cell(label), *map(_cell, row))
    return table


def _cell(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.2f}"
    return "" if value is None else str(value)
