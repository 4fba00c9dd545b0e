"""How long and how much memory it takes to ask what was known, beside the same answers from pandas alone."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from apart import measured_apart, peak_mb
from tidegate.data.releases import Releases

DECISIONS = pd.date_range("2000-01-06 22:00", periods=1300, freq="7D", tz="UTC", unit="ns")
REPEATS = 5
Answers = tuple[list[np.ndarray], list[np.ndarray]]  # by series, the value at each decision; whole histories


class Case(NamedTuple):
    """A table of releases, how many whole histories are asked, and the time and memory that all answers may take."""

    name: str
    table: Callable[[], pd.DataFrame]
    histories: int
    target_seconds: float
    target_mb: float


def rows(series: str, periods: pd.DatetimeIndex, released: pd.DatetimeIndex, values: np.ndarray) -> pd.DataFrame:
    """Releases of one series in the columns that `Releases` takes."""
    return pd.DataFrame({"series": series, "period": periods, "released": released.tz_localize("UTC"), "value": values})


def sixty_series() -> pd.DataFrame:
    """25 years: 35 daily series, 15 weekly, 10 monthly or quarterly ones with three revisions of each period."""
    random = np.random.default_rng(0)
    kinds = [("B", 35, (1,)), ("W-WED", 15, (1,)), ("MS", 6, (40, 70, 100, 400)), ("QS", 4, (120, 150, 180, 550))]
    parts = []
    for frequency, count, lags in kinds:
        periods = pd.date_range("2000-01-03", "2024-12-31", freq=frequency, unit="ns")
        for number in range(count):
            name, days = f"{frequency}{number}", [pd.Timedelta(days=lag, hours=21) for lag in lags]
            parts += [rows(name, periods, periods + later, random.random(len(periods))) for later in days]
    return pd.concat(parts, ignore_index=True)


def nfci() -> pd.DataFrame:
    """2,800 weeks, of which every one of 780 vintages tells the whole history anew, in the order of release."""
    periods = pd.date_range("1971-01-08", periods=2800, freq="W-FRI", unit="ns")
    vintages = periods[-780:] + pd.Timedelta(days=5, hours=13)
    known = np.arange(len(periods) - len(vintages), len(periods)) + 1
    within = np.concatenate([np.arange(count) for count in known])
    values = np.random.default_rng(0).random(len(within))
    return rows("NFCI", periods[within], vintages.repeat(known), values)


CASES = (Case("60 series, 25 years", sixty_series, 1, 1.0, 500.0), Case("NFCI, every vintage", nfci, 26, 1.0, 500.0))


def tidegate(table: pd.DataFrame, looks: pd.DatetimeIndex) -> Answers:
    """What was known at every decision, and the whole history of every series at `looks`."""
    releases = Releases(table)
    values = [releases.as_of(series, DECISIONS).value for series in releases.series]
    histories = [releases.history(series, look).to_numpy() for series in releases.series for look in looks]
    return values, histories


def merge_asof(table: pd.DataFrame, looks: pd.DatetimeIndex) -> Answers:
    """The same by pandas: `merge_asof` over those rows of each series that were about its latest period when released.

    Over all rows it would be wrong: a revision of an old period would displace a newer period.
    """
    decisions = pd.DataFrame({"released": DECISIONS})
    values, histories = [], []
    for _, line in table.sort_values(["released", "period"]).groupby("series", sort=True):
        newest = line[line["period"] >= line["period"].cummax()]
        values.append(pd.merge_asof(decisions, newest, on="released")["value"].to_numpy())
        for look in looks:
            known = line[line["released"] <= look].drop_duplicates("period", keep="last")
            histories.append(known.sort_values("period")["value"].to_numpy())
    return values, histories


WAYS = {"tidegate": tidegate, "merge_asof": merge_asof}


def measure_here(case: Case, way: str) -> dict[str, float]:
    """Seconds, the most memory that this process ever held (in MB), and a sum that tells whether answers agree."""
    table, looks = case.table(), DECISIONS[:: -(len(DECISIONS) // case.histories)]
    start = time.perf_counter()
    values, histories = WAYS[way](table, looks)
    seconds, peak = time.perf_counter() - start, peak_mb()
    check = float(sum((np.nan_to_num(answer) * np.arange(len(answer))).sum() for answer in [*values, *histories]))
    return {"seconds": seconds, "peak_mb": peak, "check": check}


def measure(case: Case, way: str) -> dict[str, float]:
    """`measure_here` in a process of its own."""
    found: dict[str, float] = measured_apart(__file__, ["--only", case.name, way])
    return found


def show(results: dict[Case, dict[str, list[dict[str, float]]]]) -> None:
    """Print one line per case: medians against targets, and the ratio to the rival's median."""
    table = Table(title=f"{len(DECISIONS)} decisions, {os.cpu_count()} processors, Python {sys.version.split()[0]}")
    for name in ("case", "seconds", "target", "peak MB", "target", "verdict", "merge_asof", "peak MB", "ratio"):
        table.add_column(name, justify="left" if name in {"case", "verdict"} else "right")
    for case, ways in results.items():
        seconds, other = (statistics.median(run["seconds"] for run in ways[way]) for way in WAYS)
        peak, others = (max(run["peak_mb"] for run in ways[way]) for way in WAYS)
        kept = seconds < case.target_seconds and peak < case.target_mb
        ours = f"{seconds:.2f}", f"{case.target_seconds:g}", f"{peak:.0f}", f"{case.target_mb:g}"
        table.add_row(
            case.name, *ours, "kept" if kept else "MISSED", f"{other:.2f}", f"{others:.0f}", f"{seconds / other:.2f}"
        )
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def main() -> None:
    """Measure, compare the answers, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs=2, metavar=("CASE", "WAY"), help="measure one way in this process, as JSON")
    asked: Any = parser.parse_args().only
    if asked:
        name, way = asked
        print(json.dumps(measure_here(next(case for case in CASES if case.name == name), way)))
        return
    results: dict[Case, dict[str, list[dict[str, float]]]] = {case: {way: [] for way in WAYS} for case in CASES}
    for case in CASES:
        for _ in range(REPEATS):  # in turn, so that a busy machine slows both
            for way in WAYS:
                results[case][way].append(measure(case, way))
        if len({run["check"] for way in WAYS for run in results[case][way]}) > 1:
            raise SystemExit(f"{case.name}: the two ways give different answers")
    show(results)


if __name__ == "__main__":
    main()
