"""What is kept of a batch: rows for the table of results, trials for the ledger."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from ..data.market import Market
from ..ledger import Trial
from ..ledger.trial import METRICS, Kind
from .batch import Batch
from .plan import Plan


def rows_of(plan: Plan, members: Sequence[int], batch: Batch) -> pd.DataFrame:
    """The rows of the table of results: member, its swept parameters, its figures."""
    chosen = [plan.overrides(member) for member in members]
    swept = {key: _column([each[key] for each in chosen], plan.kinds[key]) for key in plan.keys}
    numbers = pd.DataFrame({"member": np.asarray(members, dtype=np.int64), **swept})
    return pd.concat([numbers, batch.table], axis="columns")


def trials_of(plan: Plan, market: Market, members: Sequence[int], batch: Batch, *, kind: Kind = "sweep") -> list[Trial]:
    """A trial for each member that ran; members share one base, so that the ledger stays small."""
    base, first, now = plan.base, f"{market.sessions[0]:%Y-%m}", datetime.now(UTC)
    shared: dict[str, Any] = {
        "data_hash": market.digest,
        "synthetic": market.provenance.synthetic,
        "source": market.provenance.source,
        "study": plan.study.name,
        "base": base,
        "code_version": _code_version(),
        "at": now,
        "kind": kind,
    }
    return [
        Trial(
            config_hash=row["config_hash"],
            metrics={name: row[name] for name in METRICS},
            sessions=int(row["sessions"]),
            skew=row["skew"],
            kurtosis=row["kurtosis"],
            first_month=first,
            months=growth,
            overrides=plan.overrides(member),
            **shared,
        )
        for member, row, growth in zip(members, batch.table.to_dict("records"), batch.months, strict=True)
        if not row["refused"]
    ]


def written(value: Any) -> str:
    """A value as a column of words holds it."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _column(values: list[Any], kind: type) -> pd.Series[Any]:
    """One parameter of some members; what is no number, word or truth value as JSON."""
    if kind is not str:
        return pd.Series(values, dtype=kind)
    texts = {id(value): written(value) for value in {id(value): value for value in values}.values()}
    return pd.Series([texts[id(value)] for value in values], dtype="str")


@cache
def _code_version() -> str:
    return version("tidegate")
