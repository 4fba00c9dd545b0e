"""What the event loop reads: the orders of many portfolios, the tape they share, the terms each trades on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Events:
    """Packed orders of many portfolios.

    Attributes
    ----------
    rows : ndarray of int64, shape (events,)
        Session row of each event, ascending within a portfolio.
    weights : ndarray of float64, shape (events, assets)
        Share of the portfolio's value to hold from then on, the cost reserve already taken off; negative is short,
        NaN is no order.
    starts : ndarray of int64, shape (portfolios + 1,)
        Portfolio k owns the events from ``starts[k]`` to ``starts[k + 1] - 1``; it may own none.
    """

    rows: Integers
    weights: Floats
    starts: Integers

    def __post_init__(self) -> None:
        _require(self.weights.ndim == 2 and len(self.weights) == len(self.rows), "weights", "one row for each event")
        ends = len(self.starts) and self.starts[0] == 0 and self.starts[-1] == len(self.rows)
        _require(bool(ends) and bool((np.diff(self.starts) >= 0).all()), "starts", "ascending from 0 to all events")
        within = np.ones(max(len(self.rows) - 1, 0), dtype=bool)
        borders = self.starts[1:-1]
        within[borders[(borders > 0) & (borders < len(self.rows))] - 1] = False
        ascending = bool((np.diff(self.rows)[within] > 0).all()) and bool((self.rows >= 0).all())
        _require(ascending, "rows", "session rows that ascend within a portfolio")

    @classmethod
    def of(cls, portfolios: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]], *, assets: int) -> Self:
        """Pack one pair of rows (events,) and weights (events, assets) for each portfolio."""
        rows = [np.asarray(each, dtype=np.int64).reshape(-1) for each, _ in portfolios]
        weights = [np.asarray(each, dtype=np.float64).reshape(-1, assets) for _, each in portfolios]
        return cls(
            rows=np.concatenate([np.empty(0, np.int64), *rows]),
            weights=np.concatenate([np.empty((0, assets)), *weights]),
            starts=np.cumsum([0, *map(len, rows)], dtype=np.int64),
        )

    @property
    def portfolios(self) -> int:
        """How many portfolios there are."""
        return len(self.starts) - 1


@dataclass(frozen=True, eq=False)
class Tape:
    """What all portfolios share.

    Attributes
    ----------
    closes : ndarray of float64, shape (sessions, assets)
        Closes in USD, forward-filled; NaN before listing and nowhere else.
    sessions : DatetimeIndex, shape (sessions,)
        Naive dates.
    accrued, opening : ndarray of float64, shape (sessions,)
        Bill returns (see `bill_accruals`): from the session before to this one, and what stands in for it when a
        portfolio begins here; NaN where no bill rate was known.
    """

    closes: Floats
    sessions: pd.DatetimeIndex
    accrued: Floats
    opening: Floats

    def __post_init__(self) -> None:
        count = len(self.sessions)
        _require(self.closes.ndim == 2 and len(self.closes) == count, "closes", "one row for each session")
        _require(len(self.accrued) == len(self.opening) == count, "accrued and opening", "one value for each session")
        unlisted = np.isnan(self.closes)
        _require(bool((unlisted[1:] <= unlisted[:-1]).all()), "closes", "no hole once an asset has traded")
        _require(bool(((self.closes > 0) & (self.closes < np.inf) | unlisted).all()), "closes", "prices above zero")

    @classmethod
    def of(cls, prices: pd.DataFrame, bills: pd.DataFrame) -> Self:
        """Take prices (sessions, assets) with holes, valued at the last price, and bills as `bill_accruals` gives."""
        closes = prices.ffill().to_numpy(dtype=np.float64)
        aligned = bills.reindex(prices.index)
        return cls(
            closes=np.ascontiguousarray(closes),
            sessions=pd.DatetimeIndex(prices.index),
            accrued=aligned["accrued"].to_numpy(dtype=np.float64),
            opening=aligned["opening"].to_numpy(dtype=np.float64),
        )

    @property
    def days(self) -> Floats:
        """Calendar days since the first session, shape (sessions,)."""
        since = self.sessions.to_numpy() - self.sessions.to_numpy()[:1]
        days: Floats = since / np.timedelta64(1, "D")
        return days


@dataclass(frozen=True, eq=False)
class Terms:
    """What each portfolio trades on.

    Attributes
    ----------
    rates : ndarray of float64, shape (portfolios, assets)
        Cost per unit of notional, decimal.
    borrow : ndarray of float64, shape (portfolios, assets)
        Yearly fee per unit of short notional, decimal.
    capital : ndarray of float64, shape (portfolios,)
        USD before the first event.
    """

    rates: Floats
    borrow: Floats
    capital: Floats

    def __post_init__(self) -> None:
        shapes = self.rates.ndim == 2 and self.rates.shape == self.borrow.shape and len(self.rates) == len(self.capital)
        _require(shapes, "rates, borrow and capital", "one row for each portfolio")
        _require(_not_negative(self.rates) and _not_negative(self.borrow), "rates and borrow", "numbers from zero on")
        _require(_not_negative(self.capital) and bool((self.capital > 0).all()), "capital", "USD above zero")

    @classmethod
    def alike(cls, portfolios: int, *, rates: Floats, borrow: Floats, capital: float) -> Self:
        """Give all portfolios the same rates (assets,), borrow fees (assets,) and capital."""
        return cls(
            rates=np.tile(rates, (portfolios, 1)).astype(np.float64),
            borrow=np.tile(borrow, (portfolios, 1)).astype(np.float64),
            capital=np.full(portfolios, capital, dtype=np.float64),
        )


def _not_negative(values: npt.NDArray[np.floating[Any]]) -> bool:
    return bool((np.isfinite(values) & (values >= 0)).all())


def _require(holds: bool, what: str, expected: str) -> None:
    if not holds:
        raise DataError(f"The event loop's {what}", expected=expected)
