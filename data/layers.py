"""Layers: what single folders and stores hold, and one laid over the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import pandas as pd

from ..errors import DataError
from .findings import Finding

_SAME_ADJUSTMENT, _CENT = 0.001, 0.01  # the smallest dividends move a history by more


@dataclass(frozen=True, eq=False)
class Layer:
    """Tables as one place holds them: nothing is joined, cut to sessions or filled.

    Attributes
    ----------
    place : str
        Folder or store, for messages.
    prices : Mapping of str to DataFrame
        `PRICE_COLUMNS` by ticker, each date once, ascending.
    series : Mapping of str to DataFrame
        `SERIES_COLUMNS` by series id and ``by_rule``: whether ``released`` comes from the dictionary's rule.
    undated : Mapping of str to DataFrame
        Series that cannot be used, as nobody says when their values became public; they are only checked.
    findings : tuple of Finding
        What was noticed while reading.
    invented : str
        Of a folder written from the synthetic economy: which world it is, in a sentence. Empty for real data.
    """

    place: str
    prices: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    series: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    undated: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    invented: str = ""


def merge_layers(layers: Sequence[Layer]) -> Layer:
    """All layers as one: where two hold the same row, the later counts.

    Raises
    ------
    DataError
        Two layers give shared dates of a ticker different adjusted closes.
    """
    return reduce(_lay_over, layers)


def _lay_over(below: Layer, above: Layer) -> Layer:
    prices, series, findings = dict(below.prices), dict(below.series), below.findings + above.findings
    for ticker, bars in above.prices.items():
        if ticker in prices:
            findings += _refuse_seam(ticker, prices[ticker], bars, above.place)
        prices[ticker] = _merged(prices.get(ticker), bars, ["date"])
    for name, rows in above.series.items():
        series[name] = _merged(series.get(name), rows, ["period", "released"])
    place = f"{below.place}, {above.place}"
    return Layer(
        place,
        dict(sorted(prices.items())),
        dict(sorted(series.items())),
        {**below.undated, **above.undated},
        findings,
        below.invented or above.invented,
    )


def _merged(below: pd.DataFrame | None, above: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    if below is None:
        return above
    rows = pd.concat([below, above], ignore_index=True)
    return rows.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)


def _refuse_seam(ticker: str, below: pd.DataFrame, above: pd.DataFrame, place: str) -> tuple[Finding, ...]:
    """A dividend or split between two downloads rescales the whole adjusted history: laid over each other, they would
    show a jump that never happened. Layers without a shared date cannot be compared, and that is a finding.
    """
    shared = below.merge(above, on="date", suffixes=("", "_later"))
    if shared.empty:
        message = "Two layers share no date: whether they are adjusted alike cannot be seen."
        return (Finding("warning", ticker, f"from {above['date'].iloc[0]:%Y-%m-%d}", message, "Let them overlap."),)
    gap = (shared["adj_close_later"] - shared["adj_close"]).abs() - _CENT - _SAME_ADJUSTMENT * shared["adj_close"]
    if (gap > 0).any():
        day = shared.iloc[int(gap.to_numpy().argmax())]
        raise DataError(
            f"{ticker} in {place} is adjusted differently from the layer before it, {day['date']:%Y-%m-%d}",
            received=f"{day['adj_close_later']:g} against {day['adj_close']:g}",
            expected="the same adjusted close on shared dates",
            remedy="Download the whole history anew instead of adding to it.",
        )
    return ()
