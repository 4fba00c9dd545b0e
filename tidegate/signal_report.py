"""Today's signal: the target of the newest decision, and how it is told to a person."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .data.market import Market
from .decisions import Decisions, decide
from .output_folder import whole_folder, write_json
from .paper import Target, with_cash
from .study import Study

if TYPE_CHECKING:
    from rich.console import Console

_MARK = "target.json"


def signal(study: Study, market: Market) -> tuple[Decisions, Target]:
    """The decisions of a study and the target of the newest one."""
    decisions = decide(study, market)
    level = float(decisions.waterline.level.loc[decisions.targets.index[-1]])
    return decisions, Target(
        study=study.name,
        config_hash=study.config_hash,
        data_hash=market.digest,
        synthetic=market.provenance.synthetic,
        as_of=decisions.targets.index[-1],
        last_session=f"{market.sessions[-1]:%Y-%m-%d}",
        regime=str(decisions.regime.iloc[-1]),
        waterline=level if math.isfinite(level) else None,
        weights=with_cash(decisions.targets.iloc[-1].to_dict()),
        pseudo_pit=tuple(sorted(market.releases.pseudo_pit)),
    )


def as_json(decisions: Decisions, target: Target) -> dict[str, Any]:
    """The target with its reasons, as plain data."""
    row = target.as_of
    line = decisions.waterline
    contributions = line.contributions.loc[row].dropna()
    return {
        **target.as_dict(),
        "coverage": float(line.coverage.loc[row]),
        "slack": _number(float(line.slack.loc[row])),
        "contributions": {name: float(value) for name, value in contributions.items() if name not in line.missing},
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
    from rich.table import Table

    level = "held: too little is measured" if target.waterline is None else f"{target.waterline:+.2f}"
    if target.synthetic:
        console.print("[yellow]Synthetic economy: every number below is made up.[/yellow]")
    console.print(
        f"[bold]{target.regime}[/bold]  waterline {level}  as of {target.as_of:%Y-%m-%d %H:%M} UTC  study {target.study}"
    )
    console.print(_contribution_table(decisions, target, Table))
    weights = Table("asset", "target weight", title="Target portfolio, filled at the next session's close")
    weights.columns[1].justify = "right"
    for asset, weight in target.weights.items():
        weights.add_row(asset, f"{weight:.2%}")
    console.print(weights)


def _contribution_table(decisions: Decisions, target: Target, table_class: Any) -> Any:
    line, row = decisions.waterline, target.as_of
    table = table_class("block", "indicator", "standardised", "contribution", title="What moves the waterline")
    for column in table.columns[2:]:
        column.justify = "right"
    previous = ""
    for name, value in line.indicators.loc[row].items():
        block, _, short = str(name).partition(".")
        shown = f"{value:+.2f}" if math.isfinite(value) else "-"
        part = f"{line.contributions.loc[row, name]:+.3f}" if math.isfinite(value) else line.missing.get(str(name), "-")
        table.add_row(block if block != previous else "", short, shown, part)
        previous = block
    return table


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
