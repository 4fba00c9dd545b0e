"""Tearsheet: what the page is made of, refused where it would make a wrong page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..backtests.performance import Performance, drawdown, excess_returns
from ..errors import DataError

# Performance and returns come from the same values: beyond rounding, it is another period or portfolio.
SAME_HISTORY = 1e-6


@dataclass(frozen=True, eq=False)
class Tearsheet:
    """Everything the tearsheet shows.

    Parameters
    ----------
    title : str
        Heading of the page.
    returns, benchmark : Series, shape (sessions,)
        Simple, decimal daily returns of the strategy and of the constant mix, the first one measured from the
        starting capital. Both on the same naive, strictly increasing sessions; no missing values.
    bill_returns : Series
        Simple daily returns of bills; every session of `returns` must be there.
    performance, benchmark_performance : Performance
        The headline figures, measured on the same sessions.
    name, benchmark_name : str
        How the page calls the two.
    synthetic : bool
        True puts the synthetic banner on top of the page.
    notes : tuple of str
        What a reader must know, one sentence each.

    Raises
    ------
    DataError
        Misaligned, missing or infinite returns, prices instead of returns, or figures of another history.
    """

    title: str
    returns: pd.Series[float]
    benchmark: pd.Series[float]
    bill_returns: pd.Series[float]
    performance: Performance
    benchmark_performance: Performance
    name: str = "Strategy"
    benchmark_name: str = "Constant mix"
    synthetic: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name == self.benchmark_name:
            raise DataError("Strategy and benchmark have one name", received=self.name, expected="two names")
        _refuse_misaligned(self.returns, self.benchmark)
        _refuse_broken(self.returns, name=self.name)
        _refuse_broken(self.benchmark, name=self.benchmark_name)
        excess_returns(self.returns, self.bill_returns)
        _refuse_other_history(self.returns, self.performance, name=self.name)
        _refuse_other_history(self.benchmark, self.benchmark_performance, name=self.benchmark_name)

    @property
    def both(self) -> pd.DataFrame:
        """Returns of the strategy and the benchmark side by side, under the page's names."""
        return pd.DataFrame({self.name: self.returns, self.benchmark_name: self.benchmark}, dtype=float)

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """Sessions of the history."""
        return pd.DatetimeIndex(self.returns.index)


def _refuse_misaligned(returns: pd.Series[float], benchmark: pd.Series[float]) -> None:
    index = returns.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None or len(index) < 2:
        raise DataError(
            "The tearsheet's returns",
            received=f"{len(index)} rows indexed by {index.dtype}",
            expected="at least two sessions with naive dates",
        )
    if not (index.is_monotonic_increasing and index.is_unique):
        raise DataError("The tearsheet's sessions", expected="strictly increasing dates without duplicates")
    if not index.equals(benchmark.index):
        raise DataError(
            "The benchmark has other sessions than the strategy",
            received=_span(benchmark.index),
            expected=f"exactly {_span(index)}",
            remedy="Align both before rendering; nothing is filled here.",
        )


def _span(index: pd.Index) -> str:
    return f"{len(index)} sessions from {index.min()} to {index.max()}"


def _refuse_broken(returns: pd.Series[float], *, name: str) -> None:
    values = returns.to_numpy(dtype=float)
    if not np.isfinite(values).all():
        where = returns.index[~np.isfinite(values)][0]
        raise DataError(f"Return of {name} on {where:%Y-%m-%d}", expected="a finite number on every session")
    # quantstats takes such a series for prices and differences it in silence.
    if values.min() >= 0 and values.max() >= 1:
        raise DataError(
            f"The returns of {name} look like prices",
            received=f"values from {values.min():g} to {values.max():g}",
            expected="simple, decimal daily returns",
        )


def _refuse_other_history(returns: pd.Series[float], performance: Performance, *, name: str) -> None:
    deepest = float(drawdown((1.0 + returns).cumprod(), capital=1.0).min())
    if not abs(deepest - performance.max_drawdown) <= SAME_HISTORY:
        raise DataError(
            f"Returns and performance of {name} disagree on the maximum drawdown",
            received=f"{deepest:.6f} and {performance.max_drawdown:.6f}",
            expected="figures measured on the same sessions",
        )
