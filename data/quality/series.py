"""Gates on the calendar of one economic series: where it begins, its gaps, where it ends, when it was known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..dictionary import find_spec, is_truncated
from ..findings import Finding
from ..release_rules import earliest_instants
from .spans import span

# Less than one missing value of each rhythm, more than its longest run of holidays (September 2001: 7 days).
_LONGEST_GAP_DAYS = {"daily": 8, "weekly": 13, "monthly": 45, "quarterly": 130}
_BETWEEN_SETTLEMENTS_DAYS = 20  # coupons settle twice a month; a source may leave out the days without a flow
_LATE = 5  # usual distances between values after which a series counts as ended
_SLACK = pd.Timedelta(days=10)


def series_findings(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """Findings on the calendar of one series.

    Parameters
    ----------
    name : str
        Series id.
    rows : DataFrame
        ``period``, ascending, each once.
    """
    if len(rows) < 2:
        return
    yield from _gaps(name, rows)


def known_too_early(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """A finding when a value is said to be public before it can have been (see `release_rules.earliest_instants`).

    Parameters
    ----------
    name : str
        Series id; the dictionary says how long its periods are, and which values are posted ahead.
    rows : DataFrame
        ``period`` and ``released``, all releases; NaT, where nobody says, passes.
    """
    early = (rows["released"] < earliest_instants(find_spec(name), pd.DatetimeIndex(rows["period"]))).to_numpy()
    if early.any():
        message = f"{early.sum()} value(s) are dated as public before their period was over: look-ahead."
        remedy = "Give the instants of publication in `released`, or leave the column out."
        yield Finding("error", name, span(pd.DatetimeIndex(rows["period"][early])), message, remedy)


def ends_early(name: str, rows: pd.DataFrame, last_day: pd.Timestamp) -> Iterator[Finding]:
    """A finding when `rows` end long before `last_day`, by the series' own rhythm."""
    rhythm = pd.Timedelta(rows["period"].diff().median())
    last = rows["period"].iloc[-1]
    if pd.notna(rhythm) and last + _LATE * rhythm + _SLACK < last_day:
        message = f"Ends {(last_day - last).days} days before the newest data."
        yield Finding("warning", name, f"{last:%Y-%m-%d}", message, "Fetch the newer values.")


def truncated(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """A finding when a series that must be whole begins late; such a series is not used."""
    spec = find_spec(name)
    if spec is not None and is_truncated(spec, rows["period"].iloc[0]):
        message = (
            f"Begins only here; the real series begins {spec.first:%Y-%m-%d}. Refused, as an expanding statistic "
            "would silently become one over these few years."
        )
        remedy = f"Use {spec.fallback}." if spec.fallback else ""
        yield Finding("warning", name, f"from {rows['period'].iloc[0]:%Y-%m-%d}", message, remedy)


def _gaps(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    periods = pd.DatetimeIndex(rows["period"])
    days = np.diff(periods.to_numpy()) / np.timedelta64(1, "D")
    longest = _LONGEST_GAP_DAYS.get(_rhythm(name), 1.5 * float(np.median(days)) + 7)
    if name.startswith("issuance:"):
        longest = _BETWEEN_SETTLEMENTS_DAYS
    gaps = np.flatnonzero(days > longest)
    if len(gaps):
        several = f"{len(gaps)} gaps, the longest of" if len(gaps) > 1 else "A gap of"
        dates = span(periods[[gaps[0], gaps[-1] + 1]])
        remedy = "Complete the series, or treat the time before as unavailable."
        yield Finding("warning", name, dates, f"{several} {days.max():.0f} days.", remedy)


def _rhythm(name: str) -> str:
    spec = find_spec(name)
    return spec.frequency.split()[0] if spec else ""
