"""What a newly fetched table does to a stored one: adds rows, changes nothing, or contradicts the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..fetched import Fetched
from .restatement import SAME, explain_prices, explain_series

_TICK = pd.Timedelta(1, "us")
_LOST = 0.05  # share of the stored rows that a source may take back
_KEYS = {"prices": ["date"], "series": ["period", "released"]}
_VALUES = {"prices": ["close", "adj_close"], "series": ["value"]}


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of an item.

    Attributes
    ----------
    table : DataFrame or None
        The table to store; None when the stored one stays, or when only the whole history can tell.
    added : int
        Rows that are new.
    first : bool
        Whether nothing was stored before.
    restated : str
        How the source changed its history, in words; empty when it did not. The stored table is then kept aside.
    needs_whole : bool
        The new rows do not fit to the stored ones: fetch the whole history.
    refused : str
        Why the new table may not replace the stored one, in words.
    """

    table: pd.DataFrame | None
    added: int = 0
    first: bool = False
    restated: str = ""
    needs_whole: bool = False
    refused: str = ""

    @property
    def state(self) -> Literal["new", "added", "unchanged", "restated", "failed"]:
        """The outcome in a word."""
        if self.refused or self.needs_whole:
            return "failed"
        if self.restated:
            return "restated"
        if self.table is None:
            return "unchanged"
        return "new" if self.first else "added"

    @property
    def detail(self) -> str:
        """The outcome in words."""
        misfit = "the new rows do not fit to the stored ones, and the whole history did not come" * self.needs_whole
        return self.refused or misfit or self.restated or (f"{self.added} rows" if self.added else "")


def combine(stored: pd.DataFrame | None, fetched: Fetched, now: pd.Timestamp) -> Outcome:
    """Lay what was fetched over what is stored.

    Parameters
    ----------
    stored : DataFrame or None
        The table's columns and ``fetched`` (UTC), the instant at which each row came here.
    fetched : Fetched
        A source's answer, whole or only its newest rows.
    now : Timestamp
        Instant of the fetch (UTC).

    Notes
    -----
    A series whose source does not say when values were released keeps the first value seen of each period; a changed
    value becomes a further release at `now`, the instant at which it is known to have been public.
    """
    if fetched.table.empty:
        return Outcome(None, refused="the source gave no rows" if fetched.whole else "")
    if stored is None:
        return _first(fetched, now)
    now = max(now, stored["fetched"].max() + _TICK)  # the clock may have been set back
    table = fetched.table.assign(fetched=now)
    if fetched.kind == "series":
        if stored["released"].isna().any() and table["released"].notna().all():
            return _with_release_instants(table, fetched)
        table = _as_revisions(stored, table, now)
    if not fetched.whole and (_leaves_gap(stored, fetched) or _revises(table)):
        return Outcome(None, needs_whole=True)
    return _merge(stored, table, fetched)


def _first(fetched: Fetched, now: pd.Timestamp) -> Outcome:
    """A history begins with the whole of it."""
    if not fetched.whole:
        return Outcome(None, needs_whole=True)
    return Outcome(fetched.table.assign(fetched=now), added=len(fetched.table), first=True)


def _leaves_gap(stored: pd.DataFrame, fetched: Fetched) -> bool:
    """Whether the new rows begin after the stored ones. Releases by the source's word need not overlap."""
    if fetched.kind == "series" and fetched.table["released"].notna().all():
        return False
    day = _KEYS[fetched.kind][0]
    return bool(fetched.table[day].min() > stored[day].max())


def _revises(table: pd.DataFrame) -> bool:
    """Whether a value changed that was dated by rule: its series may have a new base, of which this is the end."""
    return "released" in table and bool((table["released"] == table["fetched"]).any())


def _with_release_instants(table: pd.DataFrame, fetched: Fetched) -> Outcome:
    """The source now says when its values were released: its table takes the place of one dated by rule."""
    if not fetched.whole:
        return Outcome(None, needs_whole=True)
    return Outcome(table, added=len(table), restated=f"release instants from {fetched.source} instead of the rule's")


def _merge(stored: pd.DataFrame, table: pd.DataFrame, fetched: Fetched) -> Outcome:
    key = _KEYS[fetched.kind]
    told = stored[[*key, *_VALUES[fetched.kind]]]
    both = table.merge(told, on=key, how="left", suffixes=("_new", ""), indicator=True)
    new = both["_merge"].eq("left_only").to_numpy()
    gone = len(stored) - int((~new).sum())
    if _differ(both[~new], fetched.kind) or (gone and _takes_back(fetched)):
        return _replace(stored, table, fetched, gone)
    if not new.any():
        return Outcome(None)
    rows = pd.concat([stored, table[new]], ignore_index=True)
    return Outcome(rows.sort_values(key, na_position="first", ignore_index=True), added=int(new.sum()))


def _replace(stored: pd.DataFrame, table: pd.DataFrame, fetched: Fetched, gone: int) -> Outcome:
    """The source tells another history: its table takes the place of the stored one, if it is whole."""
    if not fetched.whole:
        return Outcome(None, needs_whole=True)
    if gone > _LOST * len(stored):
        return Outcome(None, refused=f"the source lacks {gone} of the {len(stored)} rows it gave before")
    explain = explain_prices if fetched.kind == "prices" else explain_series
    return Outcome(table, added=max(len(table) - len(stored), 0), restated=explain(stored, table))


def _takes_back(fetched: Fetched) -> bool:
    """Whether rows that a table lacks were withdrawn. Bars that are missing are only missing, and of a series dated by
    rule a source gives the newest value of each period only.
    """
    return fetched.whole and fetched.kind == "series" and bool(fetched.table["released"].notna().all())


def _differ(both: pd.DataFrame, kind: str) -> bool:
    return not all(
        np.isclose(both[name], both[f"{name}_new"], rtol=SAME, atol=0.0, equal_nan=True).all() for name in _VALUES[kind]
    )


def _as_revisions(stored: pd.DataFrame, table: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Rows without a release instant: those that say something new, changed ones as releases of `now`."""
    by_rule = table["released"].isna()
    if not by_rule.any():
        return table
    in_order = stored.sort_values(["period", "fetched", "released"], na_position="first")
    newest = in_order.drop_duplicates("period", keep="last")
    known = table["period"].map(newest.set_index("period")["value"])
    changed = by_rule & known.notna() & ~np.isclose(table["value"], known, rtol=1e-12, atol=0.0)
    told = by_rule & known.notna() & ~changed
    revised = table.assign(released=table["released"].where(~changed, now))
    return revised[~told].reset_index(drop=True)
