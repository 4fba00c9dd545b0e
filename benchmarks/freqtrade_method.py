"""The method of freqtrade's `lookahead-analysis`, to compare the causality audit with.

As `freqtrade/optimize/analysis/lookahead.py` has it (commit 1f394ea; nothing is copied):

- the strategy is run once on all data, which gives its columns (indicators and signals) and its trades;
- for each trade, in order, it is run twice more: on data from the same start to one candle after the entry's fill, and
  to one after the exit's. A fill is the candle after its signal, so the data end two candles after the signal;
- the trade must be entered, or left, on the same candle again; and, column by column, whatever the strategy put in
  its table must be what it was on all data, exactly, on every row of the shorter table (`analyze_indicators`);
- trades that the end of the data closes are skipped. It stops after `targeted_trade_amount` trades (20) and gives no
  verdict on fewer than `minimum_trade_amount` (10). Each run loads the strategy's file anew.

Here a strategy is in the market while the last column of a function is above its median, a number that is fixed
beforehand as one would type it into a strategy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import pandas as pd

from tidegate.causality.change import CUT, Change
from tidegate.causality.nodes import Nodes
from tidegate.causality.subjects import FunctionSubject
from tidegate.causality.worlds import World, world_of
from tidegate.data.clock import session_closes
from tidegate.data.market import Market

MINIMUM_TRADES, TARGETED_TRADES = 10, 20  # freqtrade's defaults
CANDLES_AFTER_SIGNAL = 2


@dataclass(frozen=True, eq=False)
class Strategy:
    """In the market while the last column of a function is above `threshold`; `whole`: its tables on all data."""

    load: Callable[[], Callable[[Any], Any]]
    world: World
    whole: Nodes
    threshold: float


def strategy_of(function: Callable[[Any], Any], data: Any) -> Strategy:
    load, world = loader(function), world_of(data)
    whole = FunctionSubject(load()).nodes(world)
    return Strategy(load, world, whole, threshold_of(last_column(whole)))


def lookahead_analysis(strategy: Strategy) -> tuple[str, bool, bool]:
    """What freqtrade's method sees, in words; whether it says "bias"; and whether it would on any number of trades."""
    entries, exits = turns(last_column(strategy.whole) > strategy.threshold)
    trades = list(zip(entries, exits, strict=False))[:TARGETED_TRADES]
    moved = [seen_at(strategy, trade[side], side) for trade in trades for side in (0, 1)]
    signals, columns = sum(signal for signal, _ in moved), sum(column for _, column in moved)
    seen = bool(signals or columns)
    said = f"signal gone at {signals}, columns moved at {columns} of {len(moved)} cuts" if seen else "nothing"
    if len(trades) < MINIMUM_TRADES:
        return f"no verdict on {len(trades)} trades ({said})", False, seen
    return said, seen, seen


def loader(function: Callable[[Any], Any]) -> Callable[[], Callable[[Any], Any]]:
    """Executes the file of `function` anew, as each run of a strategy does: nothing is left of earlier calls."""
    path = sys.modules[function.__module__].__file__

    def load() -> Callable[[Any], Any]:
        spec = spec_from_file_location(f"{function.__module__}_again", path)
        module = module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return getattr(module, function.__qualname__)

    return load


def seen_at(strategy: Strategy, signal: pd.Timestamp, side: int) -> tuple[bool, bool]:
    """Whether an entry (side 0) or exit (side 1) is gone on data that end just after it, and whether a column moved."""
    end = end_of_data(strategy.world, signal)
    shorter = FunctionSubject(strategy.load()).nodes(strategy.world.changed(Change(CUT, end)))
    gone = signal not in turns(last_column(shorter) > strategy.threshold)[side]
    return gone, any(columns_differ(node.table, shorter[name].table.loc[:end]) for name, node in strategy.whole.items())


def columns_differ(whole: pd.DataFrame, shorter: pd.DataFrame) -> bool:
    """Exactly, on the rows of the shorter table; a row or column that the whole one lacks counts too."""
    if not (shorter.index.isin(whole.index).all() and whole.columns.equals(shorter.columns)):
        return True
    return not whole.loc[shorter.index].equals(shorter)


def last_column(nodes: Nodes) -> pd.Series:
    table = list(nodes.values())[-1].table
    return table[table.columns[-1]].astype(float)


def threshold_of(column: pd.Series) -> float:
    """The median, or the middle between the extremes where most values are the largest."""
    median = float(column.median())
    return median if median < column.max() else float(column.min() + column.max()) / 2


def turns(above: pd.Series) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Rows at which a position is opened, and rows at which it is closed."""
    before = above.shift(fill_value=False)
    index = pd.DatetimeIndex(above.index)
    return index[(above & ~before).to_numpy()], index[(~above & before).to_numpy()]


def end_of_data(world: World, signal: pd.Timestamp) -> pd.Timestamp:
    """The last candle that a run sees which is cut for `signal`."""
    candles = candles_of(world)
    return candles[min(int(candles.searchsorted(signal, side="right")) - 1 + CANDLES_AFTER_SIGNAL, len(candles) - 1)]


def candles_of(world: World) -> pd.DatetimeIndex:
    data = world.data
    return session_closes(data.sessions) if isinstance(data, Market) else world.known_by(pd.DatetimeIndex(data.index))
