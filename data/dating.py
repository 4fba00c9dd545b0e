"""Dating: when each value of a source became public, by the source's own word or else by the dictionary's rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd

from ..errors import DataError
from .dictionary import SeriesSpec, find_spec, is_truncated, spec_of
from .findings import Finding
from .layers import Layer
from .magnitude import refuse_wrong_magnitude
from .release_rules import release_instants

_FILING_DELAY = pd.Timedelta(days=60)


Report = Callable[[DataError], None]


def raise_problem(problem: DataError) -> None:
    """The default report: stop at the first problem."""
    raise problem


class Dated(NamedTuple):
    """Rows with ``released`` everywhere and ``by_rule``; none where nobody knows when the series came out."""

    rows: pd.DataFrame | None
    findings: tuple[Finding, ...] = ()


def date_all(tables: Mapping[str, pd.DataFrame], *, report: Report = raise_problem, invented: bool = False) -> Layer:
    """A layer of every series in `tables`, each dated by `date_series`; problems go to `report`, one a series."""
    series: dict[str, pd.DataFrame] = {}
    undated: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    for name, rows in tables.items():
        try:
            dated = date_series(name, rows, invented=invented)
        except DataError as problem:
            report(problem)
            continue
        findings.extend(dated.findings)
        if dated.rows is None:
            undated[name] = rows
        else:
            series[name] = dated.rows
    return Layer("", series=series, undated=undated, findings=(*findings, *_left_out(undated)))


def _left_out(undated: Mapping[str, pd.DataFrame]) -> tuple[Finding, ...]:
    strangers = ", ".join(name for name in undated if find_spec(name) is None)
    message = "Left out: neither the dictionary nor the source says when their values became public."
    return (Finding("note", strangers, "", message, "Add a column `released`."),) if strangers else ()


def date_series(series: str, rows: pd.DataFrame, *, invented: bool = False) -> Dated:
    """Give every row of a series its release instant.

    Parameters
    ----------
    series : str
        Series id.
    rows : DataFrame
        ``period``, ``released`` (NaT where the source does not say), ``value`` in the dictionary's unit.
    invented : bool
        An invented series is whole wherever it begins.

    Returns
    -------
    Dated
        Rows before the dictionary's ``usable_from`` are left out, and so is a whole series that is truncated, or that
        has no release rule and misses release instants; findings and gates say so.

    Raises
    ------
    DataError
        The values do not look like the dictionary's unit.
    """
    spec = find_spec(series)
    guessed = rows["released"].isna()
    if spec is None:
        return Dated(None if guessed.any() else _dated(rows, rows["released"], guessed))
    if len(rows) and not invented and is_truncated(spec, rows["period"].iloc[0]):
        return Dated(None)
    usable, findings = _usable(spec, series, rows)
    refuse_wrong_magnitude(spec, series, pd.Series(usable["value"].array, index=usable["period"]))
    by_rule = pd.Series(release_instants(spec, pd.DatetimeIndex(usable["period"])), index=usable.index)
    guessed = guessed[usable.index]
    return Dated(_dated(usable, usable["released"].where(~guessed, by_rule), guessed), findings)


def date_filings(series: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Release instants of filings from ``filed`` (naive date, NaT where unknown: taken as 60 days after the period).

    Raises
    ------
    DataError
        The values do not look like US dollars.
    """
    spec = spec_of(series)
    refuse_wrong_magnitude(spec, series, pd.Series(rows["value"].array, index=rows["period"]))
    guessed = rows["filed"].isna()
    filed = rows["filed"].where(~guessed, rows["period"] + _FILING_DELAY)
    released = pd.Series(release_instants(spec, pd.DatetimeIndex(filed)), index=rows.index)
    return _dated(rows, released, guessed)


def date_bars(ticker: str, bars: pd.DataFrame) -> pd.DataFrame:
    """The bars of a ticker that is also a series of the dictionary (bitcoin), on its own seven-day calendar."""
    rows = bars[["date", "adj_close"]].set_axis(["period", "value"], axis="columns")
    released = pd.Series(release_instants(spec_of(ticker), pd.DatetimeIndex(rows["period"])), index=rows.index)
    return _dated(rows, released, pd.Series(data=False, index=rows.index))


def _dated(rows: pd.DataFrame, released: pd.Series[pd.Timestamp], by_rule: pd.Series[bool]) -> pd.DataFrame:
    return pd.DataFrame({"period": rows["period"], "released": released, "value": rows["value"], "by_rule": by_rule})


def _usable(spec: SeriesSpec, series: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    if spec.usable_from is None or (early := rows["period"] < spec.usable_from).sum() == 0:
        return rows, ()
    periods = rows.loc[early, "period"]
    gap = periods.diff().max()
    holes = f", with holes of up to {gap.days} days," if gap > pd.Timedelta(days=31) else ""
    message = f"{early.sum()} values{holes} left out: {spec.note[0].lower()}{spec.note[1:]}."
    dates = f"{periods.iloc[0]:%Y-%m-%d} to {periods.iloc[-1]:%Y-%m-%d}"
    return rows[~early], (Finding("note", series, dates, message),)
