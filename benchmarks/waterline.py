"""How long twenty years of the waterline take, beside measuring every decision anew and beside `import pandas`."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Literal, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from apart import measured_apart, peak_mb
from tidegate import Study
from tidegate.data.clock import bars_known
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.market import Market
from tidegate.signals import SignalConfig, Waterline, all_indicators, measure_waterline

REPEATS = 3
SAMPLED = 4  # decisions that the rival measures anew
SLEEVES = Study.load("essay").sleeves.assets()
EXTRA = tuple(entry.id for entry in all_indicators() if not entry.preset)


class Case(NamedTuple):
    """One clock and what was promised for it, on a warm process and the default economy."""

    every: Literal["weekly", "daily"]
    target_seconds: float
    target_mb: float


CASES = (Case("weekly", 1.5, 400.0), Case("daily", 6.0, 400.0))


class Measured(NamedTuple):
    """Seconds of the waterline (warm), the process's peak in MB, seconds of the rival extrapolated, decisions."""

    seconds: float
    peak_mb: float
    anew: float
    decisions: int


def measure_here(case: Case) -> Measured:
    """Every indicator there is, on twenty years; the second of two runs counts."""
    market = make_economy(EconomyConfig())
    waterline(market, case)
    start = time.perf_counter()
    line = waterline(market, case)
    seconds, peak = time.perf_counter() - start, peak_mb()
    return Measured(seconds, peak, measured_anew(market, case, line), len(line.level))


def waterline(market: Market, case: Case) -> Waterline:
    """The waterline with every shipped indicator, preset or not."""
    return measure_waterline(market, SLEEVES, SignalConfig(add=EXTRA), every=case.every)


def measured_anew(market: Market, case: Case, line: Waterline) -> float:
    """The naive way: at each decision take what is public and measure all of its past again.

    A few decisions, evenly spread, stand for all of them; the answers must be those of the single pass, bit by bit.
    """
    known = line.decisions[line.level.notna() & (line.decisions > bars_known(market.sessions[:1], crypto=True)[0])]
    sampled = known[np.linspace(0, len(known) - 1, SAMPLED).astype(int)]
    start = time.perf_counter()
    for decision in sampled:
        again = waterline(market.known_at(decision), case).level.loc[decision]
        if again != line.level.loc[decision]:
            raise SystemExit(f"{decision}: {again} when measured anew, {line.level.loc[decision]} in one pass")
    return (time.perf_counter() - start) / SAMPLED * len(line.level)


def measure(case: Case) -> Measured:
    """`measure_here` in a process of its own."""
    return Measured(*measured_apart(__file__, ["--only", case.every]))


def import_pandas() -> float:
    """Seconds of a process that imports pandas and ends."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pandas"], check=True)
    return time.perf_counter() - start


def show(results: dict[Case, list[Measured]], pandas: list[float]) -> None:
    """Print one line per case: medians against targets, and the ratios to the rivals."""
    table = Table(title=f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
    names = (
        "clock",
        "decisions",
        "seconds",
        "target",
        "peak MB",
        "target",
        "verdict",
        "anew",
        "ratio",
        "pandas",
        "ratio",
    )
    for name in names:
        table.add_column(name, justify="left" if name in {"clock", "verdict"} else "right")
    other = statistics.median(pandas)
    for case, runs in results.items():
        seconds, anew = (statistics.median(run[column] for run in runs) for column in (0, 2))
        peak = max(run.peak_mb for run in runs)
        kept = seconds < case.target_seconds and peak < case.target_mb
        ours = f"{seconds:.2f}", f"{case.target_seconds:g}", f"{peak:.0f}", f"{case.target_mb:g}"
        rivals = f"{anew:.0f}", f"1/{anew / seconds:.0f}", f"{other:.2f}", f"{seconds / other:.1f}"
        table.add_row(case.every, str(runs[0].decisions), *ours, "kept" if kept else "MISSED", *rivals)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[case.every for case in CASES], help="measure in this process, as JSON")
    asked = parser.parse_args().only
    if asked:
        print(json.dumps(measure_here(next(case for case in CASES if case.every == asked))))
        return
    results: dict[Case, list[Measured]] = {case: [] for case in CASES}
    pandas = []
    for _ in range(REPEATS):  # in turn, so that a busy machine slows all alike
        pandas.append(import_pandas())
        for case, runs in results.items():
            runs.append(measure(case))
    show(results, pandas)


if __name__ == "__main__":
    main()
