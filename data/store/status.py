"""How fresh everything in a store is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ..assets import is_crypto
from ..clock import bars_known
from ..dictionary import find_spec, successors
from ..release_rules import release_instants
from .manifest import Entry
from .store import Store

_PRICES_STALE = pd.Timedelta(days=5)  # a long weekend and a day


@dataclass(frozen=True)
class Status:
    """One item of a store.

    Attributes
    ----------
    name, kind, source : str
        What it is and who gave it.
    first, last : date
        First and last period.
    released : Timestamp
        Last release (UTC), by the source's word or by rule.
    age, limit : Timedelta
        Time since that release, and after how much of it the item counts as stale.
    replaced : bool
        Whether a series that is not old itself takes its place: the one it stands in for (IOER after IORB began), or
        the company's line of another basis.
    point_in_time : bool
        False where some releases are dated by rule (pseudo-PIT).
    versions : int
        Tables kept from before the source changed its history.
    sha256 : str
        Hash of the current table.
    """

    name: str
    kind: str
    source: str
    first: date
    last: date
    released: pd.Timestamp
    age: pd.Timedelta
    limit: pd.Timedelta
    replaced: bool
    point_in_time: bool
    versions: int
    sha256: str

    @property
    def stale(self) -> bool:
        """Whether the newest release is older than its limit, and nothing newer takes the item's place."""
        return self.age > self.limit and not self.replaced


def status(store: Store, now: pd.Timestamp) -> list[Status]:
    """The state of every item at `now` (UTC), prices first."""
    entries = store.entries().values()
    fresh = {entry.id for entry in entries if now - _last_release(entry) <= _limit(entry)}
    return [_status(entry, now, fresh) for entry in entries]


def _status(entry: Entry, now: pd.Timestamp, fresh: Collection[str]) -> Status:
    released = _last_release(entry)
    return Status(
        name=entry.id,
        kind=entry.kind,
        source=entry.source,
        first=entry.first,
        last=entry.last,
        released=released,
        age=now - released,
        limit=_limit(entry),
        replaced=bool(successors(entry.id, fresh)),
        point_in_time=not entry.by_rule,
        versions=len(entry.earlier),
        sha256=entry.sha256,
    )


def _limit(entry: Entry) -> pd.Timedelta:
    spec = find_spec(entry.id)
    return spec.stale_after if spec else _PRICES_STALE


def _last_release(entry: Entry) -> pd.Timestamp:
    last = pd.DatetimeIndex([pd.Timestamp(entry.last)])
    if entry.kind == "prices":
        return bars_known(last, crypto=is_crypto(entry.id))[0]
    spec = find_spec(entry.id)
    told = [] if entry.released is None else [pd.Timestamp(entry.released)]
    by_rule = [release_instants(spec, last)[0]] if entry.by_rule and spec else []
    return max([*told, *by_rule], default=pd.Timestamp(entry.fetched))
