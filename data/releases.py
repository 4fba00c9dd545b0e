"""Releases: every value with the instant at which it became public, and the as-of join over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError

COLUMNS = ("series", "period", "released", "value")
NEVER = np.iinfo(np.int64).min


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

    Parameters
    ----------
    period, released : ndarray of int64, shape (n,)
        Nanoseconds, ordered by period, then by release; a revision is a later release of the same period.
    value : ndarray of float, shape (n,)
        In the dictionary's unit.
    """

    def __init__(
        self, period: npt.NDArray[np.int64], released: npt.NDArray[np.int64], value: npt.NDArray[np.float64]
    ) -> None:
        self.period, self.released, self.value = period, released, value
        begins = np.ones(len(period), dtype=bool)
        begins[1:] = period[1:] != period[:-1]
        self._starts = np.flatnonzero(begins)
        self._ends = np.append(self._starts[1:], len(period))
        self._periods = period[self._starts]

    @cached_property
    def _newest(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Instants at which a period came out first, ascending, and the position of the latest period out by each."""
        first = self.released[self._starts]
        order = np.argsort(first, kind="stable")
        return first[order], np.maximum.accumulate(order)

    @cached_property
    def _release_times(self) -> npt.NDArray[np.int64]:
        return np.sort(self.released)

    def rows(self, times: npt.NDArray[np.int64], periods: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.int64]:
        """Row that answers each query: the latest period, no later than `periods`, in its vintage at `times`; or -1.

        Only rows with ``released <= time`` take part.
        """
        out, newest = self._newest
        candidate = np.append(-1, newest)[np.searchsorted(out, times, side="right")]
        if periods is not None:
            candidate = np.minimum(candidate, np.searchsorted(self._periods, periods, side="right") - 1)
        answer = np.full(len(times), -1, dtype=np.int64)
        while len(open_ := np.flatnonzero((answer < 0) & (candidate >= 0))):
            answer[open_] = self._last_public(candidate[open_], times[open_])
            candidate[open_] -= 1  # where nothing of a period was public yet, the one before it answers
        return answer

    def _last_public(self, positions: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Row of the last release by `times` of the periods at `positions`, or -1."""
        row = self._first_later(positions, times) - 1
        return np.where(row >= self._starts[positions], row, -1)

    def _first_later(self, positions: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Row at which the releases after `times` of the periods at `positions` begin: a binary search in each."""
        public, later = self._starts[positions] - 1, self._ends[positions]
        while (later - public > 1).any():
            middle = (public + later) // 2
            known = self.released[middle] <= times
            public, later = np.where(known, middle, public), np.where(known, later, middle)
        return public + 1

    def later_releases(
        self, times: npt.NDArray[np.int64], periods: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Every release after `times` of exactly `periods`: position of the query, and instant; by query, then instant.

        A period without releases (NaT too) has none.
        """
        position = np.searchsorted(self._periods, periods)
        queries = np.flatnonzero(np.append(self._periods, NEVER)[position] == periods)
        queries = queries[periods[queries] != NEVER]
        first = self._first_later(position[queries], times[queries])
        counts = self._ends[position[queries]] - first
        within = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
        return np.repeat(queries, counts), self.released[np.repeat(first, counts) + within]

    def periods(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Periods at `rows`; `NEVER` for -1."""
        return np.append(self.period, NEVER)[rows]

    def releases(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Instants of release at `rows`; `NEVER` for -1."""
        return np.append(self.released, NEVER)[rows]

    def values(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Values at `rows`; NaN for -1."""
        return np.append(self.value, np.nan)[rows]

    def answer(self, rows: npt.NDArray[np.int64]) -> AsOf:
        """The releases at `rows`; -1 becomes NaN and NaT."""
        known = rows >= 0
        value = np.full(len(rows), np.nan)
        period, released = np.full((2, len(rows)), NEVER)
        value[known], period[known], released[known] = (
            column[rows[known]] for column in (self.value, self.period, self.released)
        )
        return AsOf(
            value,
            pd.DatetimeIndex(period.view("datetime64[ns]")),
            pd.DatetimeIndex(released.view("datetime64[ns]")).tz_localize("UTC"),
        )

    def vintage(self, time: int) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]:
        """Periods and values of the whole history as it was known at `time` (nanoseconds)."""
        every = np.arange(len(self._periods))
        rows = self._last_public(every, np.full(len(every), time))
        rows = rows[rows >= 0]
        return self.period[rows].view("datetime64[ns]"), self.value[rows]

    def vintage_numbers(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many releases were public at each of `times`: equal numbers mean an equal vintage."""
        return np.searchsorted(self._release_times, times, side="right")


@dataclass(frozen=True, eq=False)
class Releases:
    """Long table of releases with vintage-correct as-of look-ups.

    Parameters
    ----------
    table : DataFrame
        Columns ``series`` (str), ``period`` (naive date), ``released`` (instant of any zone, of UTC where it has none),
        ``value`` (float, in the dictionary's unit). One row per release. Sorted here by series, period, released;
        equal rows count once.
    pseudo_pit : frozenset of str
        Series whose ``released`` comes from a lag rule on a single late vintage.

    Raises
    ------
    DataError
        A column or a date is missing, a value is not finite, a period has a time zone, or a release stands twice with
        different values.
    """

    table: pd.DataFrame
    pseudo_pit: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", _normalised(self.table))

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """The releases by series, ready for as-of look-ups."""
        codes, names = pd.factorize(self.table["series"])
        bounds = np.searchsorted(codes, np.arange(len(names) + 1))  # the table is sorted by series
        period, released = (nanoseconds(pd.DatetimeIndex(self.table[name])) for name in ("period", "released"))
        value = self.table["value"].to_numpy(dtype=float)
        return {
            str(name): Line(period[first:last], released[first:last], value[first:last])
            for name, first, last in zip(names, bounds[:-1], bounds[1:], strict=True)
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
        periods, values = self.line(series).vintage(time.value)
        return pd.Series(values, index=pd.DatetimeIndex(periods, name="period"), name=series)

    def known_at(self, time: pd.Timestamp) -> Releases:
        """The releases that were public at `time`."""
        public = Releases.__new__(Releases)  # what is kept of a normalised table is normalised
        object.__setattr__(public, "table", self.table[self.table["released"] <= time].reset_index(drop=True))
        object.__setattr__(public, "pseudo_pit", self.pseudo_pit)
        public.__dict__["lines"] = {
            series: Line(line.period[kept], line.released[kept], line.value[kept])
            for series, line in self.lines.items()
            if (kept := line.released <= time.value).any()
        }
        return public


def _normalised(table: pd.DataFrame) -> pd.DataFrame:
    """The columns in their types, sorted, each row once.

    Re-estimated series have millions of rows: sorted rows are not sorted again, and nothing compares texts.
    """
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise DataError("A table of releases lacks columns", received=", ".join(missing), expected=", ".join(COLUMNS))
    if isinstance(zoned := table["period"].dtype, pd.DatetimeTZDtype):
        raise DataError("Periods of releases have a time zone", received=str(zoned.tz), expected="naive dates")
    series, names = pd.factorize(table["series"].astype(str), sort=True)
    period = nanoseconds(pd.DatetimeIndex(pd.to_datetime(table["period"])))
    released = nanoseconds(pd.DatetimeIndex(pd.to_datetime(table["released"], utc=True)))
    value = table["value"].to_numpy(dtype=float)
    _refuse_unknown(table, ~np.isfinite(value), "A release has no finite value")
    _refuse_unknown(table, (series < 0) | (period == NEVER) | (released == NEVER), "A release is not dated")
    if (repeats := _repeats([series, period, released])) is None:
        order = np.lexsort((released, period, series))
        series, period, released, value = series[order], period[order], released[order], value[order]
        repeats = _repeats([series, period, released])
    clean = pd.DataFrame(
        {
            "series": names.take(series),
            "period": period.view("datetime64[ns]"),
            "released": pd.DatetimeIndex(released.view("datetime64[ns]")).tz_localize("UTC"),
            "value": value,
        }
    )
    return clean if repeats is None or not repeats.any() else _once(clean, repeats)


def _refuse_unknown(table: pd.DataFrame, unknown: npt.NDArray[np.bool_], what: str) -> None:
    if unknown.any():
        where = str(table["series"].iloc[int(unknown.argmax())])
        raise DataError(what, received=where, expected="a series, a date, an instant and a finite number in every row")


def _repeats(keys: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.bool_] | None:
    """Which rows have the keys of the row before; None when the rows are not sorted by `keys`, first key first."""
    repeats = np.ones(len(keys[0]), dtype=bool)
    repeats[:1] = False
    same = repeats[1:]
    for key in keys:
        if (same & (key[1:] < key[:-1])).any():
            return None
        same &= key[1:] == key[:-1]
    return repeats


def _once(table: pd.DataFrame, repeats: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """The rows without `repeats` of the release before; DataError when one has another value."""
    values = table["value"].to_numpy()
    other = repeats & (values != np.roll(values, 1))
    if other.any():
        row = table[other].iloc[0]
        raise DataError(
            f"Series {row['series']} has two values for period {row['period']:%Y-%m-%d} released at the same instant",
            expected="one value per (series, period, released)",
        )
    return table[~repeats].reset_index(drop=True)
