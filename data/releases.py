"""Releases: every value with the instant at which it became public, and the as-of join over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError

COLUMNS = ("series", "period", "released", "value")
_NEVER = np.iinfo(np.int64).min


def nanoseconds(times: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Integer nanoseconds since 1970 (UTC), whatever resolution pandas chose."""
    return times.as_unit("ns").asi8


@dataclass(frozen=True)
class AsOf:
    """What was known of one series at each of n times.

    `value` is NaN and `period`, `released` are NaT where nothing was known.
    """

    value: npt.NDArray[np.float64]
    period: pd.DatetimeIndex
    released: pd.DatetimeIndex


class Line:
    """All releases of one series, indexed for as-of look-ups.

    Rows are ordered by period, then by release; a revision is a later release of the same period.
    """

    def __init__(
        self, period: npt.NDArray[np.int64], released: npt.NDArray[np.int64], value: npt.NDArray[np.float64]
    ) -> None:
        order = np.lexsort((released, period))
        self.period, self.released, self.value = period[order], released[order], value[order]
        self._starts = np.flatnonzero(np.r_[True, np.diff(self.period) > 0]) if len(period) else np.empty(0, np.int64)
        self._periods = self.period[self._starts]

    @cached_property
    def _by_release(self) -> npt.NDArray[np.int64]:
        return np.lexsort((self.period, self.released))

    @cached_property
    def _release_times(self) -> npt.NDArray[np.int64]:
        return self.released[self._by_release]

    @cached_property
    def _newest(self) -> npt.NDArray[np.int64]:
        """For the k-th release in time: the position in `_periods` of the latest period public by then."""
        rank = np.searchsorted(self._periods, self.period[self._by_release])
        return np.maximum.accumulate(rank) if len(rank) else rank

    def rows(self, times: npt.NDArray[np.int64], periods: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.int64]:
        """Row that answers each query: the latest period, no later than `periods`, in its vintage at `times`; or -1.

        Only rows with ``released <= time`` take part.
        """
        count = np.searchsorted(self._release_times, times, side="right")
        known = count > 0
        candidate = np.full(len(times), -1, dtype=np.int64)
        candidate[known] = self._newest[count[known] - 1]
        if periods is not None:
            candidate = np.minimum(candidate, np.searchsorted(self._periods, periods, side="right") - 1)
        return self._vintage_rows(candidate, times)

    def _vintage_rows(self, candidate: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The last release by `times` of the candidate period, stepping back a period where none was public yet."""
        answer = np.full(len(times), -1, dtype=np.int64)
        unanswered = np.flatnonzero(candidate >= 0)
        while len(unanswered):
            row = (
                np.searchsorted(self._key, self._query_key(candidate[unanswered], times[unanswered]), side="right") - 1
            )
            found = row >= self._starts[candidate[unanswered]]
            answer[unanswered[found]] = row[found]
            unanswered = unanswered[~found]
            candidate[unanswered] -= 1
            unanswered = unanswered[candidate[unanswered] >= 0]
        return answer

    @cached_property
    def _instants(self) -> npt.NDArray[np.int64]:
        return np.unique(self.released)

    @cached_property
    def _key(self) -> npt.NDArray[np.int64]:
        """One sorted integer per row that orders by period, then by release."""
        return self._query_key(np.searchsorted(self._periods, self.period), self.released)

    def _query_key(self, period_rank: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        release_rank = np.searchsorted(self._instants, times, side="right") - 1
        return period_rank * (len(self._instants) + 1) + release_rank

    def answer(self, rows: npt.NDArray[np.int64]) -> AsOf:
        """The releases at `rows`; -1 becomes NaN and NaT."""
        missing = rows < 0
        value = np.where(missing, np.nan, self.value[rows]) if len(self.value) else np.full(len(rows), np.nan)
        period = np.where(missing, _NEVER, self.period[rows] if len(self.value) else _NEVER)
        released = np.where(missing, _NEVER, self.released[rows] if len(self.value) else _NEVER)
        return AsOf(
            value,
            pd.DatetimeIndex(period.astype("datetime64[ns]")),
            pd.DatetimeIndex(released.astype("datetime64[ns]")).tz_localize("UTC"),
        )

    def vintage(self, time: int) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]:
        """Periods and values of the whole history as it was known at `time` (nanoseconds)."""
        rows = np.flatnonzero(self.released <= time)
        periods = self.period[rows]
        last = np.ones(len(rows), dtype=bool)
        last[:-1] = periods[1:] != periods[:-1]
        return periods[last].astype("datetime64[ns]"), self.value[rows[last]]

    def vintage_numbers(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many releases were public at each of `times`: equal numbers mean an equal vintage."""
        return np.searchsorted(self._release_times, times, side="right")


@dataclass(frozen=True, eq=False)
class Releases:
    """Long table of releases with vintage-correct as-of look-ups.

    Parameters
    ----------
    table : DataFrame
        Columns ``series`` (str), ``period`` (naive date), ``released`` (UTC instant), ``value`` (float, in the
        dictionary's unit). One row per release. Sorted here by series, period, released.
    pseudo_pit : frozenset of str
        Series whose ``released`` comes from a lag rule on a single late vintage.

    Raises
    ------
    DataError
        A column is missing, a value is not finite, or a release stands twice with different values.
    """

    table: pd.DataFrame
    pseudo_pit: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", _normalised(self.table))

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """The releases by series, ready for as-of look-ups."""
        return {
            str(series): Line(
                nanoseconds(pd.DatetimeIndex(rows["period"])),
                nanoseconds(pd.DatetimeIndex(rows["released"])),
                rows["value"].to_numpy(dtype=float),
            )
            for series, rows in self.table.groupby("series", sort=True)
        }

    @property
    def series(self) -> tuple[str, ...]:
        """Ids of the series that have at least one release, sorted."""
        return tuple(self.lines)

    def line(self, series: str) -> Line:
        """All releases of `series`; an empty line when there are none."""
        empty = np.empty(0, dtype=np.int64)
        return self.lines.get(series) or Line(empty, empty, np.empty(0))

    def as_of(self, series: str, times: pd.DatetimeIndex, periods: pd.DatetimeIndex | None = None) -> AsOf:
        """What was known of `series` at `times`.

        Parameters
        ----------
        series : str
            Series id; a series without releases is unknown at every time.
        times : DatetimeIndex, shape (n,)
            UTC instants.
        periods : DatetimeIndex, shape (n,), optional
            Latest period that may answer each query (NaT: nothing may). Without it, the latest known.

        Returns
        -------
        AsOf
            For each time the latest eligible period among rows with ``released <= time``, in its latest vintage at
            that time. NaN and NaT where nothing was known.
        """
        limits = None if periods is None else nanoseconds(periods)
        line = self.line(series)
        return line.answer(line.rows(nanoseconds(times), limits))

    def history(self, series: str, time: pd.Timestamp) -> pd.Series[float]:
        """The whole history of `series` as it was known at `time`, indexed by period."""
        periods, values = self.line(series).vintage(time.as_unit("ns").value)
        return pd.Series(values, index=pd.DatetimeIndex(periods, name="period"), name=series)

    def known_at(self, time: pd.Timestamp) -> Releases:
        """The releases that were public at `time`."""
        return Releases(self.table[self.table["released"] <= time], self.pseudo_pit)


def _normalised(table: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise DataError("A table of releases lacks columns", received=", ".join(missing), expected=", ".join(COLUMNS))
    clean = pd.DataFrame(
        {
            "series": table["series"].astype(str),
            "period": pd.DatetimeIndex(pd.to_datetime(table["period"])).as_unit("ns"),
            "released": pd.DatetimeIndex(pd.to_datetime(table["released"], utc=True)).as_unit("ns"),
            "value": table["value"].astype(float),
        }
    )
    if not np.isfinite(clean["value"].to_numpy()).all():
        where = clean.loc[~np.isfinite(clean["value"]), "series"].iloc[0]
        raise DataError("A release has no finite value", received=where, expected="finite numbers only")
    clean = clean.drop_duplicates().sort_values(["series", "period", "released"], ignore_index=True)
    twice = clean.duplicated(["series", "period", "released"])
    if twice.any():
        row = clean[twice].iloc[0]
        raise DataError(
            f"Series {row['series']} has two values for period {row['period']:%Y-%m-%d} released at the same instant",
            expected="one value per (series, period, released)",
        )
    return clean
