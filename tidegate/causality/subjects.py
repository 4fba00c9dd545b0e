"""Subjects: what can be audited, each as a function from data to nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ..errors import ConfigError
from .nodes import Node, Nodes
from .worlds import World

OUTPUT = "output"
_FEW = 5  # values of a column that switches
Function = Callable[[Any], Any]


class Subject(Protocol):
    """What is audited."""

    @property
    def name(self) -> str:
        """What a reader calls it."""

    @property
    def main(self) -> str:
        """The node whose rows are the decisions."""

    @property
    def turning(self) -> str:
        """The node in which flips are looked for."""

    def nodes(self, world: World, until: pd.Timestamp | None = None) -> Nodes:
        """Every node; what is later than `until` may be left out."""

    def alone(self, world: World, at: pd.Timestamp) -> Nodes:
        """Nodes that can be asked for the one decision `at`."""


@dataclass(frozen=True, eq=False)
class Case:
    """A subject, the data with the future as it was, and the nodes that the one makes of the other."""

    subject: Subject
    world: World
    reference: Nodes

    @property
    def decisions(self) -> pd.DatetimeIndex:
        """Instants at which there is a future to cut: all rows but the last."""
        return self._rows[:-1] if len(self._rows) > 1 else self._rows

    @property
    def end(self) -> pd.Timestamp:
        """The last row."""
        return pd.Timestamp(self._rows[-1])

    @property
    def _rows(self) -> pd.DatetimeIndex:
        rows = pd.DatetimeIndex(self.reference[self.subject.main].table.index).unique()
        return rows[rows >= self.world.begins]


class FunctionSubject:
    """A function of the user's own.

    Parameters
    ----------
    function : callable
        From data to a Series or DataFrame whose rows are labelled by time, or a mapping of such tables in the order of
        the computation. What it gives may also be a function itself, which is then asked with the same data: of a class
        whose instances can be called, what it fits when it is built is audited too.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        self.main = self.turning = ""

    def nodes(self, world: World, until: pd.Timestamp | None = None) -> Nodes:
        """The function's tables, each computed from those before it; the last of the first call is the main one."""
        result = self.function(world.data)
        tables = _tables(self.name, result(world.data) if callable(result) else result)
        self.main = self.turning = self.main or list(tables)[-1]
        made: dict[str, Node] = {}
        for name, table in tables.items():
            index = world.known_by(_dates(self.name, table))
            frame = (table.to_frame() if isinstance(table, pd.Series) else table).set_axis(index, axis="index")
            made[name] = Node(frame.sort_index(kind="stable"), tuple(made))
        return made

    def alone(self, world: World, at: pd.Timestamp) -> Nodes:
        """Nothing: a function is asked for everything at once."""
        return {}


def _tables(name: str, result: Any) -> Mapping[str, pd.DataFrame | pd.Series[Any]]:
    tables = result if isinstance(result, Mapping) else {OUTPUT: result}
    if not tables:
        raise ConfigError(f"{name} cannot be audited", received="no table", expected="at least one")
    for table in tables.values():
        if not isinstance(table, pd.Series | pd.DataFrame):
            raise ConfigError(
                f"{name} cannot be audited",
                received=f"it returns {type(table).__name__}",
                expected="a Series or DataFrame labelled by time, or a mapping of them",
            )
    return tables


def _dates(name: str, table: pd.DataFrame | pd.Series[Any]) -> pd.DatetimeIndex:
    if not isinstance(table.index, pd.DatetimeIndex):
        raise ConfigError(
            f"{name} cannot be audited",
            received=f"a table labelled by {type(table.index).__name__}",
            expected="rows labelled by the instant (UTC) or the day at which they are known",
        )
    return table.index


def flips(node: Node) -> pd.DatetimeIndex:
    """Rows of a node at which a column of few values changes: a regime, a position, a switch."""
    index = pd.DatetimeIndex(node.table.index)
    turned = np.zeros(len(index), dtype=bool)
    for column in node.table:
        values = node.table[column]
        if values.nunique() <= _FEW:
            turned[1:] |= (values.ne(values.shift()) & ~(values.isna() & values.shift().isna())).to_numpy()[1:]
    return index[turned]


def subject_of(subject: Any) -> Subject:
    """The subject that `subject` is: a study, a registered indicator, or a function."""
    from ..signals.registry import Indicator, registered
    from ..study import Study
    from .study_subject import IndicatorSubject, StudySubject

    if isinstance(subject, Study):
        return StudySubject(subject)
    if isinstance(subject, Indicator):
        return IndicatorSubject(subject)
    if (entry := registered(subject)) is not None:
        return IndicatorSubject(entry)
    if not callable(subject):
        raise ConfigError(
            "Nothing that can be audited",
            received=type(subject).__name__,
            expected="a Study, a registered indicator, or a function from a Market (or a frame) to a table",
        )
    return FunctionSubject(subject)
