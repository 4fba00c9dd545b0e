"""From trials to rows of the database and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from ..errors import ConfigError
from .trial import METRICS, Months, Trial

# In the order of `_row`; `times` and `first_at` are what a later backtest of the same study does not replace.
_HEAD = ("id", "config_hash", "world", "base", "study", "kind", "overrides", "code_version", "last_at", "sessions")
_COLUMNS = (*_HEAD, "skew", "kurtosis", *METRICS, "first_month", "months")
_UPSERT = f"""INSERT INTO trials ({", ".join(_COLUMNS)}, first_at, times)
    VALUES ({", ".join("?" * len(_COLUMNS))}, ?, 1) ON CONFLICT (id) DO UPDATE SET times = times + 1,
    {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])}"""  # noqa: S608 - names of ours, no input
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def insert(trials: Sequence[Trial], connection: sqlite3.Connection) -> None:
    """Add trials, or one more time to those that are there already."""
    worlds = {_world_of(trial): _world(trial, connection) for trial in {_world_of(t): t for t in trials}.values()}
    bases = {id(base): _base(base, connection) for base in {id(t.base): t.base for t in trials}.values()}
    rows = (_row(trial, worlds[_world_of(trial)], bases[id(trial.base)]) for trial in trials)
    connection.executemany(_UPSERT, rows)


def restored(row: sqlite3.Row) -> Trial:
    """The trial of a row of `trials` joined with its base and its world."""
    first_month, months = unpacked(row["first_month"], row["months"])
    return Trial(
        config_hash=row["config_hash"].hex(),
        data_hash=row["data_hash"].hex(),
        synthetic=bool(row["synthetic"]),
        source=row["source"],
        study=row["study"],
        base=json.loads(row["base_study"]),
        metrics={name: _number(row[name]) for name in METRICS},
        sessions=row["sessions"],
        first_month=first_month,
        months=months,
        code_version=row["code_version"],
        at=instant(row["last_at"]),
        kind=row["kind"],
        overrides=json.loads(row["overrides"]),
        skew=_number(row["skew"]),
        kurtosis=_number(row["kurtosis"]),
    )


def unpacked(first_month: int, months: bytes) -> tuple[str, Months]:
    """First month and monthly growth as a `Trial` has them."""
    return str(np.datetime64(first_month, "M")), np.frombuffer(months, dtype="<f4").astype(np.float32)


def instant(ticks: int) -> datetime:
    """A time as the database has it, in UTC."""
    return _EPOCH + ticks * _TICK


def _row(trial: Trial, world: int, base: int) -> tuple[object, ...]:
    at = (trial.at - _EPOCH) // _TICK
    return (
        trial.digest,
        bytes.fromhex(trial.config_hash),
        world,
        base,
        trial.study,
        trial.kind,
        _text(trial.overrides),
        trial.code_version,
        at,
        int(trial.sessions),
        float(trial.skew),
        float(trial.kurtosis),
        *(float(trial.metrics[name]) for name in METRICS),
        int(np.datetime64(trial.first_month, "M").astype(int)),
        np.asarray(trial.months, dtype="<f4").tobytes(),
        at,
    )


def _world_of(trial: Trial) -> tuple[str, bool, str]:
    return trial.data_hash, trial.synthetic, trial.source


def _world(trial: Trial, connection: sqlite3.Connection) -> int:
    values = (bytes.fromhex(trial.data_hash), int(trial.synthetic), trial.source)
    connection.execute("INSERT OR IGNORE INTO worlds (data_hash, synthetic, source) VALUES (?, ?, ?)", values)
    asked = "SELECT world FROM worlds WHERE data_hash = ? AND synthetic = ? AND source = ?"
    return int(connection.execute(asked, values).fetchone()[0])


def _base(base: Mapping[str, Any], connection: sqlite3.Connection) -> int:
    text = _text(base)
    digest = hashlib.sha256(text.encode()).digest()
    connection.execute("INSERT OR IGNORE INTO bases (digest, study) VALUES (?, ?)", (digest, text))
    return int(connection.execute("SELECT base FROM bases WHERE digest = ?", (digest,)).fetchone()[0])


def _text(content: Mapping[str, Any]) -> str:
    try:
        return _JSON.encode(dict(content))
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "The study of a trial", received=str(error), expected="plain data, as JSON holds it"
        ) from None


def _number(value: float | None) -> float:
    """The database holds an undefined number as NULL."""
    return float("nan") if value is None else float(value)
