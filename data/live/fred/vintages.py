"""The whole release history of a revised series, from FRED's archive of vintages (ALFRED)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from ...dictionary import SeriesSpec
from ...release_rules import release_instants
from .client import OBSERVATION, FredClient, Rows

_MOST_VINTAGES = 2000  # FRED refuses a request whose real-time period holds more vintage dates
_DAY = np.timedelta64(1, "D")


def release_history(
    client: FredClient, spec: SeriesSpec, *, since: pd.Timestamp | None = None, at_once: int = _MOST_VINTAGES
) -> pd.DataFrame:
    """Every release of a series, in FRED's unit.

    Parameters
    ----------
    client : FredClient
        Asks FRED.
    spec : SeriesSpec
        The dictionary's row of the series.
    since : Timestamp, optional
        Only what was released after this instant (UTC where it has no zone). The last vintage by then is asked for
        too and tells which values were known already: those are no releases.
    at_once : int
        How many vintages one request may span.

    Returns
    -------
    DataFrame
        ``period`` (naive dates), ``released`` (UTC), ``value``; by period, then by release. A release is a value that
        differs from the one which held for its period the day before; ``released`` is its vintage date at the
        dictionary's time of day in New York. Missing and withdrawn values (``.``) are left out; a value that returns
        after a withdrawal is a release again.
    """
    days = client.vintage_dates(spec.id)
    after = pd.Timestamp.min.tz_localize("UTC") if since is None else _in_utc(since)
    known = int((_instants(spec, days) <= after).sum())
    if known == len(days):
        return _table(spec, np.empty(0, dtype=OBSERVATION))
    windows = _windows(days[max(known - 1, 0) :], at_once)
    pages = [client.observations(spec.id, realtime_start=first, realtime_end=last) for first, last in windows]
    table = _table(spec, _changes(np.concatenate(pages)))
    return table[table["released"] > after].reset_index(drop=True)


def _in_utc(time: pd.Timestamp) -> pd.Timestamp:
    return time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")


def _instants(spec: SeriesSpec, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """A vintage is public on its own day at the series' time of day."""
    return release_instants(replace(spec, release_rule="same_day"), days)


def _windows(days: pd.DatetimeIndex, at_once: int) -> Iterator[tuple[str, str]]:
    """Real-time periods without gaps, each of at most `at_once` vintages: FRED may not be asked about tomorrow."""
    starts = days[::at_once]
    ends = [*(starts[1:] - pd.Timedelta(days=1)), days[-1]]
    return ((f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}") for first, last in zip(starts, ends, strict=True))


def _changes(rows: Rows) -> Rows:
    """Rows whose value did not already hold for their period the day before.

    FRED cuts a row that spans the border of two windows into two: the second begins where the first ends and repeats
    its value.
    """
    rows = rows[np.lexsort((rows["first_day"], rows["period"]))]
    before, row = rows[:-1], rows[1:]
    repeats = (
        (row["period"] == before["period"])
        & (row["value"] == before["value"])
        & (row["first_day"] <= before["last_day"] + _DAY)
    )
    return rows[np.r_[True, ~repeats] & ~np.isnan(rows["value"])] if len(rows) else rows


def _table(spec: SeriesSpec, rows: Rows) -> pd.DataFrame:
    days = pd.DatetimeIndex(rows["first_day"]).as_unit("ns")
    period = pd.DatetimeIndex(rows["period"]).as_unit("ns")
    return pd.DataFrame({"period": period, "released": _instants(spec, days), "value": rows["value"]})
