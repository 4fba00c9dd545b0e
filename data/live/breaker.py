"""A circuit breaker: a source that does not answer is not asked for everything else that it does not answer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from .web import UnansweredError

T = TypeVar("T")
_ENOUGH = 2  # requests in a row that exhausted every attempt


class Breaker:
    """Counts requests in a row that each source left unanswered; threads may share it."""

    def __init__(self) -> None:
        self._unanswered: Counter[str] = Counter()
        self._lock = threading.Lock()

    def call(self, source: str, action: Callable[[], T]) -> T:
        """Result of `action`, which asks `source`.

        Raises
        ------
        UnansweredError
            `source` left this request or the last few unanswered; then `action` is not called.
        """
        if self._unanswered[source] >= _ENOUGH:
            raise UnansweredError(f"{source} does not answer, so it was not asked for this", remedy="Try again later.")
        answered = True
        try:
            return action()
        except UnansweredError:
            answered = False
            raise
        finally:  # a refusal is an answer too
            with self._lock:
                self._unanswered[source] = 0 if answered else self._unanswered[source] + 1
