"""When it is worth asking a source again: once something new must have come out, and at least once a day."""

from __future__ import annotations

import pandas as pd

from ..assets import is_crypto
from ..clock import bars_known, sessions
from ..dictionary import SeriesSpec, find_spec
from ..release_rules import release_instants
from ..store.manifest import Entry

_DAY = pd.Timedelta(days=1)
_PATIENCE = pd.Timedelta(minutes=15)  # between two requests for a release that is late
_NEXT_PERIOD = {
    "daily": pd.offsets.BDay(1),
    "weekly": pd.DateOffset(weeks=1),
    "monthly": pd.DateOffset(months=1),
    "quarterly": pd.DateOffset(months=3),
}


def is_due(entry: Entry | None, now: pd.Timestamp) -> bool:
    """Whether an item should be fetched at `now` (UTC): never fetched, a day old, or a new value must be out.

    An item that was asked for in the future is due: the clock was wrong then, or is now.
    """
    if entry is None:
        return True
    unasked = now - pd.Timestamp(entry.asked)
    return not pd.Timedelta(0) <= unasked < _DAY or (unasked >= _PATIENCE and next_release(entry) <= now)


def next_release(entry: Entry) -> pd.Timestamp:
    """When the value after the last stored one becomes public, as far as a rule can tell; else a day after asking."""
    last = pd.Timestamp(entry.last)
    if entry.kind == "prices":
        return _next_bar(entry.id, last)
    spec = find_spec(entry.id)
    step = _NEXT_PERIOD.get(spec.frequency) if spec else None
    if spec is None or step is None:
        return pd.Timestamp(entry.asked) + _DAY
    return _released(spec, last + step)


def _next_bar(ticker: str, last: pd.Timestamp) -> pd.Timestamp:
    if is_crypto(ticker):
        return bars_known(pd.DatetimeIndex([last + _DAY]), crypto=True)[0]
    following = sessions(last + _DAY, last + pd.Timedelta(days=14))
    return bars_known(following[:1], crypto=False)[0]


def _released(spec: SeriesSpec, period: pd.Timestamp) -> pd.Timestamp:
    return release_instants(spec, pd.DatetimeIndex([period]))[0]
