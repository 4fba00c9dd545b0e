"""Memory by content: a value is computed once for each content of what it is made from."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_VALUES = 1024  # of each name; a full memory takes some 300 MB
_TEXTS = 16_384  # some 10 MB


@dataclass(frozen=True)
class Node(Generic[V]):
    """A value, and a number that stands for all that it was made from: equal keys mean equal values."""

    key: int
    value: V


class Recent(Generic[K, V]):
    """A mapping that forgets what was not asked for the longest; several threads may use it."""

    def __init__(self, most: int) -> None:
        self._most, self._kept, self._lock = most, OrderedDict[K, V](), Lock()

    def find(self, key: K) -> V | None:
        """What is kept under `key`, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: K, value: V) -> V:
        """Keep `value`; if another thread was quicker, its value stays and is given."""
        with self._lock:
            value = self._kept.setdefault(key, value)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return value


class Memory:
    """What the studies of one market have computed so far, as far as it was used lately."""

    def __init__(self) -> None:
        self._numbers: Recent[Hashable, int] = Recent(_TEXTS)
        self._texts: Recent[tuple[str, int], tuple[BaseModel, str]] = Recent(_TEXTS)
        self._nodes: defaultdict[str, Recent[int, Node[Any]]] = defaultdict(lambda: Recent(_VALUES))
        self._next = count()

    def key(self, *made_from: Hashable) -> int:
        """A number for a content. Equal content gets the same one, unless it was forgotten; no number comes twice."""
        number = self._numbers.find(made_from)
        return self._numbers.keep(made_from, next(self._next)) if number is None else number

    def text(self, name: str, config: BaseModel, include: Any) -> str:
        """What the node `name` reads of a part of a study; written once for each object, which studies may share."""
        known = self._texts.find((name, id(config)))
        if known is None or known[0] is not config:
            known = self._texts.keep((name, id(config)), (config, config.model_dump_json(include=include)))
        return known[1]

    def node(self, name: str, key: int, make: Callable[[], V]) -> Node[V]:
        """What is kept under `key`; made now where nothing is."""
        return self.find(name, key) or self.keep(name, Node(key, make()))

    def find(self, name: str, key: int) -> Node[Any] | None:
        """What is kept under `key`, or None."""
        return self._nodes[name].find(key)

    def keep(self, name: str, node: Node[V]) -> Node[V]:
        """Keep a node under its key."""
        return self._nodes[name].keep(node.key, node)
