"""Gates on one economic series, whatever its source."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..dictionary import find_spec, is_truncated
from ..findings import Finding

_LONGEST_GAP_DAYS = {"daily": 10, "weekly": 15, "monthly": 62, "quarterly": 184}
_UNIT_STEP = np.log(1000.0)
_NEAR = np.log(3.0)
_QUIET = 0.5  # reverse repo near zero really moves a hundredfold overnight
_WINDOW = 4  # values on each side of a step in unit
_LATE = 5  # usual distances between values after which a series counts as ended
_SLACK = pd.Timedelta(days=10)


def series_findings(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """Findings on one series.

    Parameters
    ----------
    name : str
        Series id.
    rows : DataFrame
        ``period`` (ascending, each once) and ``value``.
    """
    if len(rows) < 2:
        return
    yield from _truncated(name, rows)
    yield from _gaps(name, rows)
    yield from _unit_step(name, rows)


def ends_early(name: str, rows: pd.DataFrame, last_day: pd.Timestamp) -> Iterator[Finding]:
    """A finding when `rows` end long before `last_day`, by the series' own rhythm."""
    rhythm = pd.Timedelta(rows["period"].diff().median())
    last = rows["period"].iloc[-1]
    if pd.notna(rhythm) and last + _LATE * rhythm + _SLACK < last_day:
        message = f"Ends {(last_day - last).days} days before the newest data."
        yield Finding("warning", name, f"{last:%Y-%m-%d}", message, "Fetch the newer values.")


def _truncated(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    spec = find_spec(name)
    if spec is not None and is_truncated(spec, rows["period"].iloc[0]):
        message = (
            f"Begins only here; the real series begins {spec.first:%Y-%m-%d}. Refused, as an expanding statistic "
            "would silently become one over these few years."
        )
        remedy = f"Use {spec.fallback}." if spec.fallback else ""
        yield Finding("warning", name, f"from {rows['period'].iloc[0]:%Y-%m-%d}", message, remedy)


def _gaps(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    distance = rows["period"].diff()
    spec = find_spec(name)
    rhythm = _LONGEST_GAP_DAYS.get(spec.frequency.split()[0] if spec else "")
    longest = pd.Timedelta(days=rhythm) if rhythm else _LATE * pd.Timedelta(distance.median()) + _SLACK
    gaps = rows[distance > longest]
    if len(gaps):
        ends = f"{gaps['period'].iloc[0] - distance[gaps.index[0]]:%Y-%m-%d} to {gaps['period'].iloc[-1]:%Y-%m-%d}"
        message = f"{len(gaps)} gaps, the longest of {distance.max().days} days."
        yield Finding("warning", name, ends, message, "Complete the series, or treat the time before as unavailable.")


def _unit_step(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """A lasting step by a factor of about a thousand in a series that is otherwise quiet: billions that became
    millions.
    """
    level = np.log(rows["value"].where(rows["value"] > 0))
    before = level.rolling(_WINDOW, min_periods=1).median().shift(1)
    after = level[::-1].rolling(_WINDOW, min_periods=1).median()[::-1]
    stepped = ((after - before).abs() - _UNIT_STEP).abs() < _NEAR
    sudden = (level.diff().abs() - _UNIT_STEP).abs() < _NEAR
    days = rows.loc[stepped & sudden, "period"]
    if len(days) and level.diff().abs().quantile(0.9) < _QUIET:
        message = "The level changes a thousandfold from one value to the next: another unit."
        yield Finding("error", name, f"{days.iloc[0]:%Y-%m-%d}", message, "Convert the series to one unit.")
