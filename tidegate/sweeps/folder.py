"""The folder of a sweep: results as they come, so that what was done is never done twice."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from pyarrow import ArrowException

from ..data.atomic import DRAFT, replace_file
from ..errors import ConfigError, DataError
from ..ledger.trial import Kind
from ..output_folder import refuse_unusable
from .batch import CURVE

_LOCK = ".lock"
_PART = re.compile(r"(\d{9})-(\d{9})\.parquet")


@dataclass(frozen=True)
class SweepFolder:
    """Where a sweep is written.

    Parameters
    ----------
    path : Path
        Holds ``KIND.json`` (the plan), ``parts/`` while members are missing, ``results.parquet`` when none is.
    plan : Mapping
        What makes it this sweep, as plain data.
    kind : {"sweep", "walkforward"}
        What the members are measured for.
    """

    path: Path
    plan: Mapping[str, Any]
    kind: Kind = "sweep"

    @classmethod
    def of(cls, path: str | Path | None, plan: Mapping[str, Any], *, kind: Kind = "sweep") -> SweepFolder:
        """The folder at `path`, or one in ``outputs`` named by the content of the plan."""
        if path is not None:
            return cls(Path(path), plan, kind)
        digest = hashlib.sha256(_text(plan).encode()).hexdigest()
        return cls(Path("outputs") / f"{plan['study']['name']}-{kind}-{digest[:8]}", plan, kind)

    @property
    def mark(self) -> str:
        """Name of the file that holds the plan."""
        return f"{self.kind}.json"

    @property
    def results(self) -> Path:
        """All members, by number; there once the sweep is complete."""
        return self.path / "results.parquet"

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Lay out the folder, or find the same plan there; nobody else may write into it until the block ends.

        Raises
        ------
        ConfigError
            It holds another plan, another process is at work in it, or it cannot be written.
        """
        self.refuse_other()
        with self._alone():
            with _told(self.path):
                for draft in [*self.path.glob(f"{DRAFT}*"), *self.path.glob(f"parts/{DRAFT}*")]:  # of a killed process
                    draft.unlink()
                if not (self.path / self.mark).is_file():
                    replace_file(self.path / self.mark, _text(self.plan).encode())
            yield

    def refuse_other(self) -> None:
        """Raise ConfigError when the folder cannot be written, or holds another plan or something else."""
        mark = self.path / self.mark
        refuse_unusable(mark if self._is_bare() else self.path, mark=self.mark)
        if mark.is_file() and mark.read_bytes() != _text(self.plan).encode():
            raise ConfigError(
                f"--out holds a {self.kind} of another plan",
                received=str(self.path),
                expected="a new folder, or one with the same study, grid, data and version of tidegate",
                remedy="Choose another folder, or delete this one.",
            )

    def _is_bare(self) -> bool:
        """Whether there is only what a process that was killed at once has left."""
        return self.path.is_dir() and all(
            each.name == _LOCK or each.name.startswith(DRAFT) for each in self.path.iterdir()
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = FileLock(self.path / _LOCK)
        with _told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise ConfigError(
                    f"Another process is at work on the same {self.kind}",
                    received=str(self.path),
                    expected="one process for each folder",
                    remedy="Wait for it to end, or stop it and call again: what it has stored is gone on with.",
                ) from None
        try:
            yield
        finally:
            lock.release()

    def done(self) -> list[range]:
        """Members whose results are there, in ascending order."""
        if self.results.is_file():
            return [range(len(self.table()))]
        found = (_PART.fullmatch(path.name) for path in (self.path / "parts").glob("*.parquet"))
        return sorted((range(int(each[1]), int(each[2]) + 1) for each in found if each), key=lambda each: each.start)

    def put(self, members: Sequence[int], table: pd.DataFrame) -> None:
        """Store the results of `members`, which follow one another, whole or not at all."""
        buffer = BytesIO()
        table.to_parquet(buffer, index=False)
        with _told(self.path):
            replace_file(self._part(members), buffer.getvalue())

    def complete(self) -> None:
        """Join the parts into one file, part by part; nothing where that was done before."""
        if not self.results.is_file():
            with _told(self.path), _whole(self.path / "parts"):
                self._join([self._part(each) for each in self.done()])
        shutil.rmtree(self.path / "parts", ignore_errors=True)

    def _join(self, parts: Sequence[Path]) -> None:
        draft = self.path / f"{DRAFT}{self.results.name}"
        with pq.ParquetWriter(draft, pq.read_schema(parts[0])) as writer:
            for part in parts:
                writer.write_table(pq.read_table(part))
        with draft.open("rb+") as file:
            os.fsync(file.fileno())  # the parts are deleted once this one bears its name
        draft.replace(self.results)

    def _part(self, members: Sequence[int]) -> Path:
        return self.path / "parts" / f"{members[0]:09d}-{members[-1]:09d}.parquet"

    def table(self) -> pd.DataFrame:
        """All members, by number, without their curves."""
        with _whole(self.results):
            kept = [name for name in pq.read_schema(self.results).names if name not in CURVE]
            table: pd.DataFrame = pq.read_table(self.results, columns=kept).to_pandas()
        return table

    def curves(self) -> pd.DataFrame:
        """Daily values, shape (sessions, members); ConfigError where they were not kept."""
        with _whole(self.results):
            if not set(CURVE) <= set(pq.read_schema(self.results).names):
                raise ConfigError("The sweep has no curves", expected="one that was made with --curves")
            kept = pq.read_table(self.results, columns=["member", *CURVE]).to_pandas()
        values = {
            member: pd.Series(usd, index=pd.DatetimeIndex(days), dtype=float)
            for member, days, usd in kept.itertuples(index=False)
        }
        return pd.DataFrame(values).rename_axis(index="session", columns="member")

    def describe(self, summary: Mapping[str, Any]) -> None:
        """Write ``summary.json``."""
        with _told(self.path):
            replace_file(self.path / "summary.json", _text(summary).encode())

    def show(self, page: str) -> None:
        """Write ``KIND.html``."""
        with _told(self.path):
            replace_file(self.path / f"{self.kind}.html", page.encode())


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """The system's refusal to write, in words."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            "--out cannot be written",
            received=str(path),
            expected="a place you may write to, with room left",
            remedy=f"The system says: {error.strerror or error}.",
        ) from error


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """A file of results that somebody else has changed, in words."""
    try:
        yield
    except ArrowException as error:
        raise DataError(
            "Results of the sweep cannot be read",
            received=f"{path}: {error}",
            expected="files as the sweep wrote them",
            remedy="Delete the folder, and call again.",
        ) from None


def missing(done: list[range], size: int, *, batch: int) -> Iterator[range]:
    """Members from 0 to `size` that are not done, in runs of at most `batch`."""
    begin = 0
    for each in [*done, range(size, size)]:
        for start in range(begin, each.start, batch):
            yield range(start, min(start + batch, each.start))
        begin = each.stop
