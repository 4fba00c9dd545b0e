"""Orders of one member of a sweep: the rows that trade, and what they hold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..backtests.bills import no_bill_rate
from ..backtests.engine import cost_reserve
from ..backtests.schedule import due_orders, missing_price
from ..errors import ConfigError
from ..strategies import asset_weights
from ..strategies.rebalance import traded_rows
from ..strategies.sleeves import shared_out
from .graph import StudyGraph
from .memo import Node

Floats = npt.NDArray[np.float64]


class Orders(NamedTuple):
    """What the event loop executes (see `Events`): session rows, and shares of the value with the reserve taken off."""

    rows: npt.NDArray[np.int64]
    weights: Floats


def orders_of(graph: StudyGraph) -> Node[Orders]:
    """The orders that `decide` and `backtest` would send for a study.

    Raises
    ------
    ConfigError, DataError
        The study cannot be run on this market; the message says why.
    """
    _ = graph.gates
    needs = (graph.exposures, graph.held, graph.tape, graph.rates, graph.fills)
    return graph.node("orders", lambda: _orders(graph), *needs)


def _orders(graph: StudyGraph) -> Orders:
    study, (tape, priced) = graph.study, graph.tape.value
    targets = target_weights(graph)
    traded = traded_rows(targets, study.strategy, graph.last_prices)
    sent = targets[traded]
    due = due_orders(sent, graph.fills.value[traded], priced, study.execution)
    if due.unpriced is not None:
        row, absent = due.unpriced
        raise missing_price(pd.Index(study.tickers)[absent], tape.sessions[row])
    if not len(due.rows):
        raise ConfigError(f"Study '{study.name}' has nothing to trade", expected="a decision that a session can fill")
    if np.isnan(tape.opening[due.rows[0]]):
        raise no_bill_rate(tape.sessions[due.rows[0]])
    held = sent.any(axis=0)
    rates = graph.rates.value.cost[held] if held.any() else np.zeros(1)
    reserve = cost_reserve(rates, due.weights, tape.closes[due.rows])
    return Orders(due.rows, np.where(priced[due.rows], due.weights * (1.0 - reserve), np.nan))


def trades_of(graph: StudyGraph) -> pd.DataFrame:
    """Target weights at the decisions that send orders, as `backtest` takes them."""
    _ = graph.gates
    targets = target_weights(graph)
    traded = traded_rows(targets, graph.study.strategy, graph.last_prices)
    decisions = graph.held.value.dated.value[traded]
    return pd.DataFrame(targets[traded], index=decisions, columns=list(graph.study.tickers))


def target_weights(graph: StudyGraph) -> Floats:
    """Target weights, shape (decisions of the backtest, tickers of the study)."""
    held, tickers = graph.held.value, graph.study.tickers
    if sum(table.shape[1] for table in held.values) > len(tickers):  # bills stand in two sleeves
        return asset_weights(graph.exposures.value, held.shares)[list(tickers)].to_numpy(dtype=float)
    return shared_out(graph.exposures.value.to_numpy(dtype=float), held.values)
