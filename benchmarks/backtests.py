"""How long it takes to backtest the same target weights by our sweep, our single run, vectorbt, others, and by hand.

Every measurement has a process of its own. What a way's users have ready is not counted: imports, compilation, tables
in the shape that it takes. Where the models are the same the values must be, or the script stops.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from apart import measured_apart, peak_mb
from engines import ours
from engines.growth import draw, growth, show_growth
from engines.job import Job, Size
from engines.ways import WAYS, Run, run, run_here

TURNS = 3  # of the ways that are held against each other
MANY = (1_000, 10_000, 100_000)  # studies, in batches
PROMISED = ("sweep", "by_hand", "wide")


def rivals_python(folder: Path) -> str | None:
    """A Python with PyBroker, which must not be installed beside us; None where it cannot be had."""
    uv = [str(Path(sys.executable).with_name("uv"))]
    python = folder / "bin" / "python"
    try:
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(python), "lib-pybroker"], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return str(python)


def compare() -> dict[str, list[Run]]:
    """The reference job by every way; those that something is promised of in turn, so that a busy machine slows all."""
    found: dict[str, list[Run]] = {way: [] for way in WAYS}
    for _ in range(TURNS):
        for way in PROMISED:
            found[way].append(run(way, Size()))
    with tempfile.TemporaryDirectory() as folder:
        python = rivals_python(Path(folder))
        for way in [each for each in WAYS if each not in PROMISED]:
            if way != "pybroker" or python is not None:
                found[way].append(run(way, Size(studies=WAYS[way].studies), python=python or ""))
    for way, runs in found.items():
        for each in runs if WAYS[way].same else []:
            np.testing.assert_allclose(each.values, found["sweep"][0].values, rtol=1e-10, err_msg=way)
    return found


def show_ways(found: dict[str, list[Run]]) -> None:
    """One line a way, per 1,000 studies; and what was promised."""
    own = statistics.median(each.seconds for each in found["sweep"])
    print("| way | studies | seconds per 1,000 | times the sweep | peak MB | largest difference of a daily value |")
    print("| --- | --: | --: | --: | --: | --: |")
    for name, way in WAYS.items():
        if not found[name]:
            print(f"| {way.title} | | could not be installed | | | |")
            continue
        seconds = statistics.median(each.seconds for each in found[name]) * 1000 / way.studies
        peak = max(each.peak_mb for each in found[name])
        away = np.abs(np.array(found[name][0].values) / np.array(found["sweep"][0].values) - 1.0).max()
        far = f"{away:.0e}" if away < 1e-6 else f"{away:.2%}"
        print(f"| {way.title} | {way.studies:,} | {seconds:.3g} | {seconds / own:,.3g} | {peak:,.0f} | {far} |")
    faster = [theirs.seconds / mine.seconds for mine, theirs in zip(found["sweep"], found["wide"], strict=True)]
    slower = [mine.seconds / theirs.seconds for mine, theirs in zip(found["sweep"], found["by_hand"], strict=True)]
    own, rival = statistics.median(faster), statistics.median(slower)
    print(f"\nPair by pair the sweep is {own:.0f} times as fast as vectorbt in one call {verdict(own >= 150, '150')}")
    print(f"and takes {rival:.2f} times the seconds of the kernel written by hand {verdict(rival <= 2.5, '2.5')}.")


def verdict(kept: bool, promised: str) -> str:
    """What was promised, and whether it holds."""
    return f"(promised: {promised}; {'kept' if kept else 'MISSED'})"


def show_workers() -> None:
    """One thread against two, in turn."""
    pairs = [(run("sweep", Size(), 1).seconds, run("sweep", Size(), 2).seconds) for _ in range(TURNS)]
    ratio = statistics.median(one / two for one, two in pairs)
    print(f"\nA second worker makes it {ratio:.2f} times as fast {verdict(ratio >= 1.7, '1.7')}.")


def show_many() -> None:
    """More studies, in batches: time and memory."""
    print("\n| studies, in batches | seconds | microseconds a study | peak MB |")
    print("| --: | --: | --: | --: |")
    for count in MANY:
        seconds, peak = measured_apart(__file__, ["--streamed", str(count)])
        print(f"| {count:,} | {seconds:.2f} | {seconds / count * 1e6:.0f} | {peak:,.0f} |")
    print(f"\n{MANY[-1]:,} studies held {peak:,.0f} MB {verdict(peak < 1500, '1,500')}.")


def main() -> None:
    """Measure, compare, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs=6, metavar="ARG", help="measure one way in this process, as JSON")
    parser.add_argument("--streamed", type=int, metavar="STUDIES", help="measure batches in this process, as JSON")
    parser.add_argument("--chart", type=Path, default=Path("outputs/benchmarks/backtests.png"))
    asked = parser.parse_args()
    if asked.only:
        way, *numbers, threads = asked.only
        print(json.dumps(run_here(way, Size(*map(int, numbers)), int(threads))))
        return
    if asked.streamed:
        print(json.dumps([ours.streamed(Job.of(Size(studies=1)), asked.streamed), peak_mb()]))
        return
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}\n")
    show_ways(compare())
    show_workers()
    show_many()
    points = list(growth())
    show_growth(points)
    draw(points, asked.chart)
    print(f"\nChart: {asked.chart}")


if __name__ == "__main__":
    main()
