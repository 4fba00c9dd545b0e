"""Known: the only window through which indicators look at a market. Nothing later than the decision is visible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.dictionary import fallback_chain, spec_of
from ..data.market import Market
from ..data.releases import NEVER, AsOf, nanoseconds
from .config import SignalConfig

Periods = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
_DAY = 86_400 * 10**9  # nanoseconds
VintageMeasure = Callable[[Periods, Floats], float]
Every = Literal["weekly", "daily"]


def decisions_in(weeks: int, every: Every) -> int:
    """How many decisions `weeks` hold."""
    return weeks * (5 if every == "daily" else 1)


class Read(NamedTuple):
    """What each decision looked at in one look: nanoseconds, `NEVER` where nothing was there."""

    series: str
    period: npt.NDArray[np.int64]
    released: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Known:
    """What each decision may look at.

    Parameters
    ----------
    market : Market
        Read only as of each decision.
    decisions : DatetimeIndex, shape (n,)
        Instants (UTC) at which information is cut.
    sleeves : Mapping of str to sequence of str
        Tickers of the ``speculative`` and ``near_cash_flow`` sleeves.
    config : SignalConfig
        Spans and history lengths.
    every : {"weekly", "daily"}
        Clock of the decisions.
    vintages : DatetimeIndex, shape (n,), optional
        Instants, none earlier than the decisions, in whose vintage the values are read: what the past looks like from
        a later decision. The decisions themselves when not given.
    index : Index, shape (n,), optional
        Labels of the rows; the decisions when not given.

    Notes
    -----
    Every method returns a Series indexed by `index`: amounts of money in billions of US dollars, everything else in
    the dictionary's unit; NaN where nothing was known, or where the last release is older than the stale limit.
    Information set of row t: releases with ``released <= t`` and price bars complete by t.
    """

    market: Market
    decisions: pd.DatetimeIndex
    sleeves: Mapping[str, Sequence[str]]
    config: SignalConfig = field(default_factory=SignalConfig)
    every: Every = "weekly"
    vintages: pd.DatetimeIndex | None = None
    index: pd.Index = None  # type: ignore[assignment]  # filled in below
    read: list[Read] | None = field(default=None, repr=False)
    _latest: dict[str, AsOf] = field(default_factory=dict, init=False, repr=False)  # answered once per series

    def __post_init__(self) -> None:
        if self.index is None:
            object.__setattr__(self, "index", self.decisions)

    @property
    def span(self) -> pd.Timedelta:
        """Span over which changes look back."""
        return pd.Timedelta(weeks=self.config.change_weeks)

    def rows(self, weeks: int) -> int:
        """How many decisions `weeks` hold."""
        return decisions_in(weeks, self.every)

    @property
    def min_count(self) -> int:
        """Decisions that an indicator must be known for before it counts."""
        return self.rows(self.config.min_history_weeks)

    def recording(self) -> Known:
        """The same window, which notes in `read` every series, and the periods and releases that were looked at."""
        return replace(self, read=[])

    def seen_from(self, rows: npt.NDArray[np.int64], later: npt.NDArray[np.int64]) -> Known:
        """The decisions `rows` as they looked from the decisions `later` (both positions, in pairs)."""
        return replace(
            self,
            decisions=self.decisions[rows],
            vintages=self.decisions[later],
            index=pd.RangeIndex(len(rows)),
            read=None,
        )

    def latest(self, series: str) -> AsOf:
        """Latest period known at each decision, in its vintage; NaN where stale."""
        if series not in self._latest:
            spec, then = spec_of(series), self.market.releases.as_of(series, self.decisions)
            stale = self.decisions - then.released > spec.stale_after
            value = np.where(stale, np.nan, self._read(series, then).value * spec.to_usd_bn)
            self._latest[series] = AsOf(value, then.period, then.released)
        return self._latest[series]

    def value(self, series: str) -> pd.Series[float]:
        """Latest known value."""
        return self.row(self.latest(series).value)

    def at(self, series: str, periods: pd.DatetimeIndex) -> pd.Series[float]:
        """Value of the latest period no later than `periods` (one per decision), in its vintage.

        NaN where that period is older than `periods` by more than the stale limit: the series had ended, or not begun.
        """
        spec, then = spec_of(series), self.market.releases.as_of(series, self.decisions, periods)
        value = self._read(series, then).value * spec.to_usd_bn
        return self.row(np.where(periods - then.period > spec.stale_after, np.nan, value))

    def last_periods(self, series: str, count: int) -> tuple[npt.NDArray[np.datetime64], Floats]:
        """The last `count` periods known at each decision and their values, newest first; shape (count, decisions).

        NaT and NaN where fewer were known. Nothing is stale here: see `latest`.
        """
        line, times = self.market.releases.line(series), nanoseconds(self.decisions)
        read_at = times if self.vintages is None else nanoseconds(self.vintages)
        periods, values = [], []
        limit: npt.NDArray[np.int64] | None = None
        for _ in range(count):
            rows = line.rows(times, limit)
            period = line.periods(rows)
            if self.read is not None:
                self.read.append(Read(series, period, line.releases(rows)))
            periods.append(period)
            values.append(line.values(line.rows(read_at, period)) * spec_of(series).to_usd_bn)
            limit = np.where(period == NEVER, NEVER, period - _DAY)
        return np.array(periods).view("datetime64[ns]"), np.array(values)

    def change(self, series: str) -> pd.Series[float]:
        """Latest known value minus the value `span` earlier, both in the vintage of the decision."""
        now = self.latest(series)
        return self.row(now.value) - self.at(series, now.period - self.span)

    def by_vintage(self, series: str, measure: VintageMeasure) -> pd.Series[float]:
        """`measure` of the whole history as it was known at each decision; computed once per distinct vintage.

        `measure` gets two arrays, ascending periods (datetime64) and their values, and returns one number. For series
        that are not revised: what a decision looks like from later ones does not enter.
        """
        line = self.market.releases.line(series)
        times = nanoseconds(self.decisions)
        _, first, inverse = np.unique(line.vintage_numbers(times), return_index=True, return_inverse=True)
        unit = spec_of(series).to_usd_bn
        vintages = [line.vintage(int(times[row])) for row in first]
        answers = np.array([measure(periods, values * unit) if len(values) else np.nan for periods, values in vintages])
        fresh = np.where(np.isnan(self.latest(series).value), np.nan, 1.0)
        return self.row(answers[inverse] * fresh)

    def first_known(self, series: str, measure: Callable[[str], pd.Series[float]]) -> pd.Series[float]:
        """`measure` of `series`; where that is missing, of its stand-ins in the dictionary's order."""
        answer = self.row(np.full(len(self.decisions), np.nan))
        for candidate in fallback_chain(series):
            answer = answer.fillna(measure(candidate))
        return answer

    def prices(self, assets: Sequence[str], *, sessions_ago: int = 0) -> pd.DataFrame:
        """Last complete bar of each asset, or the bar `sessions_ago` before it; shape (decisions, assets)."""
        table = self.market.prices
        columns = {}
        for asset in assets:
            rows = self.market.known_rows(self.decisions, [asset]) - sessions_ago
            bars = table[asset].to_numpy(dtype=float)
            columns[asset] = np.where(rows >= 0, bars[np.maximum(rows, 0)], np.nan)
        return pd.DataFrame(columns, index=self.index)

    def window_rows(self, assets: Sequence[str]) -> npt.NDArray[np.int64]:
        """Row of the last session whose bars of all `assets` were complete at each decision; -1 where none was."""
        return self.market.known_rows(self.decisions, assets)

    def present(self, sleeve: str) -> list[str]:
        """Tickers of `sleeve` that the market holds."""
        return [asset for asset in self.sleeves[sleeve] if asset in self.market.prices.columns]

    def row(self, values: Floats) -> pd.Series[float]:
        """One number per decision as a Series."""
        return pd.Series(values, index=self.index)

    def _read(self, series: str, then: AsOf) -> AsOf:
        """The periods that the decisions knew, in the vintage in which they are read."""
        if self.read is not None:
            self.read.append(Read(series, nanoseconds(then.period), nanoseconds(then.released)))
        return then if self.vintages is None else self.market.releases.as_of(series, self.vintages, then.period)
