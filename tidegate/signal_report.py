"""Today's signal: the target of the newest decision, and how it is told to a person."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .data.market import Market
from .decisions import Decisions, decide
from .gates import pass_gates
from .output_folder import whole_folder, write_json
from .paper import Target, with_cash
from .signal_words import reading
from .signals.explain import explain
from .signals.explanation import Explanation
from .signals.inputs import input_notes
from .study import Study

if TYPE_CHECKING:
    from rich.console import Console

_MARK = "target.json"


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why the newest decision came out as it did.

    Attributes
    ----------
    decisions : Decisions
        All of the study's.
    explanation : Explanation
        The newest one, taken apart.
    inputs : Mapping of str to str
        Inputs that are stale, absent or stood in for at that decision, in words.
    """

    decisions: Decisions
    explanation: Explanation
    inputs: Mapping[str, str]


def signal(study: Study, market: Market) -> tuple[Reasons, Target]:
    """The newest decision of a study with its reasons, and its target."""
    pass_gates(study, market)
    decisions = decide(study, market)
    target = target_of(study, market, decisions)
    explanation = explain(decisions.waterline, study.signal, target.as_of)
    return Reasons(decisions, explanation, input_notes(market, study.signal, target.as_of)), target


def target_of(study: Study, market: Market, decisions: Decisions) -> Target:
    """The target of the newest decision."""
    row = decisions.targets.index[-1]
    level = _value(decisions.waterline.level, row)
    return Target(
        study=study.name,
        config_hash=study.config_hash,
        data_hash=market.digest,
        synthetic=market.provenance.synthetic,
        as_of=row,
        last_session=f"{market.sessions[-1]:%Y-%m-%d}",
        regime=str(decisions.regime.iloc[-1]),
        waterline=level if math.isfinite(level) else None,
        weights=newest_weights(decisions),
        pseudo_pit=tuple(sorted(market.releases.pseudo_pit)),
    )


def newest_weights(decisions: Decisions) -> dict[str, float]:
    """Target weights of the newest decision, with CASH."""
    row = decisions.targets.index[-1]
    return with_cash({asset: _value(decisions.targets[asset], row) for asset in map(str, decisions.targets.columns)})


def as_json(reasons: Reasons, target: Target) -> dict[str, Any]:
    """The target with its reasons, as plain data."""
    line, row, told = reasons.decisions.waterline, target.as_of, reasons.explanation
    slack = _value(line.slack, row)
    return {
        **target.as_dict(),
        "coverage": _value(line.coverage, row),
        "slack": slack if math.isfinite(slack) else None,
        "contributions": {
            name: part
            for name in map(str, line.contributions.columns)
            if name not in told.missing and math.isfinite(part := _value(line.contributions[name], row))
        },
        "missing": dict(told.missing),
        "explanation": {**told.as_dict(), "inputs": dict(reasons.inputs), "reading": reading(told)},
    }


def write_target(target: Target, folder: Path) -> Path:
    """Write ``target.json`` and ``target.csv`` into `folder`, all or nothing."""
    with whole_folder(folder, mark=_MARK) as draft:
        write_json(draft / _MARK, target.as_dict())
        (draft / "target.csv").write_text(target.as_csv(), encoding="utf-8")
    return folder


def show(reasons: Reasons, target: Target, console: Console) -> None:
    """Print the signal for a person: at most 80 columns, the headline in bold where the console can."""
    from .signal_page import headline, page

    if target.synthetic:
        console.print("Synthetic economy: every number below is made up.", style="yellow")
    explanation = reasons.explanation
    console.print(headline(explanation), style="bold", markup=False, soft_wrap=True)
    for line in page(explanation, target, reasons.inputs):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _value(column: pd.Series[float], row: pd.Timestamp) -> float:
    return float(column.loc[row])
