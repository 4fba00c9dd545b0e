"""Today's signal: the target of the newest decision, and how it is told to a person."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .data.market import Market
from .decisions import Decisions, decide
from .gates import pass_gates
from .output_folder import whole_folder, write_json
from .paper import Target, with_cash
from .study import Study

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_MARK = "target.json"


def signal(study: Study, market: Market) -> tuple[Decisions, Target]:
    """The decisions of a study and the target of the newest one."""
    pass_gates(study, market)
    decisions = decide(study, market)
    row = decisions.targets.index[-1]
    level = _value(decisions.waterline.level, row)
    return decisions, Target(
        study=study.name,
        config_hash=study.config_hash,
        data_hash=market.digest,
        synthetic=market.provenance.synthetic,
        as_of=row,
        last_session=f"{market.sessions[-1]:%Y-%m-%d}",
        regime=str(decisions.regime.iloc[-1]),
        waterline=level if math.isfinite(level) else None,
        weights=with_cash(
            {asset: _value(decisions.targets[asset], row) for asset in map(str, decisions.targets.columns)}
        ),
        pseudo_pit=tuple(sorted(market.releases.pseudo_pit)),
    )


def as_json(decisions: Decisions, target: Target) -> dict[str, Any]:
    """The target with its reasons, as plain data."""
    line, row = decisions.waterline, target.as_of
    slack = _value(line.slack, row)
    return {
        **target.as_dict(),
        "coverage": _value(line.coverage, row),
        "slack": slack if math.isfinite(slack) else None,
        "contributions": {
            name: part
            for name in map(str, line.contributions.columns)
            if name not in line.missing and math.isfinite(part := _value(line.contributions[name], row))
        },
        "missing": dict(line.missing),
    }


def write_target(target: Target, folder: Path) -> Path:
    """Write ``target.json`` and ``target.csv`` into `folder`, all or nothing."""
    with whole_folder(folder, mark=_MARK) as draft:
        write_json(draft / _MARK, target.as_dict())
        (draft / "target.csv").write_text(target.as_csv(), encoding="utf-8")
    return folder


def show(decisions: Decisions, target: Target, console: Console) -> None:
    """Print the signal for a person."""
    level = "held: too little is measured" if target.waterline is None else f"{target.waterline:+.2f}"
    if target.synthetic:
        console.print("[yellow]Synthetic economy: every number below is made up.[/yellow]")
    console.print(f"[bold]{target.regime}[/bold]  waterline {level}  as of {target.as_of:%Y-%m-%d %H:%M} UTC")
    console.print(f"Study {target.study}; newest session in the data {target.last_session}")
    console.print(_contribution_table(decisions, target))
    console.print(_weight_table(target))


def _contribution_table(decisions: Decisions, target: Target) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    line, row = decisions.waterline, target.as_of
    table = Table(
        "block", "indicator", title="What moves the waterline", title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("standardised", justify="right")
    table.add_column("contribution", justify="right")
    previous = ""
    for name in map(str, line.indicators.columns):
        block, _, short = name.partition(".")
        value, part = _value(line.indicators[name], row), _value(line.contributions[name], row)
        numbers = (f"{value:+.2f}", f"{part:+.3f}") if math.isfinite(value) else ("-", line.missing.get(name, "-"))
        table.add_row(block if block != previous else "", short, *numbers)
        previous = block
    return table


def _weight_table(target: Target) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("asset", title="Target weights", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("weight", justify="right")
    for asset, weight in target.weights.items():
        table.add_row(asset, f"{weight:.2%}")
    return table


def _value(column: pd.Series[float], row: pd.Timestamp) -> float:
    return float(column.loc[row])
