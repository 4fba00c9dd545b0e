"""A batch of members: each becomes orders, all of them go through the event loop at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..backtests.events import Events, Terms
from ..backtests.measure_many import Measured, Segments, measure_many
from ..backtests.performance import Performance
from ..data.market import Market
from ..errors import TidegateError
from ..study import Study
from .graph import StudyGraph
from .memo import Memory, Node
from .orders import Orders, orders_of
from .pieces import Pieces, Scoring

CURVE = ("curve_session", "curve_usd")
Curve = tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]
_DAY = "datetime64[s]"
FIGURES = (*(each.name for each in fields(Performance)), "skew", "kurtosis", "sessions")


@dataclass(frozen=True, eq=False)
class Batch:
    """What was measured of some members.

    Attributes
    ----------
    table : DataFrame, shape (members, ...)
        ``config_hash``, ``refused`` (why a member cannot be run; empty where it was), `FIGURES` and the columns of a
        `Scoring`, NaN where refused. Where curves were asked for, `CURVE`: the sessions from the first fill on and the
        value at each, a list for each member.
    months : ndarray of float32, shape (members, months)
        Logarithmic growth over each calendar month of the market; NaN where nothing was held.
    """

    table: pd.DataFrame
    months: npt.NDArray[np.float32]


def measure_batch(
    studies: Sequence[Study | TidegateError],
    market: Market,
    memory: Memory,
    *,
    scoring: Scoring | None = None,
    curves: bool = False,
) -> Batch:
    """Backtest some studies.

    Parameters
    ----------
    studies : sequence of Study or TidegateError
        An error stands for a member whose values do not go together.
    market : Market
        What all of them are run on.
    memory : Memory
        Of what earlier studies on this market have computed; it grows.
    scoring : Scoring, optional
        Further columns.
    curves : bool
        Whether to keep the daily values.

    Returns
    -------
    Batch
        In the order of `studies`.
    """
    pieces = Pieces.of(market.sessions, None if scoring is None else scoring.segment)
    figures = np.full((len(studies), len(FIGURES)), np.nan)
    sums = np.zeros((len(fields(Segments)), len(studies), len(pieces.month)))
    curve: list[Curve] = [(np.empty(0, _DAY), np.empty(0))] * len(studies)
    members, refused = _prepared(studies, market, memory)
    for places in _by_tape(members):
        distinct, which = _distinct([members[place] for place in places])
        measured = _execute(distinct, pieces.number, curves=curves)
        figures[places] = np.column_stack([getattr(measured, name) for name in FIGURES])[which]
        if measured.segments is not None:
            found = np.stack([getattr(measured.segments, each.name) for each in fields(Segments)])
            sums[:, places, : found.shape[2]] = found[:, which]
        if curves:
            drawn = list(_curves(measured, distinct[0].graph))
            for place, number in zip(places, which, strict=True):
                curve[place] = drawn[number]
    whole = Segments(*sums)
    hashes = [
        "" if isinstance(each, TidegateError) else StudyGraph(each, market, memory).config_hash for each in studies
    ]
    scores = {} if scoring is None else scoring.columns(pieces.segments(whole))
    columns: dict[str, Any] = dict(zip(FIGURES, figures.T, strict=True)) | dict(scores)
    if curves:
        columns |= {name: [each[part] for each in curve] for part, name in enumerate(CURVE)}
    return Batch(pd.DataFrame({"config_hash": hashes, "refused": refused, **columns}), pieces.growth(whole))


class _Member(NamedTuple):
    graph: StudyGraph
    orders: Node[Orders]


def _prepared(
    studies: Sequence[Study | TidegateError], market: Market, memory: Memory
) -> tuple[dict[int, _Member], list[str]]:
    """Members that can be run, by place, and for each of all why it cannot."""
    members, refused = dict[int, _Member](), [""] * len(studies)
    for place, study in enumerate(studies):
        try:
            if isinstance(study, TidegateError):
                raise study
            graph = StudyGraph(study, market, memory)
            members[place] = _Member(graph, orders_of(graph))
        except TidegateError as error:
            refused[place] = str(error)
    return members, refused


def _by_tape(members: Mapping[int, _Member]) -> Iterable[list[int]]:
    """Places of the members that trade on one tape."""
    groups = defaultdict[int, list[int]](list)
    for place, member in members.items():
        groups[member.graph.tape.key].append(place)
    return groups.values()


def _distinct(members: Sequence[_Member]) -> tuple[list[_Member], list[int]]:
    """One member for each set of orders, and for each of `members` which of these sends what it sends."""
    first = {member.orders.key: member for member in members}
    numbers = {key: number for number, key in enumerate(first)}
    return list(first.values()), [numbers[member.orders.key] for member in members]


def _execute(members: Sequence[_Member], piece: npt.NDArray[np.int64], *, curves: bool) -> Measured:
    """One pass of the event loop over members with the same tape."""
    tape, _ = members[0].graph.tape.value
    rates = [member.graph.rates.value for member in members]
    terms = Terms(
        rates=np.array([each.cost for each in rates]),
        borrow=np.array([each.borrow for each in rates]),
        capital=np.array([member.graph.study.execution.capital_usd for member in members]),
    )
    events = Events.of([member.orders.value for member in members], assets=tape.closes.shape[1])
    return measure_many(events, tape, terms, segment=piece[: len(tape.sessions)], curves=curves)


def _curves(measured: Measured, graph: StudyGraph) -> Iterator[Curve]:
    """Sessions and values of each member from its first fill on."""
    days = graph.tape.value[0].sessions.to_numpy().astype(_DAY)
    for values, first in zip(() if measured.curves is None else measured.curves, measured.first, strict=True):
        yield days[first:], values[first:]
