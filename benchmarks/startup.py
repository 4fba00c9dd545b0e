"""How long the commands take, each beside a rival measured in the same minutes, against what was promised."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
MADE = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "outputs", "*.egg-info")
PANDAS = "import pandas"
VECTORBT = "import vectorbt, quantstats"
MINUTES_OF_PATIENCE = 20


class Case(NamedTuple):
    """One command, how soon it should be done, how often it is run, and the imports it is held against."""

    name: str
    arguments: tuple[str, ...]
    target_seconds: float
    repeats: int
    rival: str


class Measured(NamedTuple):
    """Seconds of each run of a command and of its rival."""

    ours: list[float]
    rival: list[float]


CASES = (
    Case("tidegate --help", ("--help",), 0.4, 9, PANDAS),
    Case("tidegate signal", ("signal",), 2.5, 5, PANDAS),
    Case("tidegate run, later", ("run", "--quiet", "--out", "{folder}/run"), 12.0, 3, VECTORBT),
)
FIRST = Case("tidegate run, first after installation", CASES[-1].arguments, 30.0, 1, VECTORBT)


def measure(case: Case, python: Path, environment: dict[str, str], *, warm: bool = True) -> Measured:
    """Run a command and its rival in turn, so that a busy machine slows both.

    Without `warm`, the command comes first and once, into an environment where nothing ran before.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {**environment, "TIDEGATE_HOME": f"{folder}/home"}  # what is only timed is no trial of the user
        command = [str(python.with_name("tidegate")), *(part.format(folder=folder) for part in case.arguments)]
        rival = [str(python), "-c", case.rival]
        if warm:
            seconds(command, environment)
            seconds(rival, environment)
        pairs = [(seconds(command, environment), seconds(rival, environment)) for _ in range(case.repeats)]
    return Measured(*map(list, zip(*pairs, strict=True)))


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall-clock time of one process."""
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60 * MINUTES_OF_PATIENCE)
    return time.perf_counter() - start


def measure_first_run() -> Measured:
    """A copy of the tree, set up as `make` sets it up, under an empty HOME; then its first run ever.

    The set-up itself is not counted. It may take packages from the installer's cache, which `make run` of a newcomer
    would download.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone, home = Path(folder, "clone"), Path(folder, "home")
        shutil.copytree(ROOT, clone, symlinks=True, ignore=MADE)
        home.mkdir()
        make = ["make", "--silent", ".venv/.ready", f"PYTHON={sys.executable}"]
        subprocess.run(make, cwd=clone, env=plain_environment(), check=True, stdout=sys.stderr)
        environment = {**plain_environment(), "HOME": str(home)}
        return measure(FIRST, clone / ".venv/bin/python", environment, warm=False)


def plain_environment() -> dict[str, str]:
    """The user's environment without what would slow Python down or lead it elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_", "MPL", "MAKE"))}


def show(results: dict[Case, Measured]) -> None:
    """Print one line per case: median, target, verdict, and the ratio to the rival's median."""
    table = Table(title=f"Wall-clock seconds, {os.cpu_count()} processors, Python {sys.version.split()[0]}")
    for name in ("command", "median", "slowest", "target", "verdict", "rival", "rival's median", "ratio"):
        table.add_column(name, justify="left" if name in {"command", "verdict", "rival"} else "right")
    for case, (ours, rival) in results.items():
        typical, other = statistics.median(ours), statistics.median(rival)
        verdict = "kept" if typical < case.target_seconds else "MISSED"
        figures = f"{typical:.2f}", f"{max(ours):.2f}", f"{case.target_seconds:g}", verdict
        table.add_row(f"{case.name} ({case.repeats}x)", *figures, case.rival, f"{other:.2f}", f"{typical / other:.1f}")
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-first", action="store_true", help="leave out the first run in a fresh environment")
    asked = parser.parse_args()
    here = Path(sys.executable)
    results = {case: measure(case, here, plain_environment()) for case in CASES}
    if not asked.skip_first:
        results[FIRST] = measure_first_run()
    show(results)


if __name__ == "__main__":
    main()
