"""A batch of members: each becomes orders, all of them go through the event loop at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..backtests.events import Events, Terms
from ..backtests.measure_many import Measured, measure_many
from ..backtests.performance import Performance
from ..data.market import Market
from ..errors import TidegateError
from ..study import Study
from .graph import StudyGraph
from .memo import Memory
from .orders import Orders, orders_of

Floats = npt.NDArray[np.float64]
FIGURES = (*(each.name for each in fields(Performance)), "skew", "kurtosis", "sessions")


@dataclass(frozen=True, eq=False)
class Batch:
    """What was measured of some members.

    Attributes
    ----------
    table : DataFrame, shape (members, ...)
        ``config_hash``, ``refused`` (why a member cannot be run; empty where it was) and `FIGURES`, NaN where refused.
    months : ndarray of float32, shape (members, months)
        Logarithmic growth over each calendar month of the market; NaN where nothing was held.
    """

    table: pd.DataFrame
    months: npt.NDArray[np.float32]


def measure_batch(studies: Sequence[Study | TidegateError], market: Market, memory: Memory) -> Batch:
    """Backtest some studies.

    Parameters
    ----------
    studies : sequence of Study or TidegateError
        An error stands for a member whose values do not go together.
    market : Market
        What all of them are run on.
    memory : Memory
        Of what earlier studies on this market have computed; it grows.

    Returns
    -------
    Batch
        In the order of `studies`.
    """
    month = months_of(market.sessions)
    figures = np.full((len(studies), len(FIGURES)), np.nan)
    months = np.full((len(studies), int(month.max()) + 1), np.nan, dtype=np.float32)
    refused, groups = [""] * len(studies), defaultdict(list)
    for place, study in enumerate(studies):
        try:
            member = _prepared(study, market, memory)
        except TidegateError as error:
            refused[place] = str(error)
        else:
            groups[member.graph.tape.key].append((place, member))
    for placed in groups.values():
        places, members = map(list, zip(*placed, strict=True))
        measured = _execute(members, month)
        figures[places] = np.column_stack([getattr(measured, name) for name in FIGURES])
        if measured.segments is not None:
            grown = np.where(measured.segments.count > 0, measured.segments.log_growth, np.nan)
            months[places, : grown.shape[1]] = grown  # a clock that ends early has fewer
    hashes = ["" if isinstance(study, TidegateError) else study.config_hash for study in studies]
    table = pd.DataFrame({"config_hash": hashes, "refused": refused}).join(pd.DataFrame(figures, columns=list(FIGURES)))
    return Batch(table, months)


class _Member(NamedTuple):
    graph: StudyGraph
    orders: Orders


def _prepared(study: Study | TidegateError, market: Market, memory: Memory) -> _Member:
    if isinstance(study, TidegateError):
        raise study
    graph = StudyGraph(study, market, memory)
    return _Member(graph, orders_of(graph))


def _execute(members: Sequence[_Member], month: npt.NDArray[np.int64]) -> Measured:
    """One pass of the event loop over members with the same tape."""
    tape, _ = members[0].graph.tape.value
    rates = [member.graph.rates.value for member in members]
    terms = Terms(
        rates=np.array([each.cost for each in rates]),
        borrow=np.array([each.borrow for each in rates]),
        capital=np.array([member.graph.study.execution.capital_usd for member in members]),
    )
    events = Events.of([member.orders for member in members], assets=tape.closes.shape[1])
    return measure_many(events, tape, terms, segment=month[: len(tape.sessions)])


def months_of(sessions: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Number of the calendar month of each session, counted from 0."""
    months = sessions.to_numpy().astype("datetime64[M]").astype(np.int64)
    numbers: npt.NDArray[np.int64] = months - months[0]
    return numbers
