"""A study as a subject: every node from the sources to the paper export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..backtests import lag
from ..data.clock import decision_instants, last_day_without_news, session_closes
from ..data.dictionary import fallback_chain
from ..data.market import Market
from ..data.releases import nanoseconds
from ..decisions import Decisions, decide
from ..paper import with_cash
from ..signal_report import newest_weights
from ..signals.known import Known
from ..signals.registry import Indicator, chosen_indicators
from ..study import Study
from ..user_modules import load_modules
from .nodes import Node, Nodes
from .worlds import World

DECISION = "decision"


@dataclass(frozen=True)
class StudySubject:
    """A study; its decisions are the rows of ``weights``.

    `nodes` gives, in the order of the flow: ``source:SERIES``, ``indicator:ID``, ``standardised:ID``, ``composite``,
    ``classifier``, ``strategy``, ``weights``, ``fill``, ``paper``.
    """

    study: Study
    main: str = "weights"
    turning: str = "classifier"

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.study.name

    @property
    def rules(self) -> Study:
        """The study whose sleeves and parameters its indicators are measured with."""
        return self.study

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """What its waterline counts."""
        return chosen_indicators(self.study.signal)

    def nodes(self, world: World, until: pd.Timestamp | None = None) -> Nodes:
        """Every node; decisions later than the day of `until` get no weights."""
        study, market = _ending(self.study, until), world.data
        return _nodes(study, market, decide(study, market), alone=until is not None)

    def decided(self, world: World) -> Decisions:
        """What the study decides."""
        return decide(self.study, world.data)

    def told(self, world: World, decisions: Decisions) -> Nodes:
        """Every node, of `decisions` that are known already."""
        return _nodes(self.study, world.data, decisions, alone=False)

    def alone(self, world: World, at: pd.Timestamp) -> Nodes:
        """Every indicator that answers each decision by itself, asked for the one decision `at`."""
        study, decision = self.study, pd.DatetimeIndex([at], name=DECISION)
        load_modules(study.signal.modules)
        known = Known(world.data, decision, study.sleeves.assets(), study.signal, study.clock.decision)
        asked = [entry for entry in self.indicators if entry.standardisation != "none"]
        return {f"indicator:{entry.id}": _asked(entry, known) for entry in asked}


@dataclass(frozen=True)
class IndicatorSubject:
    """One registered indicator, raw and standardised, on weekly decisions and the sleeves of a study."""

    indicator: Indicator
    study: Study | None = None

    @property
    def name(self) -> str:
        """Name of the indicator."""
        return self.indicator.id

    @property
    def main(self) -> str:
        """The standardised indicator."""
        return f"standardised:{self.indicator.id}"

    @property
    def turning(self) -> str:
        """The same."""
        return self.main

    @cached_property
    def rules(self) -> Study:
        """The study whose sleeves and parameters it is measured with."""
        return self.study or Study.load("essay")

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The one."""
        return (self.indicator,)

    def nodes(self, world: World, until: pd.Timestamp | None = None) -> Nodes:
        """The indicator in natural units, and standardised."""
        market, signal = world.data, self.rules.signal
        last = last_day_without_news(market.sessions[-1])
        decisions = decision_instants(pd.Timestamp(signal.history_start), last)
        known = Known(market, decisions, self.rules.sleeves.assets(), signal)
        history = self.indicator.measured(known)
        raw = f"indicator:{self.indicator.id}"
        standardised = self.indicator.standardised(history, known)
        return {
            raw: Node(history.values.to_frame(self.indicator.id)),
            self.main: Node(standardised.to_frame(self.indicator.id), (raw,)),
        }

    def alone(self, world: World, at: pd.Timestamp) -> Nodes:
        """The indicator asked for the one decision `at`."""
        known = Known(world.data, pd.DatetimeIndex([at], name=DECISION), self.rules.sleeves.assets(), self.rules.signal)
        if self.indicator.standardisation == "none":
            return {}
        return {f"indicator:{self.indicator.id}": _asked(self.indicator, known)}


def _asked(entry: Indicator, known: Known) -> Node:
    """The indicator on the rows of `known` alone; missing where its series has no true vintages, as in a study."""
    return Node(entry.measured(known).values.to_frame(entry.id), sparse=True)


def series_read(market: Market, indicators: Iterable[Indicator]) -> tuple[str, ...]:
    """Series that the indicators read and the market holds, stand-ins and members of families included."""
    read: dict[str, None] = {}
    for wanted in (series for entry in indicators for series in entry.series):
        if wanted.endswith(":*"):
            family = wanted.removesuffix("*")
            read.update(dict.fromkeys(name for name in market.releases.series if name.startswith(family)))
        else:
            read.update(dict.fromkeys(name for name in fallback_chain(wanted) if name in market.releases.lines))
    return tuple(read)


def _ending(study: Study, until: pd.Timestamp | None) -> Study:
    if until is None:
        return study
    return study.model_copy(update={"clock": study.clock.model_copy(update={"end": until.date()})})


def _nodes(study: Study, market: Market, decisions: Decisions, *, alone: bool) -> Nodes:
    sources = _sources(market, chosen_indicators(study.signal), decisions.waterline.decisions)
    return {**sources, **_measured(decisions), **_decided(study, market, decisions, alone=alone)}


def _sources(market: Market, indicators: Iterable[Indicator], decisions: pd.DatetimeIndex) -> dict[str, Node]:
    nodes = {}
    for series in series_read(market, indicators):
        known = market.releases.as_of(series, decisions)
        columns = {"value": known.value, "period": known.period, "released": known.released.tz_convert(None)}
        nodes[f"source:{series}"] = Node(pd.DataFrame(columns, index=decisions))
    return nodes


def _measured(decisions: Decisions) -> dict[str, Node]:
    line = decisions.waterline
    raw = {f"indicator:{name}": Node(line.raw[[name]]) for name in line.raw}
    standardised = {
        f"standardised:{name}": Node(line.indicators[[name]], (f"indicator:{name}",)) for name in line.indicators
    }
    head = pd.DataFrame({"waterline": line.level, "fundamental": line.fundamental, "coverage": line.coverage})
    return {
        **raw,
        **standardised,
        "composite": Node(head, tuple(standardised)),
        "classifier": Node(line.regime.to_frame(), ("composite",)),
    }


def _decided(study: Study, market: Market, decisions: Decisions, *, alone: bool) -> dict[str, Node]:
    """Strategy, weights, fills and the paper export; only the newest target is exported when `alone`."""
    return {
        "strategy": Node(decisions.exposures, ("classifier",)),
        "weights": Node(decisions.targets, ("strategy",)),
        "fill": Node(fills(study, market, decisions), ("weights",)),
        "paper": Node(_exported(decisions, alone=alone), ("weights",), sparse=True),
    }


def fills(study: Study, market: Market, decisions: Decisions) -> pd.DataFrame:
    """Target weights that are traded, labelled by the close that fills them, with the decision in nanoseconds."""
    traded = decisions.trades(decisions.targets, study.strategy)
    decided = pd.DatetimeIndex(traded.index)
    days = lag.fill_sessions(decided, market.sessions, lag=study.execution.lag)
    filled = np.asarray(days.notna())
    table = traded[filled].set_axis(session_closes(days[filled]), axis="index")
    return table.assign(**{DECISION: nanoseconds(decided[filled])})


def _exported(decisions: Decisions, *, alone: bool) -> pd.DataFrame:
    if alone:
        rows, index = [newest_weights(decisions)], pd.DatetimeIndex(decisions.targets.index[-1:])
    else:
        names = list(map(str, decisions.targets.columns))
        rows = [with_cash(dict(zip(names, row, strict=True))) for row in decisions.targets.to_numpy().tolist()]
        index = pd.DatetimeIndex(decisions.targets.index)
    columns = [*decisions.targets.columns, "CASH"]
    return pd.DataFrame(rows, index=index).reindex(columns=columns).fillna(0.0)
