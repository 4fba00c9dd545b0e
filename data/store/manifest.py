"""The manifest: which file holds which item, where it came from and when. The one thing that makes a file count."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import DataError
from ..atomic import replace_file

SCHEMA = 1
NAME = "store.json"  # not the name of another output: none may take a snapshot for its own and replace it
_KIND = "tidegate store"


class Version(BaseModel):
    """A table that was current once: kept, as studies may have used it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    fetched: datetime
    reason: str


class Entry(BaseModel):
    """One item of the store.

    Attributes
    ----------
    kind, id : str
        ``prices`` and a ticker, or ``series`` and a series id.
    source : str
        Who gave the newest rows.
    fetched, asked : datetime
        When rows were last added, and when the source was last asked with success (UTC).
    file, sha256 : str
        Path within the store, and the hash of its bytes.
    rows : int
        How many rows the table has.
    first, last : date
        First and last period (prices: bar).
    released : datetime, optional
        Last release (UTC) that the source itself dated.
    by_rule : bool
        Whether the dictionary's rule must date some of the releases (pseudo-PIT).
    notes : tuple of str
        What the source said about the item.
    earlier : tuple of Version
        Tables that a changed history replaced, oldest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["prices", "series"]
    id: str
    source: str
    fetched: datetime
    asked: datetime
    file: str
    sha256: str
    rows: int
    first: date
    last: date
    released: datetime | None = None
    by_rule: bool = False
    notes: tuple[str, ...] = ()
    earlier: tuple[Version, ...] = ()


class Manifest(BaseModel):
    """All items by key (``prices/MU``, ``series/WALCL``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: dict[str, Entry] = {}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of `folder`; an empty one where there is none.

    Raises
    ------
    DataError
        It is broken, or written by a version of tidegate whose layout this one does not know.
    """
    path = folder / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except (OSError, ValueError) as error:
        raise _broken(path, str(error)) from None
    try:
        return Manifest(items=_items(path, content))
    except ValidationError as error:
        raise _broken(path, str(error).partition("\n")[0]) from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of `folder` in one step."""
    content = {"what": _KIND, "schema": SCHEMA, **manifest.model_dump(mode="json")}
    replace_file(folder / NAME, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def is_store(folder: Path) -> bool:
    """Whether `folder` holds a store or a snapshot of one, of whatever version."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("what") == _KIND


def _items(path: Path, content: Any) -> Any:
    if not isinstance(content, dict) or content.get("what") != _KIND:
        raise _broken(path, "no manifest of a tidegate store")
    if content.get("schema") != SCHEMA:
        raise DataError(
            f"The store {path.parent} has a layout that this version of tidegate does not know",
            received=f"schema {content.get('schema')}",
            expected=f"schema {SCHEMA}",
            remedy="Use the version of tidegate that wrote it, or fetch anew into another folder (TIDEGATE_HOME).",
        )
    return content.get("items")


def _broken(path: Path, why: str) -> DataError:
    return DataError(
        f"The manifest {path} cannot be read",
        received=why,
        expected="a manifest written by tidegate",
        remedy="Restore it from a backup, or move the folder away and fetch anew.",
    )
