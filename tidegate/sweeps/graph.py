"""The study as a graph: what does not depend on a parameter is computed once, however many studies differ in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel

from ..backtests.bills import bill_accruals
from ..backtests.borrow import borrow_rates
from ..backtests.engine import cost_rates
from ..backtests.events import Tape
from ..backtests.lag import fill_rows
from ..data.market import Market
from ..data.releases import nanoseconds
from ..decisions import by_clock, covered, exposed, in_span, sleeve_shares
from ..gates import pass_gates
from ..pipeline import tradable_prices
from ..signals.composite import compose
from ..signals.known import Known
from ..signals.regimes.registry import chosen_classifier
from ..signals.waterline import look_from_every_decision, measured, standardised
from ..strategies import View
from ..study import Study
from ..study_hash import PARTS, joined, text_of
from ..user_modules import load_modules
from .memo import Memory, Node

T = TypeVar("T")
Floats = npt.NDArray[np.float64]
Shares = Mapping[str, pd.DataFrame]

_TICKERS = {"speculative": {"assets"}, "near_cash_flow": {"assets"}}
_STAND_INS = {"bills", "empty_sleeve", "idle"}
_READS: Mapping[str, dict[str, Any]] = {  # what a node reads of the study itself, beside the nodes that it needs
    "gates": {"sleeves": _TICKERS, "signal": {"modules"}, "strategy": {"modules", *_STAND_INS}},
    "histories": {
        "clock": {"decision"},
        "sleeves": _TICKERS,
        "signal": {"history_start", "change_weeks", "min_history_weeks", "winsor", "add", "drop", "modules", "capex"},
    },
    "indicators": {"signal": {"rolling_weeks"}},
    "level": {"signal": {"block_weights", "min_blocks", "min_coverage", "composite_min_weeks"}},
    "regime": {"signal": {"classifier", "regime", "jump", "markov", "moving_average"}},
    "span": {"clock": {"start", "end"}},
    "shares by clock": {
        "clock": {"decision", "start", "end"},
        "signal": {"history_start"},
        "sleeves": None,
        "strategy": {"min_sessions", "min_prices", *_STAND_INS},
    },
    "shares": {},
    "exposures": {"strategy": None},
    "prices": {"clock": {"end"}, "execution": {"delisting_return"}},
    "tape": {"sleeves": _TICKERS, "strategy": _STAND_INS},
    "terms": {"sleeves": _TICKERS, "strategy": _STAND_INS, "costs": None},
    "fills": {"execution": {"lag"}},
    "orders": {"execution": None},
}


@dataclass(frozen=True, eq=False)
class Held:
    """Weights within each sleeve on the decisions of the backtest, and the same in plain arrays."""

    shares: Shares
    dated: Node[pd.DatetimeIndex]
    values: list[Floats]

    @classmethod
    def of(cls, shares: Shares, dated: Node[pd.DatetimeIndex]) -> Held:
        """Take tables on the decisions `dated`."""
        return cls(shares, dated, [table.to_numpy(dtype=float) for table in shares.values()])


@dataclass(frozen=True, eq=False)
class Rates:
    """Cost and yearly borrow fee of each ticker, decimal."""

    cost: Floats
    borrow: Floats


@dataclass(eq=False)
class StudyGraph:
    """The nodes of one study on one market.

    Parameters
    ----------
    study, market : Study, Market
        What is computed, on what.
    memory : Memory
        Of the nodes of all studies on this market: a node that another study has asked for is not computed again.
    """

    study: Study
    market: Market
    memory: Memory

    @property
    def config_hash(self) -> str:
        """The study's, each part of which is written once, however many studies share it."""

        def text(part: str) -> str:
            seen = tuple([getattr(self.study, each) for each in (part, *PARTS[part])])
            return self.memory.once(f"hash of {part}", seen, lambda: text_of(part, self.study))

        return joined({part: text(part) for part in PARTS})

    @cached_property
    def gates(self) -> Node[object]:
        """The user's own files, run, and the quality gates, passed: to be asked for before all others."""

        def passed() -> object:
            load_modules((*self.study.signal.modules, *self.study.strategy.modules))
            return pass_gates(self.study, self.market)

        return self.node("gates", passed)

    @cached_property
    def level(self) -> Node[pd.Series[float]]:
        """The waterline at every decision that the market spans."""
        histories = self.node("histories", lambda: measured(self._known))
        indicators = self.node("indicators", lambda: standardised(histories.value, self._known), histories)

        def level() -> pd.Series[float]:
            min_count = self._known.rows(self.study.signal.composite_min_weeks)
            return compose(indicators.value, self.study.signal, min_count=min_count).level.rename("waterline")

        return self.node("level", level, indicators)

    @cached_property
    def regime(self) -> Node[pd.Series[str]]:
        """The regime at every decision that the market spans: one node for all thresholds that call the same."""
        call = chosen_classifier(self.study.signal).fit_predict_online

        def called() -> Node[pd.Series[str]]:
            regime = call(self.level.value, self._known)
            words = ",".join(regime.to_numpy(dtype=object, na_value="")).encode()
            return Node(self.memory.key("called", self.level.key, blake2b(words, digest_size=16).digest()), regime)

        return self.node("regime", called, self.level).value

    @cached_property
    def held(self) -> Node[Held]:
        """Weights within each sleeve on the decisions of the backtest."""
        called = self.memory.key("called at", self.level.key, self.regime.value.notna().to_numpy().tobytes())
        span = self.node("span", lambda: self._dated(in_span(self.study, self.regime.value)), Node(called, None)).value
        wide = self.node("shares by clock", self._shares_by_clock)

        def held() -> Held:
            within = {sleeve: table.loc[span.value] for sleeve, table in wide.value.items()}
            decisions = covered(self.study, within)
            return Held.of({sleeve: table.loc[decisions] for sleeve, table in within.items()}, self._dated(decisions))

        return self.node("shares", held, wide, span)  # most regimes span the same decisions

    @cached_property
    def exposures(self) -> Node[pd.DataFrame]:
        """Exposures of the sleeves on the decisions of the backtest.

        A rule that did not look at the shares is not asked again where only they differ.
        """
        blind = self._key("exposures", self.regime, self.level, self.held.value.dated)
        seeing = self.memory.key(blind, self.held.key)
        found = self.memory.find("exposures", blind) or self.memory.find("exposures", seeing)
        if found is None:
            watched = _Watched(self.held.value.shares)
            value = exposed(self._view(watched))
            if list(value.columns) != list(watched):
                value = value.reindex(columns=list(watched), fill_value=0.0)
            found = self.memory.keep("exposures", Node(seeing if watched.looked_at else blind, value))
        return found

    @cached_property
    def prices(self) -> Node[pd.DataFrame]:
        """Prices at which the study can trade, shape (sessions, assets)."""
        return self.node("prices", lambda: tradable_prices(self.study, self.market))

    @cached_property
    def tape(self) -> Node[tuple[Tape, npt.NDArray[np.bool_]]]:
        """What the event loop reads of the study's tickers, and where they have a price of the day."""

        def tape() -> tuple[Tape, npt.NDArray[np.bool_]]:
            table = self.prices.value[list(self.study.tickers)]
            bills = bill_accruals(self.market.releases, pd.DatetimeIndex(table.index))
            return Tape.of(table, bills), table.notna().to_numpy()

        return self.node("tape", tape, self.prices)

    @cached_property
    def rates(self) -> Node[Rates]:
        """What trading each ticker costs."""

        def rates() -> Rates:
            assets = pd.Index(self.study.tickers)
            return Rates(cost_rates(assets, self.study.costs), borrow_rates(assets, self.study.costs))

        return self.node("terms", rates)

    @cached_property
    def fills(self) -> Node[npt.NDArray[np.int64]]:
        """Row of the session that fills each decision of the backtest."""
        dated = self.held.value.dated

        def fills() -> npt.NDArray[np.int64]:
            return fill_rows(dated.value, pd.DatetimeIndex(self.prices.value.index), lag=self.study.execution.lag)

        return self.node("fills", fills, dated, self.prices)

    def last_prices(self) -> Floats:
        """Last complete bar of each ticker at each decision of the backtest."""
        return self._view(self.held.value.shares).last_prices(list(self.study.tickers))

    def _view(self, shares: Shares) -> View:
        decisions = self.held.value.dated.value
        regime, level = _at(decisions, self.regime.value), _at(decisions, self.level.value)
        return View(regime, level, shares, self.study.strategy, self.market)

    def _shares_by_clock(self) -> Shares:
        return sleeve_shares(self.study, self.market, by_clock(self.study, self._known.decisions))

    @cached_property
    def _known(self) -> Known:
        study = self.study
        return look_from_every_decision(self.market, study.sleeves.assets(), study.signal, every=study.clock.decision)

    def node(self, name: str, make: Callable[[], T], *needs: Node[Any]) -> Node[T]:
        """What `make` gives, which reads of the study what stands in `_READS`, and otherwise `needs` alone."""
        return self.memory.node(name, self._key(name, *needs), make)

    def _key(self, name: str, *needs: Node[Any]) -> int:
        reads = _READS[name]
        if name == "histories" and self.study.signal.modules:
            reads = {**reads, "signal": None}  # indicators in a user's own file may read any parameter of the signal
        texts = [self._read(name, getattr(self.study, part), include) for part, include in reads.items()]
        return self.memory.key(name, *texts, *[need.key for need in needs])

    def _read(self, name: str, part: BaseModel, include: Any) -> str:
        return self.memory.once(name, (part,), lambda: part.model_dump_json(include=include))

    def _dated(self, decisions: pd.DatetimeIndex) -> Node[pd.DatetimeIndex]:
        """Decisions as a node of their own content."""
        return Node(self.memory.key("decisions", nanoseconds(decisions).tobytes()), decisions)


def _at(decisions: pd.DatetimeIndex, known: pd.Series[Any]) -> pd.Series[Any]:
    """What was known at `decisions`, which mostly follow one another: a slice, which takes no look-up."""
    start = int(known.index.searchsorted(decisions[0]))
    part = known.iloc[start : start + len(decisions)]
    return part if part.index.equals(decisions) else known.loc[decisions]


class _Watched(Mapping[str, pd.DataFrame]):
    """Shares that notice whether somebody looks at their values; which sleeves there are is no secret."""

    def __init__(self, shares: Shares) -> None:
        self._shares, self.looked_at = shares, False

    def __getitem__(self, sleeve: str) -> pd.DataFrame:
        self.looked_at = True
        return self._shares[sleeve]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shares)

    def __len__(self) -> int:
        return len(self._shares)

    def __contains__(self, sleeve: object) -> bool:
        return sleeve in self._shares
