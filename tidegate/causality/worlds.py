"""Worlds: data that can be cut off at an instant, and whose future can be changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.assets import is_crypto
from ..data.clock import NEW_YORK, bars_known, session_closes
from ..data.market import Market
from ..data.releases import Releases, nanoseconds
from ..errors import ConfigError
from .change import CUT, SCRAMBLES, Change, changed_levels, factors

PRICE = "price:"
_MOMENT = pd.Timedelta(1, "ns")


class World(Protocol):
    """Data with a future."""

    @property
    def data(self) -> Any:
        """What the audited function gets."""

    @property
    def series(self) -> tuple[str, ...]:
        """What can be changed by itself."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Scrambles that make sense here."""

    @property
    def begins(self) -> pd.Timestamp:
        """Instant (UTC) before which nothing is left when the future is cut off."""

    def changed(self, change: Change) -> World:
        """The same past with another future."""

    def known_by(self, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """Instants (UTC) at which rows labelled `index` claim to be known."""


@dataclass(frozen=True, eq=False)
class MarketWorld:
    """A market; its series are the releases' and ``price:`` plus a ticker."""

    data: Market
    kinds: tuple[str, ...] = tuple(SCRAMBLES)

    @cached_property
    def series(self) -> tuple[str, ...]:
        """Everything that can be changed by itself."""
        return (*self.data.releases.series, *(f"{PRICE}{asset}" for asset in self.data.assets))

    @property
    def begins(self) -> pd.Timestamp:
        """Close of the first session."""
        return pd.Timestamp(session_closes(self.data.sessions[:1])[0])

    def changed(self, change: Change) -> MarketWorld:
        """The market with another future."""
        if change.kind == CUT:
            return MarketWorld(self.data.known_at(change.at))
        rng = change.generator()
        releases = Releases(_changed_releases(self.data.releases, change, rng), self.data.releases.pseudo_pit)
        prices = _changed_prices(self.data.prices, self.data.sessions, change, rng)
        return MarketWorld(replace(self.data, releases=releases, prices=prices))

    def known_by(self, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """When rows labelled `index` claim to be known: instants themselves; naive days at the close of New York."""
        if index.tz is not None:
            return index.tz_convert("UTC")
        days = index.normalize()
        closes = (days + pd.Timedelta(hours=16)).tz_localize(NEW_YORK).tz_convert("UTC")
        traded = days.isin(self.data.sessions)
        instants = closes.as_unit("ns").asi8.copy()
        instants[traded] = nanoseconds(session_closes(days[traded]))
        return pd.DatetimeIndex(instants.view("datetime64[ns]")).tz_localize("UTC")


@dataclass(frozen=True, eq=False)
class FrameWorld:
    """A frame of the user's own; each row is known at its label, and its series are the columns."""

    data: pd.DataFrame | pd.Series[Any]
    kinds: tuple[str, ...] = tuple(kind for kind in SCRAMBLES if kind != "revise")

    def __post_init__(self) -> None:
        index = self.data.index if isinstance(self.data, pd.DataFrame | pd.Series) else None
        dated = isinstance(index, pd.DatetimeIndex) and index.is_monotonic_increasing and index.is_unique
        if not dated or not len(self.data):
            labels = "" if index is None else f" with {len(index)} rows labelled by {type(index).__name__}"
            raise ConfigError(
                "The data of an audit",
                received=f"{type(self.data).__name__}{labels}",
                expected="a Market, or a frame whose rows are labelled by ascending dates, each once",
            )

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(map(str, self._frame.columns))

    @property
    def begins(self) -> pd.Timestamp:
        """Label of the first row."""
        return pd.Timestamp(self.known_by(pd.DatetimeIndex(self.data.index[:1]))[0])

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return self.data.to_frame() if isinstance(self.data, pd.Series) else self.data

    def changed(self, change: Change) -> FrameWorld:
        """The frame with another future."""
        late = np.asarray(self.known_by(pd.DatetimeIndex(self.data.index)) > change.at)
        if change.kind == CUT:
            return FrameWorld(self.data.loc[~late])
        rng, new = change.generator(), self._frame.copy()
        for position, name in enumerate(self.series):
            column = _changed_column(new.iloc[:, position], late, change, rng)
            if change.touches(name):  # drawn for all: alone, a column changes as it does in company
                new.isetitem(position, column)
        return FrameWorld(new.iloc[:, 0] if isinstance(self.data, pd.Series) else new)

    def known_by(self, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """The labels themselves, as UTC where they have no zone."""
        return index.tz_localize("UTC") if index.tz is None else index.tz_convert("UTC")


def world_of(data: Any) -> World:
    """The world that `data` is."""
    return MarketWorld(data) if isinstance(data, Market) else FrameWorld(data)


def _changed_column(
    column: pd.Series[Any], late: npt.NDArray[np.bool_], change: Change, rng: np.random.Generator
) -> Any:
    """One column of a frame; words, dates and switches become others of the column, whatever the kind of change."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        rows = np.arange(len(column))
        rows[late] = rng.integers(len(column), size=int(late.sum()))
        return column.array.take(rows)
    values = column.to_numpy(dtype=float)
    positive = bool((values[~np.isnan(values)] > 0).all())
    return changed_levels(values, late, change, rng, positive=positive)


def _changed_prices(
    prices: pd.DataFrame, sessions: pd.DatetimeIndex, change: Change, rng: np.random.Generator
) -> pd.DataFrame:
    new = prices.copy()
    for asset in map(str, prices.columns):
        crypto = is_crypto(asset)
        late = np.asarray(bars_known(sessions, crypto=crypto) > change.at)
        levels = changed_levels(prices[asset].to_numpy(dtype=float), late, change, rng, positive=True)
        if change.touches(f"{PRICE}{asset}") and not (change.kind == "revise" and crypto):
            new[asset] = levels
    return new


def _changed_releases(releases: Releases, change: Change, rng: np.random.Generator) -> pd.DataFrame:
    """The table with another future; noise is drawn for all series: alone, one changes as it does in company."""
    table = releases.table
    late = (table["released"] > change.at).to_numpy()
    if change.kind == "revise":
        return pd.concat([table, _touched(_revised(table[~late], change, rng), change)], ignore_index=True)
    if change.kind == "duplicate":
        future = table[late]
        otherwise = future["value"] * factors("noise", len(future), rng)
        again = future.assign(released=future["released"] + _MOMENT, value=otherwise)
        return pd.concat([table, _touched(again, change)], ignore_index=True)
    told = table["value"].to_numpy(dtype=float, copy=True)
    told[late] *= factors(change.kind, int(late.sum()), rng)
    rows = _touched(table[late], change).index
    new = table["value"].to_numpy(dtype=float, copy=True)
    new[rows] = told[rows]
    kept: pd.DataFrame = table.assign(value=new)[~np.isnan(new)]
    return kept


def _touched(table: pd.DataFrame, change: Change) -> pd.DataFrame:
    return table if change.only is None else table[table["series"].isin(change.only)]


def _revised(past: pd.DataFrame, change: Change, rng: np.random.Generator) -> pd.DataFrame:
    """A new vintage of every past period, out just after the cut."""
    newest = past.drop_duplicates(["series", "period"], keep="last")
    return newest.assign(released=change.at + _MOMENT, value=newest["value"] * factors("noise", len(newest), rng))
