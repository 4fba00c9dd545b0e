"""Discrete fiscal quarters out of what companies file: three months, and the year to date."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ...schema import SERIES_COLUMNS

# Days a span of so many months may have: fiscal years of 52 or 53 weeks end on a weekday, not with the month.
_DAYS = {3: (80, 100), 6: (170, 190), 9: (260, 285), 12: (350, 380)}

Known = dict[pd.Timestamp, dict[pd.Timestamp, float]]  # start of a span -> its end -> value


def discrete_quarters(facts: pd.DataFrame) -> pd.DataFrame:
    """Every value that a fiscal quarter ever had, with the instant from which it was known.

    A quarter that was filed as such is taken as it is. Otherwise it is the difference of two spans with the same start
    whose lengths differ by a quarter, such as the fiscal year minus its first nine months.

    Parameters
    ----------
    facts : DataFrame
        One basis of one company in the order of filing: ``start``, ``end`` (naive dates), ``value`` (USD) and
        ``released`` (UTC). Spans that are no quarter, half, three quarters or year are passed over.

    Returns
    -------
    DataFrame
        ``period`` (the quarter's end), ``released``, ``value``, ascending. A release stands where the value changed:
        comparatives that repeat it make none. A quarter whose subtrahend nobody filed has no row.

    Notes
    -----
    Information set: a value released at t is made of the latest figures filed by t and of nothing else. Where a company
    restates nine months before it restates the year, the last quarter is off until the year follows, as it was for
    every reader of the filings.
    """
    known: Known = {}
    told: dict[pd.Timestamp, float] = {}
    rows = []
    for released, filed in facts.sort_values("released", kind="stable").groupby("released"):
        for start, end, value in zip(filed["start"], filed["end"], filed["value"], strict=True):
            known.setdefault(start, {})[end] = value
        news = {end: value for end, value in _quarters(known).items() if told.get(end) != value}
        rows += [(end, released, value) for end, value in news.items()]
        told |= news
    return _table(rows)


def _quarters(known: Known) -> dict[pd.Timestamp, float]:
    """Value of each quarter by its end; where several spans give one, the latest start decides."""
    filed: dict[pd.Timestamp, float] = {}
    derived: dict[pd.Timestamp, float] = {}
    for start in sorted(known):
        spans = [(_months(start, end), end, value) for end, value in known[start].items()]
        filed |= {end: value for months, end, value in spans if months == 3}
        derived |= {
            end: value - less
            for months, end, value in spans
            for fewer, _, less in spans
            if fewer and months == fewer + 3
        }
    return derived | filed


def _months(start: pd.Timestamp, end: pd.Timestamp) -> int:
    """Length of a span in months, 0 where it is none that reports have."""
    days = (end - start).days + 1
    return next((months for months, (least, most) in _DAYS.items() if least <= days <= most), 0)


def _table(rows: Sequence[tuple[pd.Timestamp, object, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(SERIES_COLUMNS)).astype(
        {"period": "datetime64[ns]", "released": "datetime64[ns, UTC]", "value": "float64"}
    )
    return table.sort_values(["period", "released"], ignore_index=True)
