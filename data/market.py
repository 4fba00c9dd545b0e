"""Market: everything a study may look at, frozen, with where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .assets import is_crypto
from .clock import bars_known, session_closes, sessions
from .findings import Finding
from .releases import Releases, nanoseconds


@dataclass(frozen=True)
class Provenance:
    """Where a market came from.

    Attributes
    ----------
    source : str
        ``synthetic``, ``files`` or ``live``.
    synthetic : bool
        True when any number was made up by the economy.
    notes : tuple of str
        What a reader must know about the data, one sentence each.
    findings : tuple of Finding
        What the quality gates saw in the sources' own tables.
    """

    source: str
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class Market:
    """Prices, releases and provenance.

    Parameters
    ----------
    prices : DataFrame, shape (sessions, assets)
        Adjusted closes in USD: index of XNYS sessions (naive dates), NaN before listing. The level of an adjusted
        close is not a price of its day; only ratios mean anything. A crypto row holds the bar of that UTC date.
    releases : Releases
        Economic series with their release instants.
    provenance : Provenance
        Source and notes.
    true_regime : Series, optional
        Only in the synthetic economy: the regime that really ruled each session.
    """

    prices: pd.DataFrame
    releases: Releases
    provenance: Provenance = field(default_factory=lambda: Provenance("files"))
    true_regime: pd.Series[str] | None = None

    def __post_init__(self) -> None:
        _refuse_broken(self.prices)

    @property
    def assets(self) -> tuple[str, ...]:
        """Tickers, in column order."""
        return tuple(self.prices.columns)

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """Exchange sessions (naive dates)."""
        return pd.DatetimeIndex(self.prices.index)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over prices, releases and flags: equal digests mean equal data."""
        sha = hashlib.sha256()
        for asset in sorted(self.assets):
            sha.update(asset.encode())
            sha.update(nanoseconds(self.sessions).tobytes())
            sha.update(np.ascontiguousarray(self.prices[asset].to_numpy(dtype=float)).tobytes())
        for series, line in self.releases.lines.items():
            sha.update(series.encode())
            for column in (line.period, line.released, line.value):
                sha.update(np.ascontiguousarray(column).tobytes())
        sha.update("|".join(sorted(self.releases.pseudo_pit)).encode())
        return sha.hexdigest()

    def known_rows(self, decisions: pd.DatetimeIndex, assets: Sequence[str]) -> npt.NDArray[np.int64]:
        """Row of the last session whose bars of all `assets` were known at each decision; -1 where none was.

        Information set: a stock's bar counts from its session's close, a crypto bar from 00:00 UTC of the next day.
        """
        known = session_closes(self.sessions)
        if any(is_crypto(asset) for asset in assets):
            known = bars_known(self.sessions, crypto=True)  # later than the close of the same day
        return np.searchsorted(nanoseconds(known), nanoseconds(decisions), side="right") - 1

    def known_at(self, time: pd.Timestamp) -> Market:
        """The market as it was public at `time`: later releases and bars are gone, unfinished bars are NaN.

        The true regime of a synthetic market is known to nobody, ever.
        """
        kept = self.prices.loc[self.sessions <= time.tz_convert("America/New_York").tz_localize(None)].copy()
        days = pd.DatetimeIndex(kept.index)
        for asset in kept.columns:
            kept.loc[bars_known(days, crypto=is_crypto(str(asset))) > time, asset] = np.nan
        return replace(self, prices=kept, releases=self.releases.known_at(time), true_regime=None)


def _refuse_broken(prices: pd.DataFrame) -> None:
    index = prices.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        raise DataError("Prices need an index of naive session dates", received=type(index).__name__)
    if not (index.is_monotonic_increasing and index.is_unique):
        raise DataError("Price dates are not strictly increasing", expected="sorted dates without duplicates")
    if index.empty:
        raise DataError("Prices hold no row", expected="at least one exchange session")
    closed = index.difference(sessions(index[0], index[-1]))
    if len(closed):
        raise DataError("Prices stand on a day without an exchange session", received=f"{closed[0]:%Y-%m-%d}")
    values = prices.to_numpy(dtype=float)
    wrong = ~(np.isnan(values) | (np.isfinite(values) & (values > 0)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise DataError(
            f"Price of {prices.columns[column]} on {index[row]:%Y-%m-%d}",
            received=float(values[row, column]),
            expected="a positive, finite number (or nothing before listing)",
        )
