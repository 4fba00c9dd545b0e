"""The ledger's file: an embedded database with one layout, opened for one transaction and closed again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import ConfigError, DataError
from .trial import METRICS

SCHEMA = 1
_PATIENCE = 60.0  # seconds: another process holds the file while it records one batch
_LAYOUT = (
    "CREATE TABLE bases (base INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, study TEXT NOT NULL)",
    """CREATE TABLE worlds (world INTEGER PRIMARY KEY, data_hash BLOB NOT NULL, synthetic INTEGER NOT NULL,
        source TEXT NOT NULL, UNIQUE (data_hash, synthetic, source))""",
    # The months come last: they are most of a row, and a reader that does not want them stops before.
    f"""CREATE TABLE trials (trial INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, config_hash BLOB NOT NULL,
        world INTEGER NOT NULL REFERENCES worlds, base INTEGER NOT NULL REFERENCES bases, study TEXT NOT NULL,
        kind TEXT NOT NULL, overrides TEXT NOT NULL, code_version TEXT NOT NULL, first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL, times INTEGER NOT NULL, sessions INTEGER NOT NULL, skew REAL, kurtosis REAL,
        {", ".join(f"{name} REAL" for name in METRICS)}, first_month INTEGER NOT NULL, months BLOB NOT NULL)""",
    "CREATE INDEX trials_by_config ON trials (world, config_hash, last_at, sharpe)",
    "CREATE INDEX trials_by_time ON trials (last_at)",
    f"PRAGMA user_version = {SCHEMA}",
)


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection inside one transaction, committed when the block ends well; folder and file are made if need be.

    Raises
    ------
    ConfigError
        The file cannot be written, or another process holds it.
    DataError
        It is damaged, or of a newer tidegate.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connect(str(path))) as connection:
            _lay_out(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees one instant of the ledger; an empty ledger where there is no file. Errors as `writing`."""
    with _told(path), closing(_opened(path)) as connection:
        connection.execute("BEGIN")
        yield connection


def _opened(path: Path) -> sqlite3.Connection:
    """The file, or where nothing was laid out yet an empty ledger in memory."""
    if path.exists():
        connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
        try:
            if _version(connection, path):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
    empty = _connect(":memory:")
    _make(empty)
    return empty


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, timeout=_PATIENCE, isolation_level=None, uri=name.startswith("file:"))
    # In WAL mode this survives the death of a process; only a power cut can take the last commits, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _lay_out(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file. The journal's mode is no part of a transaction: only one process may set it."""
    if _version(connection, path) == SCHEMA:
        return
    with FileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE):
        if _version(connection, path) == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            _make(connection)


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        for statement in _LAYOUT:
            connection.execute(statement)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The layout of an open file; 0 where nothing was laid out yet."""
    asked = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version"
    version, tables = connection.execute(asked).fetchone()  # in one statement: another process may be laying it out
    if version > SCHEMA:
        raise DataError(
            f"The ledger {path} has a layout that this version of tidegate does not know",
            received=f"schema {version}",
            expected=f"schema {SCHEMA}",
            remedy="Use the version of tidegate that wrote it, or another folder (TIDEGATE_HOME).",
        )
    if version == 0 and tables:
        raise _damaged(path, "a database of something else")
    return int(version)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """The database's and the system's errors in the terms of tidegate."""
    try:
        yield
    except Timeout:
        raise _held(path) from None
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if not name:  # ours, not the file's
            raise
        raise _translated(name, str(error), path) from error


def _translated(name: str, why: str, path: Path) -> ConfigError | DataError:
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _held(path)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PERM")):
        return _unusable(path, why)
    return _damaged(path, why)


def _held(path: Path) -> ConfigError:
    return ConfigError(
        "Another process holds the ledger",
        received=str(path),
        expected="the lock within a minute",
        remedy="Wait for it to end, or stop it; a lock of a killed process frees itself.",
    )


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        "The ledger cannot be written",
        received=f"{path}: {why}",
        expected="a folder on this machine that you may write to",
        remedy="Set TIDEGATE_HOME to another folder.",
    )


def _damaged(path: Path, why: str) -> DataError:
    return DataError(
        f"The ledger {path} cannot be read",
        received=why,
        expected="a ledger written by tidegate",
        remedy="Restore it from a backup, or move the file away and begin to count anew; tidegate deletes nothing.",
    )
