"""How long `tidegate sweep` takes from the shell, data, signal, check and page included, beside `import vectorbt`."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from apart import measured_apart, peak_mb

TURNS = 3
SPECULATIVE = ("BTC-USD", "ETH-USD", "CRM", "NOW", "WDAY", "ADBE", "INTU", "SNOW", "DDOG", "CRWD")
NEAR_CASH_FLOW = ("MU", "SNDK", "STX", "BIL")
DWELLS = (1, 2, 4, 8)
FIRST_SHARES = (1.0, 2.0, 4.0, 8.0, 0.5)  # of the first name of a sleeve, beside 1 for each other


class Case(NamedTuple):
    """So many members by so many processes; what was promised for seconds and memory, if anything."""

    steps: int  # of each threshold
    shares: int  # of each sleeve's first name
    jobs: int
    seconds: float | None = None
    mb: float | None = None

    @property
    def rules(self) -> int:
        """How many rules call the regime: thresholds and dwell."""
        return self.steps**2 * len(DWELLS)

    @property
    def members(self) -> int:
        """How many there are."""
        return self.rules * self.shares**2


CASES = (Case(10, 5, 2, seconds=10.0), Case(25, 2, 2, seconds=10.0), Case(10, 5, 1))
LARGE = Case(32, 5, 2, mb=1500.0)


class Run(NamedTuple):
    """Seconds of a whole process, and the peak of the largest process in MB."""

    seconds: float
    peak_mb: float


def grid_of(case: Case) -> str:
    """Thresholds, dwell, and how much of each sleeve its first name gets."""
    tables = {
        sleeve: ", ".join(
            "{ " + ", ".join(f"{name} = {share if k == 0 else 1}" for k, name in enumerate(names)) + " }"
            for share in FIRST_SHARES[: case.shares]
        )
        for sleeve, names in (("speculative", SPECULATIVE), ("near_cash_flow", NEAR_CASH_FLOW))
    }
    weights = "".join(
        f'"sleeves.{sleeve}.weighting" = ["fixed"]\n"sleeves.{sleeve}.weights" = [{table}]\n'
        for sleeve, table in tables.items()
    )
    return (
        "[parameters]\n"
        f'"signal.regime.scarce_enter" = {{ from = -1.2, to = -0.3, steps = {case.steps} }}\n'
        f'"signal.regime.abundant_enter" = {{ from = 0.3, to = 1.2, steps = {case.steps} }}\n'
        f'"signal.regime.min_dwell" = {list(DWELLS)}\n{weights}'
    )


def run_here(case: Case) -> Run:
    """The command in a folder and a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        grid = Path(folder, "grid.toml")
        grid.write_text(grid_of(case))
        tidegate = str(Path(sys.executable).with_name("tidegate"))
        command = [tidegate, "sweep", "essay", "--grid", str(grid), "--out", f"{folder}/out", "--quiet"]
        environment = {**os.environ, "TIDEGATE_HOME": f"{folder}/home"}  # what is only timed is no trial of the user
        begun = time.perf_counter()
        subprocess.run([*command, "--jobs", str(case.jobs)], env=environment, check=True, stdout=subprocess.DEVNULL)
        return Run(time.perf_counter() - begun, peak_mb())


def run(case: Case) -> Run:
    """`run_here` in a process of its own, so that the peak is that of this command."""
    return Run(*measured_apart(__file__, ["--only", *map(str, case[:3])]))


def import_vectorbt() -> float:
    """Seconds of a process that imports vectorbt and ends."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import vectorbt"], check=True)
    return time.perf_counter() - begun


def show(case: Case, runs: list[Run], rival: list[float]) -> None:
    """One line."""
    seconds, peak = statistics.median(each.seconds for each in runs), max(each.peak_mb for each in runs)
    promised = [
        f"{what} {most:,.0f}: {'kept' if value < most else 'MISSED'}"
        for what, value, most in (("seconds", seconds, case.seconds), ("MB", peak, case.mb))
        if most is not None
    ]
    ratio = seconds / statistics.median(rival)
    print(
        f"| {case.members:,} | {case.rules:,} | {case.jobs} | {seconds:.1f} | {case.members / seconds:,.0f} "
        f"| {peak:,.0f} | {ratio:.1f} | {'; '.join(promised)} |"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs=3, type=int, metavar=("STEPS", "SHARES", "JOBS"), help="one case, as JSON")
    parser.add_argument("--large", action="store_true", help=f"also {LARGE.members:,} members, which takes minutes")
    asked = parser.parse_args()
    if asked.only:
        print(json.dumps(run_here(Case(*asked.only))))
        return
    run(CASES[0])  # compiles, should nobody have
    rival, runs = [], {case: [] for case in CASES}
    for _ in range(TURNS):
        rival.append(import_vectorbt())
        for case, found in runs.items():
            found.append(run(case))
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}\n")
    print("| members | regime rules | processes | seconds | a second | peak MB | `import vectorbt` | promised |")
    print("| --: | --: | --: | --: | --: | --: | --: | --- |")
    for case, found in runs.items():
        show(case, found, rival)
    if asked.large:
        show(LARGE, [run(LARGE)], rival)


if __name__ == "__main__":
    main()
