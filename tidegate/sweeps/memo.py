"""Memory by content: a value is computed once for each content of what it is made from."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_VALUES = 1024  # of each name; a full memory takes some 300 MB
_KEYS = 16_384  # some 10 MB


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
        try:
            self._kept.move_to_end(key)
        except KeyError:
            return None
        return self._kept.get(key)  # which another thread may just have made it forget

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
        self._numbers: Recent[Hashable, int] = Recent(_KEYS)
        self._once: Recent[tuple[Hashable, ...], tuple[tuple[object, ...], Any]] = Recent(_KEYS)
        self._nodes: defaultdict[str, Recent[int, Node[Any]]] = defaultdict(lambda: Recent(_VALUES))
        self._next = count()

    def key(self, *made_from: Hashable) -> int:
        """A number for a content. Equal content gets the same one, unless it was forgotten; no number comes twice."""
        number = self._numbers.find(made_from)
        return self._numbers.keep(made_from, next(self._next)) if number is None else number

    def once(self, name: str, objects: tuple[object, ...], make: Callable[[], V]) -> V:
        """What `make` gives, made once under each name for the same objects, which studies may share."""
        key = (name, *map(id, objects))
        _, value = self._once.find(key) or self._once.keep(key, (objects, make()))  # kept, no other gets their ids
        made: V = value
        return made

    def node(self, name: str, key: int, make: Callable[[], V]) -> Node[V]:
        """What is kept under `key`; made now where nothing is."""
        return self.find(name, key) or self.keep(name, Node(key, make()))

    def find(self, name: str, key: int) -> Node[Any] | None:
        """What is kept under `key`, or None."""
        return self._nodes[name].find(key)

    def keep(self, name: str, node: Node[V]) -> Node[V]:
        """Keep a node under its key."""
        return self._nodes[name].keep(node.key, node)
