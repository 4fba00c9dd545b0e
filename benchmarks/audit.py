"""What the causality audit finds, and how fast, beside the method of freqtrade's `lookahead-analysis`.

Both run on the galleries of the tests. A function of the gallery becomes a strategy as `freqtrade_method` says.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freqtrade_method import end_of_data, last_column, lookahead_analysis, strategy_of
from tidegate import Study, load_market
from tidegate.backtests import lag
from tidegate.causality import Audit, audit
from tidegate.causality.change import CUT, Change
from tidegate.causality.subjects import FunctionSubject
from tidegate.causality.worlds import FrameWorld
from tidegate.errors import TidegateError

SCORED = 20  # flips, and random dates, on the full-sample z-score
PROMISED_SECONDS = 60.0
SHARES = (0.1, 0.01, 0.001)


@dataclass(frozen=True)
class Found:
    """What one method said of one plant: words for the table, whether it raised an alarm, and how long it took.

    ``lowered``: whether freqtrade's method would have raised it with no least number of trades.
    """

    words: str
    alarm: bool
    seconds: float
    lowered: bool = False


NOT_APPLICABLE = Found("not applicable", False, 0.0)


# Both, side by side


def freqtrade_on(plant: Any, data: Any) -> Found:
    """freqtrade's method on a plant; studies have sources, releases and fills, which it does not know."""
    if isinstance(plant.subject, Study) or not callable(plant.subject):
        return NOT_APPLICABLE
    start = time.perf_counter()
    try:
        said, alarm, lowered = lookahead_analysis(strategy_of(plant.subject, data))
    except (ValueError, KeyError, TypeError, TidegateError) as error:
        said, alarm, lowered = f"stopped: {type(error).__name__}", False, False
    return Found(said, alarm, time.perf_counter() - start, lowered)


def ours_on(plant: Any, data: Any) -> tuple[Found, Audit]:
    """The default audit of a plant, the interpreter that has no memory included."""
    start = time.perf_counter()
    result = audit(plant.subject, data, **plant.options)
    seconds = time.perf_counter() - start
    return Found(words(result), not result.passed, seconds), result


def words(result: Audit) -> str:
    """The leaks of an audit: node by node, the checks that saw them."""
    nodes = dict.fromkeys(row.node for row in result.leaks)
    seen = {node: ", ".join(row.check for row in result.leaks if row.node == node) for node in nodes}
    return "; ".join(f"{node}: {checks}" for node, checks in seen.items()) or "nothing"


def located(plant: Any, result: Audit) -> bool:
    """Whether leaks are told at the planted node only, and the planted series are named, and no others."""
    named = {frozenset(row.series) for row in result.leaks if row.check in plant.checks}
    return {row.node for row in result.leaks} == {plant.node} and frozenset(plant.series) in named


def markdown(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    right = {"seconds", "CPU seconds"}
    lines = [heads, tuple("--:" if head in right else "---" for head in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


# How often one cut is enough


def full_sample_score(frame: pd.DataFrame) -> pd.Series:
    """A month's change of the price over the mean and deviation of all of them: the leak that everybody makes once."""
    change = np.log(frame["price"]).diff(21)
    return (change - change.mean()) / change.std()


def a_price(seed: int = 0) -> pd.DataFrame:
    """Ten years of a random walk."""
    days = pd.bdate_range("2010-01-04", periods=2520, name="day")
    steps = np.random.default_rng(seed).normal(0.0003, 0.012, len(days))
    return pd.DataFrame({"price": 100.0 * np.exp(steps.cumsum())}, index=days)


def score_single_cuts(seed: int = 0) -> list[tuple[str, ...]]:
    """How many single cuts, and single scrambles, betray the full-sample score, by what is compared."""
    frame, rng = a_price(seed), np.random.default_rng(seed)
    world = FrameWorld(frame)
    whole = last_column(FunctionSubject(full_sample_score).nodes(world))
    position = whole > 0
    index = pd.DatetimeIndex(whole.index)
    turned = index[(position != position.shift(fill_value=False)).to_numpy() & whole.notna().to_numpy()]
    usable = index[60:-60]
    places = {"flips": turned.intersection(usable), "random dates": usable}
    rows = []
    for name, candidates in places.items():
        chosen = candidates[np.sort(rng.choice(len(candidates), SCORED, replace=False))]
        for kind in (CUT, *FrameWorld(frame).kinds):
            counts = np.array([betrayed(world, whole, at, kind, seed) for at in chosen]).sum(axis=0)
            future = "cut, as freqtrade does" if kind == CUT else f"scrambled: {kind}"
            rows.append((name, future, *map(str, counts)))
    return rows


def betrayed(
    world: FrameWorld, whole: pd.Series, at: pd.Timestamp, kind: str, seed: int
) -> tuple[bool, bool, bool, bool]:
    """Whether the signal on the row, any signal up to it, the row's value, and any value differ."""
    until = end_of_data(world, at) if kind == CUT else at
    other = last_column(FunctionSubject(full_sample_score).nodes(world.changed(Change(kind, until, seed)))).loc[:at]
    before = whole.loc[:at]
    signals = (before > 0) != (other > 0)
    values = ~((before == other) | (before.isna() & other.isna()))
    return bool(signals.iloc[-1]), bool(signals.any()), bool(values.iloc[-1]), bool(values.any())


# The report


@dataclass(frozen=True)
class Row:
    """What both methods said of one function; `placed`: the audit named the planted node and series."""

    name: str
    theirs: Found
    ours: Found
    placed: bool = False

    def cells(self) -> tuple[str, ...]:
        theirs = "" if self.theirs is NOT_APPLICABLE else f"{self.theirs.seconds:.1f}"
        return self.name, self.theirs.words, theirs, self.ours.words, f"{self.ours.seconds:.1f}"


def rows_of(plants: Any) -> Iterator[Row]:
    for plant in plants:
        print(plant.name, file=sys.stderr)
        data = plant.data()
        theirs = freqtrade_on(plant, data)
        ours, result = ours_on(plant, data)
        yield Row(plant.name, theirs, ours, located(plant, result))


def same_bar_fill(fills: Callable[..., Any]) -> Row:
    """A study whose orders are filled at the close before their decision."""
    start, kept = time.perf_counter(), lag.fill_sessions
    lag.fill_sessions = fills
    try:
        result = audit(Study.load("essay"), load_market("synthetic"), depth="quick")
    finally:
        lag.fill_sessions = kept
    found = Found(words(result), not result.passed, time.perf_counter() - start)
    return Row("same-bar fill", NOT_APPLICABLE, found, {row.node for row in result.leaks} == {"fill"})


def on_leaks(rows: list[Row]) -> str:
    heads = ("planted leak", "freqtrade's method", "seconds", "the audit", "seconds", "located")
    table = markdown(heads, [(*row.cells(), "yes" if row.placed else "NO") for row in rows])
    applicable = sum(row.theirs is not NOT_APPLICABLE for row in rows)
    theirs, ours = sum(row.theirs.alarm for row in rows), sum(row.ours.alarm for row in rows)
    placed = sum(row.placed for row in rows)
    lowered = sum(row.theirs.lowered for row in rows)
    tail = f"Caught, of {len(rows)}: the audit {ours}, {placed} of them at the planted node and series; "
    tail += f"freqtrade's method {theirs} (it applies to {applicable}), with no least number of trades {lowered}.\n"
    return f"{table}\n{tail}"


def on_honest(rows: list[Row]) -> str:
    heads = ("honest function", "freqtrade's method", "seconds", "the audit", "seconds")
    theirs, ours = sum(row.theirs.alarm for row in rows), sum(row.ours.alarm for row in rows)
    lowered = sum(row.theirs.lowered for row in rows)
    tail = f"False alarms, of {len(rows)}: the audit {ours}; freqtrade's method {theirs}, "
    tail += f"with no least number of trades {lowered}.\n"
    return f"{markdown(heads, [row.cells() for row in rows])}\n{tail}"


def on_single_cuts() -> str:
    heads = ("at", "future", "signal of that row", "any signal so far", "value of that row", "any value so far")
    return markdown(heads, score_single_cuts())


def on_the_essay() -> str:
    """Seconds, and chances to miss, of the audits of the shipped essay."""
    study, market = Study.load("essay"), load_market("synthetic")
    rows, power = [], []
    for depth in ("quick", "default"):
        start, busy = time.perf_counter(), sum(os.times()[:4])
        result = audit(study, market, depth=depth)
        seconds, busy = time.perf_counter() - start, sum(os.times()[:4]) - busy
        kept = "" if depth == "quick" else "kept" if seconds < PROMISED_SECONDS else "MISSED"
        counts = (result.cuts, result.decisions, result.scrambles, result.checks)
        rows.append((depth, f"{seconds:.1f}", kept, f"{busy:.1f}", *(f"{count:,}" for count in counts)))
        power.append((depth, *(f"{result.chance_to_miss(share):.1%}" for share in SHARES)))
    promise = f"under {PROMISED_SECONDS:g}"
    heads = ("audit of `essay`", "seconds", promise, "CPU seconds", "cuts", "decisions", "scrambles", "comparisons")
    shares = tuple(f"{share:.1%} of the decisions" for share in SHARES)
    return f"{markdown(heads, rows)}\n{markdown(('chance to miss a leak that touches', *shares), power)}"


def main() -> None:
    """Measure and print, as Markdown."""
    parser = argparse.ArgumentParser(description="What the causality audit finds, beside freqtrade's method.")
    parser.add_argument("--essay", action="store_true", help="only how long the audit of the essay takes")
    if parser.parse_args().essay:
        print(on_the_essay())
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.tidegate.causality.gallery import HONEST, LEAKS, same_bar

    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}\n")
    print(on_leaks([*rows_of(LEAKS), same_bar_fill(same_bar)]))
    print(on_honest(list(rows_of(HONEST))))
    print(on_single_cuts())
    print(on_the_essay())


if __name__ == "__main__":
    main()
