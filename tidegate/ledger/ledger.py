"""The ledger itself: record what was backtested, look it up, count it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import pandas as pd

from ..data.live.settings import home
from ..errors import ConfigError
from .counted import Counted, count
from .database import reading, writing
from .rows import insert, instant, restored
from .trial import METRICS, Kind, Trial

NAME = "ledger.sqlite"
SHOWN = 10  # digits of an id
_TIMES = ("first_at", "last_at")
_WORDS = ("kind", "study", "source", "code_version", "config_hash", "data_hash")
_ID = re.compile("[0-9a-f]{4,32}")


@dataclass(frozen=True, eq=False)
class Entry:
    """What the ledger holds of one trial.

    Attributes
    ----------
    id : str
        Hash of configuration and data, 32 hexadecimal digits.
    trial : Trial
        As it was last backtested.
    first_at : datetime
        When it was first backtested (UTC); `trial.at` is the last time.
    times : int
        How often.
    """

    id: str
    trial: Trial
    first_at: datetime
    times: int


@dataclass(frozen=True)
class Ledger:
    """Every study that was ever backtested with one home.

    Parameters
    ----------
    path : Path
        The file; made, with its folder, when the first trial is recorded.

    Notes
    -----
    Each call is one transaction. Any number of processes may record at once, and one that is killed leaves what it had
    recorded and nothing else. The file must lie on a disk of this machine: locks do not work on every network share.
    """

    path: Path

    @classmethod
    def at_home(cls) -> Ledger:
        """The ledger of this machine's user: ``ledger.sqlite`` in the home of the store (``TIDEGATE_HOME``)."""
        return cls(home() / NAME)

    def prepare(self) -> None:
        """Make the file if need be: what could not be recorded is better known before hours of work.

        Raises
        ------
        ConfigError
            The file cannot be written, or another process holds it.
        DataError
            It is damaged, or of a newer tidegate.
        """
        self.record(())

    def record(self, trials: Iterable[Trial]) -> None:
        """Record trials, all of them or none. One that is there already gets its new figures and counts one more time.

        Raises
        ------
        ConfigError, DataError
            As `prepare`.
        """
        rows = list(trials)
        with writing(self.path) as connection:
            insert(rows, connection)

    def counted(self, trial: Trial) -> Counted:
        """The trials that a result of `trial` has to answer for, itself included (see `Counted`).

        Raises
        ------
        ConfigError, DataError
            As `prepare`.
        """
        with reading(self.path) as connection:
            return count(trial, connection)

    def trials(self, *, study: str | None = None, kind: Kind | None = None, last: int | None = None) -> pd.DataFrame:
        """Trials, newest first.

        Parameters
        ----------
        study, kind : str, optional
            Only those of this study, or backtested for this.
        last : int, optional
            Only so many.

        Returns
        -------
        DataFrame, shape (trials, columns)
            Indexed by the first digits of the id. ``kind``, ``study``, ``source``, ``synthetic``; the figures of
            `Performance`, NaN where not defined; ``times``, ``first_at``, ``last_at`` (UTC), ``code_version``,
            ``config_hash``, ``data_hash``.

        Raises
        ------
        ConfigError, DataError
            As `prepare`.
        """
        with reading(self.path) as connection:
            found = connection.execute(
                f"""SELECT id, kind, study, source, synthetic, {", ".join(METRICS)}, times, first_at, last_at,
                code_version, config_hash, data_hash FROM trials JOIN worlds USING (world)
                WHERE study = coalesce(:study, study) AND kind = coalesce(:kind, kind)
                ORDER BY last_at DESC, trial DESC LIMIT coalesce(:last, -1)""",  # noqa: S608 - names of ours
                {"study": study, "kind": kind, "last": last},
            )
            table = pd.DataFrame(found.fetchall(), columns=[name for name, *_ in found.description])
        return _readable(table)

    def find(self, prefix: str) -> Entry:
        """The trial whose id begins with `prefix`, at least four hexadecimal digits.

        Raises
        ------
        ConfigError
            No trial or more than one begins so, or those are no such digits.
        DataError
            As `prepare`.
        """
        low, high = _bounds(prefix)
        with reading(self.path) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute(
                """SELECT trials.*, worlds.*, bases.study AS base_study
                FROM trials JOIN worlds USING (world) JOIN bases USING (base)
                WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 6""",
                (low, high),
            ).fetchall()
        if len(found) != 1:
            raise _no_single(prefix, [row["id"].hex() for row in found])
        (row,) = found
        return Entry(row["id"].hex(), restored(row), instant(row["first_at"]), row["times"])


def chosen_ledger(ledger: Ledger | Literal["home"] | None) -> Ledger | None:
    """The ledger that a call names: one of its own, that of the home, or none; ConfigError for anything else."""
    if not (ledger is None or ledger == "home" or isinstance(ledger, Ledger)):
        raise ConfigError("ledger", received=ledger, expected='a Ledger, "home" or None')
    return Ledger.at_home() if ledger == "home" else ledger


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """The rows in words and times, each column of its type whether there are rows or not."""
    hashes = {name: [value.hex() for value in table[name]] for name in ("config_hash", "data_hash")}
    times = {name: pd.to_datetime(table[name], unit="us", utc=True).dt.as_unit("us") for name in _TIMES}
    named = table.assign(**hashes, **times).astype(dict.fromkeys(_WORDS, "str")).astype({"synthetic": "bool"})
    readable = named.astype(dict.fromkeys(METRICS, "float64")).astype({"times": "int64"})
    return readable.assign(id=[value.hex()[:SHOWN] for value in table["id"]]).set_index("id")


def _bounds(prefix: str) -> tuple[bytes, bytes]:
    """The first and the last id that begin so."""
    digits = prefix.lower()
    if not _ID.fullmatch(digits):
        expected = "at least its first four digits, as `tidegate runs list` shows them"
        raise ConfigError("The id of a trial", received=prefix, expected=expected)
    return bytes.fromhex(digits.ljust(32, "0")), bytes.fromhex(digits.ljust(32, "f"))


def _no_single(prefix: str, found: list[str]) -> ConfigError:
    if not found:
        remedy = "`tidegate runs list` shows what is there."
        return ConfigError("No trial has this id", received=prefix, expected="the id of a trial", remedy=remedy)
    near = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
    return ConfigError("More than one trial has an id that begins so", received=prefix, expected=f"one of {near}")
