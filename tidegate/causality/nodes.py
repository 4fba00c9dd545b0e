"""Nodes: the tables that a subject gives, in the order of the flow, and how two of them are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

ROUNDING = 1e-9  # of the two values: what another order of summation may change


@dataclass(frozen=True, eq=False)
class Node:
    """One step of a computation.

    Attributes
    ----------
    table : DataFrame
        Indexed by the instants (UTC) at which each row claims to be known, ascending.
    parents : tuple of str
        Names of the nodes it is computed from.
    sparse : bool
        Some of the rows only: they are compared, and those that are not there are not missed.
    """

    table: pd.DataFrame
    parents: tuple[str, ...] = ()
    sparse: bool = False


Nodes = Mapping[str, Node]


@dataclass(frozen=True)
class Difference:
    """The first place in which a node's past moved.

    ``expected`` is the value with the future as it was, ``found`` the value with another future; None for no row.
    """

    node: str
    first: pd.Timestamp
    column: str
    expected: Any
    found: Any


def differences(reference: Nodes, other: Nodes, until: pd.Timestamp) -> tuple[list[Difference], bool]:
    """Nodes of `other` whose rows up to `until` are not those of `reference`, and whether any differs by rounding.

    A node that `reference` lacks had no row; one that `other` lacks is missed where it has a value by then.
    """
    found = [_gone(name, node, until) for name, node in _lacking(reference, other, until).items()]
    rounded = False
    for name, node in other.items():
        known = reference[name].table if name in reference else node.table.iloc[:0]
        before, after = _until(known, until), _until(node.table, until)
        if node.sparse:
            before, after = before.loc[before.index.isin(after.index)], after.loc[after.index.isin(before.index)]
        difference, dust = _compare(name, before, after)
        rounded |= dust
        if difference is not None:
            found.append(difference)
    return found, rounded


def _lacking(reference: Nodes, other: Nodes, until: pd.Timestamp) -> Nodes:
    """Nodes of `reference` that have a value by `until` and that `other` does not have at all."""
    left = {name: node for name, node in reference.items() if name not in other and not node.sparse}
    return {name: node for name, node in left.items() if has_value(node, until)}


def has_value(node: Node, until: pd.Timestamp) -> bool:
    """Whether anything but NaN stands in the node's table by `until`."""
    return bool(_until(node.table, until).notna().to_numpy().any())


def origins(found: list[Difference], nodes: Nodes) -> set[str]:
    """Names of the nodes that moved although nothing they are computed from did."""
    moved = {difference.node for difference in found}
    return {name for name in moved if not moved.intersection(_ancestors(name, nodes))}


def _ancestors(name: str, nodes: Nodes) -> set[str]:
    above: set[str] = set()
    waiting = [name]
    while waiting:
        node = nodes.get(waiting.pop())
        parents = set(node.parents if node else ()) - above
        above |= parents
        waiting += parents
    return above


def _until(table: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    return table.iloc[: int(pd.DatetimeIndex(table.index).as_unit("ns").searchsorted(until, side="right"))]


def _gone(name: str, node: Node, until: pd.Timestamp) -> Difference:
    """The first row with a value of a table that is not there any more."""
    known = _until(node.table, until).notna().any(axis="columns")
    return Difference(name, pd.Timestamp(known.index[int(np.argmax(known))]), "", "a row", None)


def _compare(name: str, before: pd.DataFrame, after: pd.DataFrame) -> tuple[Difference | None, bool]:
    if not before.index.equals(after.index):
        return _other_row(name, before.index, after.index), False
    if before.empty and after.empty:
        return None, False
    if not before.columns.equals(after.columns):
        return _other_column(name, before, after), False
    if before.equals(after):
        return None, False
    same, near = _equal(before, after)
    if near.all():
        return None, not same.all()
    row = int(np.argmax(~near.all(axis=1)))
    column_number = int(np.argmax(~near[row]))
    values = (frame.iloc[row, column_number] for frame in (before, after))
    return Difference(name, pd.Timestamp(before.index[row]), str(before.columns[column_number]), *values), False


def _other_row(name: str, before: pd.Index[Any], after: pd.Index[Any]) -> Difference:
    """The first label that does not stand as often in the one as in the other."""
    times = (before.value_counts() - after.value_counts()).fillna(1).sort_index()
    where = pd.Timestamp(times.index[int(np.argmax(times.to_numpy() != 0))])
    more = int((before == where).sum()) > int((after == where).sum())
    return Difference(name, where, "", "a row" if more else None, None if more else "a row")


def _other_column(name: str, before: pd.DataFrame, after: pd.DataFrame) -> Difference:
    """The first column that only one of them has, or that stands elsewhere."""
    left, right = list(map(str, before.columns)), list(map(str, after.columns))
    alone = [column for column in [*left, *right] if (column in left) != (column in right)]
    moved = [column for column, other in zip(left, right, strict=False) if column != other]
    column = [*alone, *moved, ""][0]
    return Difference(name, pd.Timestamp(before.index[0]), column, column in left, column in right)


def _equal(before: pd.DataFrame, after: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Cells that are the same bit by bit, and cells that are the same but for rounding."""
    same = np.empty(before.shape, dtype=bool)
    near = np.empty(before.shape, dtype=bool)
    for number in range(before.shape[1]):
        left, right = before.iloc[:, number], after.iloc[:, number]
        gone, lost = left.isna().to_numpy(), right.isna().to_numpy()
        known = ~(gone | lost)  # pandas' NA equals nothing and unequals nothing
        same[:, number] = gone & lost
        same[known, number] = left.to_numpy()[known] == right.to_numpy()[known]
        near[:, number] = same[:, number]
        if not same[:, number].all() and _rounds(left, right):
            near[:, number] |= _close(left.to_numpy(dtype=float), right.to_numpy(dtype=float))
    return same, near


def _rounds(left: pd.Series[Any], right: pd.Series[Any]) -> bool:
    """Whether both are numbers and one is inexact: counts and instants are never rounded."""
    whole = pd.api.types.is_integer_dtype(left) and pd.api.types.is_integer_dtype(right)
    return _number(left) and _number(right) and not whole


def _number(column: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and not pd.api.types.is_bool_dtype(column)


def _close(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    size = np.maximum(np.abs(left), np.abs(right))
    scale = float(size[np.isfinite(size)].max(initial=0.0))
    with np.errstate(invalid="ignore"):
        close: np.ndarray = np.isfinite(size) & (np.abs(left - right) <= ROUNDING * size + ROUNDING * 1e-3 * scale)
    return close
