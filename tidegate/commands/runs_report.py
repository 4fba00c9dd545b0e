"""How the ledger is told: at the terminal, and for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import tomlkit
from pydantic import ValidationError
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from ..ledger.ledger import SHOWN
from ..ledger.trial import METRICS
from ..study import Study
from ..study_text import as_toml, mapping_differences

if TYPE_CHECKING:
    from rich.console import Console

    from ..ledger import Entry, Ledger

_RATIOS = {"sharpe", "sortino", "calmar", "turnover"}
_LISTED = {"sharpe": "Sharpe", "cagr": "CAGR", "max_drawdown": "max dd"}


def list_as_json(found: pd.DataFrame) -> dict[str, Any]:
    """Rows of `Ledger.trials`, for machines."""
    return {
        "trials": [
            {"id": str(id_)}
            | {name: row[name] for name in ("kind", "study", "source")}
            | {"synthetic": bool(row["synthetic"]), "times": int(row["times"])}
            | {name: row[name].isoformat() for name in ("first_at", "last_at")}
            | {name: row[name] for name in ("code_version", "config_hash", "data_hash")}
            | {"metrics": _plain({name: row[name] for name in METRICS})}
            for id_, row in found.iterrows()
        ]
    }


def show_list(found: pd.DataFrame, ledger: Ledger, console: Console) -> None:
    """Print rows of `Ledger.trials`, and words where there are none."""
    if found.empty:
        console.print(f"No trial to show in {escape(str(ledger.path))}. Each backtest adds one: tidegate run")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("id", "kind", "study", "data"):
        table.add_column(heading, no_wrap=heading == "id", overflow="fold")
    for heading in (*_LISTED.values(), "when (UTC)", "times"):
        table.add_column(heading, justify="right", no_wrap=True)
    for id_, row in found.iterrows():
        figures = (_figure(name, row[name]) for name in _LISTED)
        words = (str(id_), row["kind"], escape(row["study"]), "synthetic" if row["synthetic"] else row["source"])
        table.add_row(*words, *figures, f"{row['last_at']:%Y-%m-%d %H:%M}", str(row["times"]))
    console.print(table)


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """One trial, for machines."""
    trial = entry.trial
    return {
        "id": entry.id,
        "kind": trial.kind,
        "study": trial.study,
        "source": trial.source,
        "synthetic": trial.synthetic,
        "config_hash": trial.config_hash,
        "data_hash": trial.data_hash,
        "code_version": trial.code_version,
        "first_at": entry.first_at.isoformat(),
        "last_at": trial.at.isoformat(),
        "times": entry.times,
        "sessions": trial.sessions,
        "metrics": _plain({**trial.metrics, "skew": trial.skew, "kurtosis": trial.kurtosis}),
        "overrides": dict(trial.overrides),
        "parameters": trial.whole_study(),
    }


def show_entry(entry: Entry, console: Console) -> None:
    """Print one trial: facts, figures, and the study as a file that can be run again."""
    trial = entry.trial
    facts = {
        "id": entry.id,
        "study": f"{trial.study} ({trial.kind})",
        "data": f"{trial.source}{', made up' if trial.synthetic else ''}; hash {trial.data_hash}",
        "configuration": f"hash {trial.config_hash}",
        "code": f"tidegate {trial.code_version}",
        "backtested": f"{entry.times} x, first {_when(entry.first_at)}, last {_when(trial.at)} UTC",
        "sessions": f"{trial.sessions}, from {trial.first_month}",
    }
    figures = {name.replace("_", " "): _figure(name, trial.metrics[name]) for name in METRICS}
    changed = {"changed": ", ".join(f"{key} = {value}" for key, value in trial.overrides.items())}
    for name, value in (facts | figures | (changed if trial.overrides else {})).items():
        console.print(f"{name:<14} {value}", markup=False, soft_wrap=True)
    console.print("\nThe study as it was:\n")
    console.print(_text(trial.whole_study()), end="", markup=False, soft_wrap=True)


def pair_as_json(left: Entry, right: Entry) -> dict[str, Any]:
    """Two trials compared, for machines."""
    pair = left.trial, right.trial
    metrics = [_plain(trial.metrics) for trial in pair]
    return {
        "ids": [left.id, right.id],
        "same_config_hash": left.trial.config_hash == right.trial.config_hash,
        "same_data": left.trial.data_hash == right.trial.data_hash,
        "code_versions": [trial.code_version for trial in pair],
        "differences": {key: list(values) for key, values in _differences(left, right).items()},
        "metrics": {name: [each[name] for each in metrics] for name in METRICS},
    }


def show_pair(left: Entry, right: Entry, console: Console) -> None:
    """Print the parameters in which two trials differ, their figures, and what else may explain these."""
    heads = [f"{entry.id[:SHOWN]} {entry.trial.study}" for entry in (left, right)]
    parameters = {key: [_value(value) for value in pair] for key, pair in _differences(left, right).items()}
    if parameters:
        console.print(_side_by_side(["parameter", *heads], parameters))
    figures = {
        name.replace("_", " "): [_figure(name, entry.trial.metrics[name]) for entry in (left, right)]
        for name in METRICS
    }
    console.print(_side_by_side(["figure", *heads], figures))
    console.print(_causes(left, right))


def _differences(left: Entry, right: Entry) -> dict[str, tuple[Any, Any]]:
    return mapping_differences(left.trial.whole_study(), right.trial.whole_study())


def _causes(left: Entry, right: Entry) -> str:
    ours, theirs = left.trial, right.trial
    parts = {
        "study": ours.config_hash == theirs.config_hash,
        "data": ours.data_hash == theirs.data_hash,
        "code": ours.code_version == theirs.code_version,
    }
    told = {same: ", ".join(part for part in parts if parts[part] is same) or "nothing" for same in (True, False)}
    return f"The same: {told[True]}. Different: {told[False]}."


def _side_by_side(heads: list[str], rows: Mapping[str, list[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(escape(head), overflow="fold")
    for name, pair in rows.items():
        table.add_row(name, *map(escape, pair))
    return table


def _text(whole: dict[str, Any]) -> str:
    """As a study file; without the explanations where this version of tidegate knows other parameters."""
    try:
        return as_toml(Study.model_validate(whole))
    except ValidationError:
        return tomlkit.dumps(_known(whole))


def _known(tree: Any) -> Any:
    """Without what is not set: TOML has no word for it."""
    return (
        {name: _known(value) for name, value in tree.items() if value is not None} if isinstance(tree, dict) else tree
    )


def _plain(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: float(value) if math.isfinite(value) else None for name, value in figures.items()}


def _figure(name: str, value: float) -> str:
    if not math.isfinite(value):
        return "n/a"
    if name == "final_value":
        return f"{value:,.0f} USD"
    return f"{value:.2f}" if name in _RATIOS else f"{value:.1%}"


def _value(value: Any) -> str:
    return "" if value is None else str(value)


def _when(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
