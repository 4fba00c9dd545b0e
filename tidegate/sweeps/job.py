"""The job: all that a worker needs, sent once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

import pandas as pd

from ..backtests.bills import bill_returns
from ..backtests.engine import backtest
from ..backtests.performance import Performance, measure
from ..data.market import Market
from ..decisions import decide
from ..errors import TidegateError
from ..pipeline import tradable_prices
from ..rivals import limits_of
from ..study import Study
from ..user_modules import carried, content_of, load_modules
from .batch import Batch, measure_batch
from .graph import StudyGraph
from .memo import Memory
from .orders import trades_of
from .pieces import Scoring
from .plan import Plan

_ONE_AT_A_TIME = Lock()  # what a user's own files have registered belongs to the whole process


Members = Sequence[int]


class Answer(NamedTuple):
    """What a worker gives for the members it was asked for."""

    members: Members
    batch: Batch


Ask = Callable[[Iterable[Members]], Iterator[Answer]]  # at work from the call on, where others do the work


@dataclass(eq=False)
class Job:
    """A plan and the market it is carried out on.

    Parameters
    ----------
    plan, market : Plan, Market
        Equal on every worker. What a worker has computed stays with it, and is not sent.
    scoring : Scoring, optional
        Further columns for what is measured.
    curves : bool
        Whether daily values are kept.

    Attributes
    ----------
    files : Mapping of str to bytes
        The user's own files as they were when the job was made: they go to every worker, and an edit comes too late.

    Raises
    ------
    ConfigError
        One of these files cannot be read.
    """

    plan: Plan
    market: Market
    scoring: Scoring | None = None
    curves: bool = False
    files: Mapping[str, bytes] = field(init=False, repr=False)
    _memory: Memory = field(default_factory=Memory, init=False, repr=False)

    def __post_init__(self) -> None:
        study = self.plan.study
        self.files = {name: content_of(name) for name in (*study.signal.modules, *study.strategy.modules)}

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_memory"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _memory=Memory())

    def measure(self, members: Members) -> Answer:
        """Measure members through the event loop; one call after the other, however many threads ask.

        Raises
        ------
        ConfigError
            One of the user's own files fails.
        """
        with self._alone():
            studies = [self._member(member) for member in members]
            batch = measure_batch(studies, self.market, self._memory, scoring=self.scoring, curves=self.curves)
        return Answer(members, batch)

    def execute(self, study: Study, *, afresh: bool = False) -> Performance:
        """Execute one study through vectorbt's own `from_orders`.

        Its decisions are taken from what is known; ``afresh`` they are made anew.
        """
        with self._alone():
            return self._executed(study, afresh=afresh)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The user's own files, run as they were."""
        with _ONE_AT_A_TIME, carried(self.files):
            load_modules(tuple(self.files))
            yield

    def _executed(self, study: Study, *, afresh: bool) -> Performance:
        if afresh:
            decisions = decide(study, self.market)
            trades = decisions.trades(decisions.targets, study.strategy)
        else:
            trades = trades_of(StudyGraph(study, self.market, self._memory))
        prices = tradable_prices(study, self.market)
        executed = backtest("strategy", trades, prices, study.costs, study.execution, limits=limits_of(study))
        bills = bill_returns(self.market.releases, pd.DatetimeIndex(executed.value.index))
        return measure(executed, bill_returns=bills)

    def _member(self, member: int) -> Study | TidegateError:
        try:
            return self.plan.member(member)
        except TidegateError as error:
            return error
