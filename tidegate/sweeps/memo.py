"""Memory by content: a value is computed once for each content of what it is made from."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_KEPT = 1024  # values of each name; a full memory takes some 300 MB


@dataclass(frozen=True)
class Node(Generic[T]):
    """A value, and the hash of all that it was made from: equal keys mean equal values."""

    key: str
    value: T


class Memory:
    """The values that were used last, by name and key."""

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[str, Node[Any]]] = {}

    def node(self, name: str, key: str, make: Callable[[], T]) -> Node[T]:
        """What is kept under `key`; made now where nothing is."""
        return self.find(name, key) or self.keep(name, Node(key, make()))

    def find(self, name: str, key: str) -> Node[Any] | None:
        """What is kept under `key`, or None."""
        kept = self._kept.setdefault(name, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
        return kept.get(key)

    def keep(self, name: str, node: Node[T]) -> Node[T]:
        """Keep a node, and forget the one of its name that was not asked for the longest."""
        kept = self._kept.setdefault(name, OrderedDict())
        kept[node.key] = node
        if len(kept) > _KEPT:
            kept.popitem(last=False)
        return node


def hash_of(*parts: str | bytes) -> str:
    """One hash of several contents, none of which runs into the next."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(content)
    return digest.hexdigest()
