"""What every live source returns: one table for one ticker or one series, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Kind = Literal["prices", "series"]


@dataclass(frozen=True, eq=False)
class Fetched:
    """One table as a source gave it, ascending and without duplicates.

    Attributes
    ----------
    kind : {"prices", "series"}
        ``prices``: `PRICE_COLUMNS`, one row a bar; ``close`` is adjusted for splits only, ``adj_close`` for splits and
        dividends; ``dividend`` in USD a share and ``split`` as a ratio, both 0 on ordinary days.
        ``series``: `SERIES_COLUMNS`, one row a release, in the dictionary's unit; ``released`` is the UTC instant, NaT
        where the source does not say and the dictionary's rule must (pseudo-PIT).
    id : str
        Ticker or series id.
    table : DataFrame
        ``date`` and ``period`` are naive dates (datetime64[ns]), ``released`` is datetime64[ns, UTC], the rest floats.
    source : str
        Who said so: ``yahoo``, ``alfred``, ``fred``, ``fred csv``, ``edgar``, ``fiscaldata``.
    whole : bool
        True when the table holds the whole history; False when only what is new (and an overlap).
    notes : tuple of str
        What a reader must know, one sentence each.
    """

    kind: Kind
    id: str
    table: pd.DataFrame
    source: str
    whole: bool = True
    notes: tuple[str, ...] = ()
