"""The store itself: one current table per item, added to under a lock and never half-written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from filelock import FileLock, Timeout

from ...errors import ConfigError
from ..atomic import DRAFT, replace_file
from ..fetched import Fetched, Kind
from .history import Outcome, combine
from .manifest import Entry, Manifest, Version, read_manifest, write_manifest
from .tables import as_bytes, digest, read_table

_PATIENCE = 120.0  # seconds: another process holds the lock while it writes one item


class Store:
    """Tables of one folder.

    Parameters
    ----------
    folder : Path
        Made when the first item is put.

    Notes
    -----
    An item's file is immutable and named by its content; the manifest says which file counts and is replaced in one
    step. A file that the manifest does not name is a leftover of a process that was killed, and is removed by the next
    `put` of that item. Rows are only ever added, except where a source changed its history: then a new table begins and
    the old one is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self) -> Mapping[str, Entry]:
        """Every item by key (``prices/MU``, ``series/WALCL``), sorted."""
        return dict(sorted(read_manifest(self.folder).items.items()))

    def entry(self, kind: Kind, name: str) -> Entry | None:
        """What is known of one item; None when it was never stored."""
        return read_manifest(self.folder).items.get(_key(kind, name))

    def table(self, kind: Kind, name: str) -> pd.DataFrame | None:
        """The current rows of one item with ``fetched`` (UTC) for each; None when it was never stored."""
        with self._locked():
            entry = self.entry(kind, name)
            return None if entry is None else read_table(self.folder / entry.file, entry.sha256)

    def tables(self) -> Iterator[tuple[Entry, pd.DataFrame]]:
        """Every item with its current rows, all of one instant."""
        if not self.folder.is_dir():
            return
        with self._locked():
            yield from (
                (entry, read_table(self.folder / entry.file, entry.sha256)) for entry in self.entries().values()
            )

    def put(self, fetched: Fetched, now: pd.Timestamp) -> Outcome:
        """Add what was fetched.

        Parameters
        ----------
        fetched : Fetched
            A source's answer.
        now : Timestamp
            Instant of the fetch (UTC).

        Returns
        -------
        Outcome
            What it did; with ``needs_whole`` or ``refused`` nothing was stored.

        Raises
        ------
        ConfigError
            The folder cannot be written, or another process holds it for minutes.
        DataError
            The stored table is damaged or of an unknown layout.
        """
        with self._locked():
            manifest = read_manifest(self.folder)
            old = manifest.items.get(_key(fetched.kind, fetched.id))
            stored = read_table(self.folder / old.file, old.sha256) if old else None
            outcome = combine(stored, fetched, now)
            if not (outcome.needs_whole or outcome.refused):
                self._commit(manifest, fetched, outcome, now)
            return outcome

    def _commit(self, manifest: Manifest, fetched: Fetched, outcome: Outcome, now: pd.Timestamp) -> None:
        key = _key(fetched.kind, fetched.id)
        old = manifest.items.get(key)
        stamp = now.to_pydatetime(warn=False)
        if outcome.table is not None:
            content = as_bytes(outcome.table)
            sha256 = digest(content)
            file = f"{fetched.kind}/{quote(fetched.id, safe='-@=^')}/{now:%Y%m%dT%H%M%SZ}-{sha256[:12]}.parquet"
            replace_file(self.folder / file, content)
            entry = Entry(
                kind=fetched.kind,
                id=fetched.id,
                source=fetched.source,
                fetched=stamp,
                asked=stamp,
                file=file,
                sha256=sha256,
                **_extent(outcome.table),
                notes=fetched.notes,
                earlier=_earlier(old, outcome),
            )
        elif old is not None:
            entry = old.model_copy(update={"asked": stamp, "notes": fetched.notes or old.notes})
        else:
            return
        write_manifest(self.folder, manifest.model_copy(update={"items": {**manifest.items, key: entry}}))
        self._remove_leftovers(entry)

    def _remove_leftovers(self, entry: Entry) -> None:
        """Files of this item that nothing names: superseded by an append, or left by a killed process."""
        named = {entry.file, *(version.file for version in entry.earlier)}
        folder = (self.folder / entry.file).parent
        for path in folder.iterdir():
            if f"{folder.relative_to(self.folder)}/{path.name}" not in named:
                path.unlink()
        for draft in self.folder.glob(f"{DRAFT}*"):
            draft.unlink()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / ".lock", timeout=_PATIENCE):
                yield
        except Timeout:
            raise ConfigError(
                "Another process holds the store",
                received=str(self.folder),
                expected="the lock within two minutes",
                remedy="Wait for it to end, or stop it; a lock of a killed process frees itself.",
            ) from None
        except OSError as error:
            raise ConfigError(
                "The store cannot be written",
                received=f"{self.folder}: {error.strerror}",
                expected="a folder you may write to",
                remedy="Set TIDEGATE_HOME to another folder.",
            ) from error


def _earlier(old: Entry | None, outcome: Outcome) -> tuple[Version, ...]:
    if old is None or not outcome.restated:
        return old.earlier if old else ()
    kept = Version(file=old.file, sha256=old.sha256, fetched=old.fetched, reason=outcome.restated)
    return (*old.earlier, kept)


def _extent(table: pd.DataFrame) -> dict[str, Any]:
    days = table.iloc[:, 0]
    released = table["released"].max() if "released" in table else pd.NaT
    return {
        "rows": len(table),
        "first": days.iloc[0].date(),
        "last": days.iloc[-1].date(),
        "by_rule": "released" in table and bool(table["released"].isna().any()),
        "released": None if pd.isna(released) else released.to_pydatetime(warn=False),
    }


def _key(kind: Kind, name: str) -> str:
    return f"{kind}/{name}"
