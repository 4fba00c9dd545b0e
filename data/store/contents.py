"""From stored tables to a layer, in the terms of every other source."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..dating import date_all
from ..findings import Finding
from ..layers import Layer
from ..schema import PRICE_COLUMNS, PRICES, SERIES, SERIES_COLUMNS, validated
from .manifest import Entry


def layer_of(tables: Iterable[tuple[Entry, pd.DataFrame]], place: str) -> Layer:
    """A layer of stored tables.

    Parameters
    ----------
    tables : iterable of (Entry, DataFrame)
        Items with their rows.
    place : str
        What messages call the store.

    Raises
    ------
    DataError
        A table breaks the declaration that every source keeps.
    """
    prices: dict[str, pd.DataFrame] = {}
    series: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    for entry, table in tables:
        name = f"{place}, {entry.kind} {entry.id}"
        if entry.kind == "prices":
            prices[entry.id] = validated(table[list(PRICE_COLUMNS)], PRICES, name)
        else:
            series[entry.id] = validated(table[list(SERIES_COLUMNS)], SERIES, name)
        findings += [Finding("note", entry.id, "", note) for note in entry.notes]
    dated = date_all(series)
    return Layer(place, dict(sorted(prices.items())), dated.series, dated.undated, (*findings, *dated.findings))
