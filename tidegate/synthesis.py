"""`tidegate data synthesize`: the embedded economy as a folder of files."""

from __future__ import annotations

from pathlib import Path

from .data.load import load_market
from .data.synthesize import MARK, write_folder
from .errors import ConfigError
from .output_folder import whole_folder
from .study import Study


def write_economy(study: Study, folder: Path | None) -> tuple[Path, int]:
    """Write the economy of a study into `folder`, all of it or nothing.

    Returns
    -------
    folder : Path
        Where it stands.
    files : int
        How many files it has.

    Raises
    ------
    ConfigError
        No folder is named, or it holds something else.
    """
    if folder is None:
        raise ConfigError("--out is missing", expected="the folder to write the economy into")
    with whole_folder(folder, mark=MARK) as draft:
        write_folder(load_market("synthetic", economy=study.economy), draft)
    return folder, sum(path.is_file() for path in folder.rglob("*"))
