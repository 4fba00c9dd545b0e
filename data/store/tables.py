"""Tables on disk: Parquet bytes, their hash, and the refusal of a file that is not what the manifest says."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import DataError


def as_bytes(table: pd.DataFrame) -> bytes:
    """`table` as Parquet."""
    buffer = BytesIO()
    columns = pa.Table.from_pandas(table, preserve_index=False, nthreads=1)  # more start a pool for every small table
    pq.write_table(columns, buffer)
    return buffer.getvalue()


def digest(content: bytes) -> str:
    """SHA-256 of the bytes of a file."""
    return hashlib.sha256(content).hexdigest()


def read_table(path: Path, sha256: str) -> pd.DataFrame:
    """The table at `path`.

    Raises
    ------
    DataError
        The file is missing, or its bytes are not those that were stored.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _damaged(path, error.strerror or "unreadable") from None
    if digest(content) != sha256:
        raise _damaged(path, "bytes that differ from those stored")
    table: pd.DataFrame = pq.read_table(pa.BufferReader(content)).to_pandas()
    return table


def _damaged(path: Path, why: str) -> DataError:
    return DataError(
        f"The stored file {path} is damaged",
        received=why,
        expected="the file as it was stored",
        remedy="Restore it from a backup, or move the store away and fetch anew.",
    )
