"""Snapshots: a store frozen into a folder, so that a study stays what it was whatever the sources say later."""

from __future__ import annotations

from pathlib import Path

from ...errors import ConfigError
from ..layers import Layer
from .contents import layer_of
from .manifest import Entry, Manifest, is_store, read_manifest, write_manifest
from .store import Store
from .tables import as_bytes, digest, read_table


def freeze(store: Store, folder: Path) -> int:
    """Copy the current table of every item into `folder`, which must be new or empty.

    Returns
    -------
    int
        How many items were frozen. Equal tables make equal bytes, so a snapshot can be compared by its hashes.

    Raises
    ------
    ConfigError
        The folder holds something.
    OSError
        The disk failed. The manifest is written last: without it, the files are no snapshot.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError("The folder for a snapshot is in use", received=str(folder), expected="a new or empty one")
    items: dict[str, Entry] = {}
    for entry, table in store.tables():
        content = as_bytes(table)
        sha256 = digest(content)
        file = f"{entry.kind}/{sha256[:16]}.parquet"
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        items[f"{entry.kind}/{entry.id}"] = entry.model_copy(update={"file": file, "sha256": sha256, "earlier": ()})
    write_manifest(folder, Manifest(items=items))
    return len(items)


def is_snapshot(folder: Path) -> bool:
    """Whether `folder` can be read by `read_snapshot`."""
    return is_store(folder)


def read_snapshot(folder: Path) -> Layer:
    """The tables of a snapshot (or of a store, without its lock) as a layer.

    Raises
    ------
    DataError
        A file is missing or is not the one that was frozen.
    """
    entries = read_manifest(folder).items.values()
    tables = ((entry, read_table(folder / entry.file, entry.sha256)) for entry in entries)
    return layer_of(tables, str(folder))
