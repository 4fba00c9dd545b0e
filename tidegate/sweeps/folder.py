"""The folder of a sweep: results as they come, so that what was done is never done twice."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from ..data.store.atomic import replace_file
from ..errors import ConfigError
from ..ledger.trial import Kind
from ..output_folder import refuse_unusable

_PART = re.compile(r"(\d{9})-(\d{9})\.parquet")


@dataclass(frozen=True)
class SweepFolder:
    """Where a sweep is written.

    Parameters
    ----------
    path : Path
        Holds ``KIND.json`` (the plan), ``parts/`` while members are missing, ``results.parquet`` when none is.
    kind : {"sweep", "walkforward"}
        What the members are measured for.
    """

    path: Path
    kind: Kind = "sweep"

    @classmethod
    def of(cls, path: str | Path | None, plan: Mapping[str, Any], *, kind: Kind = "sweep") -> SweepFolder:
        """The folder at `path`, or one in ``outputs`` named by the content of the plan."""
        if path is not None:
            return cls(Path(path), kind)
        digest = hashlib.sha256(_text(plan).encode()).hexdigest()
        return cls(Path("outputs") / f"{plan['study']['name']}-{kind}-{digest[:8]}", kind)

    @property
    def mark(self) -> str:
        """Name of the file that holds the plan."""
        return f"{self.kind}.json"

    @property
    def results(self) -> Path:
        """All members, by number; there once the sweep is complete."""
        return self.path / "results.parquet"

    def refuse_unusable(self) -> None:
        """Raise ConfigError when the folder cannot be written or holds something else."""
        refuse_unusable(self.path, mark=self.mark)

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Lay out the folder, or find the same plan there.

        Raises
        ------
        ConfigError
            It holds another plan.
        """
        content = _text(plan)
        mark = self.path / self.mark
        if mark.is_file():
            if mark.read_text(encoding="utf-8") != content:
                raise ConfigError(
                    f"--out holds a {self.kind} of another plan",
                    received=str(self.path),
                    expected="a new folder, or one with the same study, grid, data and version of tidegate",
                    remedy="Choose another folder, or delete this one.",
                )
            return
        replace_file(mark, content.encode())

    def done(self) -> list[range]:
        """Members whose results are there, in ascending order."""
        if self.results.is_file():
            return [range(pq.read_metadata(self.results).num_rows)]
        found = (_PART.fullmatch(path.name) for path in (self.path / "parts").glob("*.parquet"))
        return sorted((range(int(each[1]), int(each[2]) + 1) for each in found if each), key=lambda each: each.start)

    def put(self, members: Sequence[int], table: pd.DataFrame) -> None:
        """Store the results of `members`, which follow one another, whole or not at all."""
        buffer = BytesIO()
        table.to_parquet(buffer, index=False)
        replace_file(self.path / "parts" / f"{members[0]:09d}-{members[-1]:09d}.parquet", buffer.getvalue())

    def complete(self) -> None:
        """Join the parts into one file, part by part; nothing where that was done before."""
        if self.results.is_file():
            return
        draft = self.path / f".{self.results.name}"
        parts = [self.path / "parts" / f"{each[0]:09d}-{each[-1]:09d}.parquet" for each in self.done()]
        with pq.ParquetWriter(draft, pq.read_schema(parts[0])) as writer:
            for part in parts:
                writer.write_table(pq.read_table(part))
        draft.replace(self.results)
        shutil.rmtree(self.path / "parts")

    def table(self) -> pd.DataFrame:
        """All members, by number."""
        return pd.read_parquet(self.results)

    def describe(self, summary: Mapping[str, Any]) -> None:
        """Write ``summary.json``."""
        replace_file(self.path / "summary.json", _text(summary).encode())


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def missing(done: list[range], size: int, *, batch: int) -> Iterator[range]:
    """Members from 0 to `size` that are not done, in runs of at most `batch`."""
    begin = 0
    for each in [*done, range(size, size)]:
        for start in range(begin, each.start, batch):
            yield range(start, min(start + batch, each.start))
        begin = each.stop
