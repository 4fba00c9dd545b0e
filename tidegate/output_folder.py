"""All or nothing on disk: a draft folder that is renamed at the end, so that nothing is ever half-written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import ConfigError


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write plain data as readable JSON with a final newline."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


@contextmanager
def whole_folder(folder: Path, *, mark: str) -> Iterator[Path]:
    """A draft folder that becomes `folder` when the block ends well, and vanishes when it does not.

    Parameters
    ----------
    folder : Path
        Where the content shall stand. An existing folder is replaced only if it is empty or holds `mark`.
    mark : str
        Name of the file that shows a folder to be an earlier output.

    Raises
    ------
    ConfigError
        The folder cannot be written or holds something else.
    """
    refuse_unusable(folder, mark=mark)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield draft
        draft.chmod(0o755)
        _swap(draft, folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, folder: Path) -> None:
    if not folder.exists():
        draft.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(old / "run")
    draft.rename(folder)
    shutil.rmtree(old)


def refuse_unusable(folder: Path, *, mark: str) -> None:
    """Raise ConfigError when `folder` could not take an output: worth knowing before hours of work."""
    ancestor = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not ancestor.is_dir() or not os.access(ancestor, os.W_OK):
        raise ConfigError(
            "--out cannot be written", received=str(folder), expected="a folder in a place you may write to"
        )
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        raise ConfigError(
            "--out names a folder that holds something else",
            received=str(folder),
            expected="a new folder, an empty one, or an earlier output of the same command",
            remedy="Choose another folder; tidegate does not delete what it did not write.",
        )


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        "--out cannot be written",
        received=str(folder),
        expected="a place you may write to",
        remedy=f"The system says: {error.strerror}.",
    )
