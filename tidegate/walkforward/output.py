"""The files of a walk-forward; the summary last, so that it never speaks of what is not there."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pandas as pd

from ..data.atomic import replace_file
from .page import page

if TYPE_CHECKING:
    from .result import WalkForward


def write(result: WalkForward) -> None:
    """Write page, windows, returns, paths and summary into the folder of the results, each whole or not at all."""
    folder = result.folder
    tables = {"windows": result.windows, "returns": result.returns}
    if result.paths is not None:
        tables["paths"] = result.paths.returns
    for name, table in tables.items():
        replace_file(folder.path / f"{name}.parquet", _parquet(table))
    replace_file(folder.path / "walkforward.html", page(result).encode())
    folder.describe(result.summary())


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    table.to_parquet(buffer)
    return buffer.getvalue()
