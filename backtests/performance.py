"""Performance: the figures a backtest is judged by, each with one definition.

Returns are simple and decimal, a year has 252 sessions, growth runs by calendar time and the Sharpe ratio is
over the bill rate. A figure that is not defined (no variation, no drawdown, too few sessions) is NaN, never
infinite.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ..errors import DataError
from .result import Backtest

SESSIONS_PER_YEAR = 252
DAYS_PER_YEAR = 365.25

# A daily ratio of two values is rounded at 1e-16; no asset that moves at all varies as little as this.
FLAT = 1e-12


@dataclass(frozen=True)
class Performance:
    """Headline figures of one backtest.

    Attributes
    ----------
    cagr : float
        Compound annual growth by calendar time, decimal.
    volatility : float
        Annualised sample standard deviation of the returns, decimal.
    sharpe, sortino : float
        Annualised, over the bill rate.
    max_drawdown : float
        Deepest fall from a peak, negative; the starting capital is the first peak.
    calmar : float
        `cagr` over the size of `max_drawdown`.
    turnover : float
        One-way turnover a year as a multiple of the mean value.
    cost_drag : float
        Fees a year as a share of the value, decimal.
    final_value : float
        USD at the last session.
    """

    cagr: float
    volatility: float
    sharpe: float
    sortino: float
    max_drawdown: float
    calmar: float
    turnover: float
    cost_drag: float
    final_value: float

    def as_dict(self) -> dict[str, float]:
        """Figures by name, as written to ``summary.json``."""
        return asdict(self)


def measure(backtest: Backtest, *, bill_returns: pd.Series[float]) -> Performance:
    """Measure one backtest.

    Parameters
    ----------
    backtest : Backtest
        Its value must be finite; its orders must lie on its sessions.
    bill_returns : Series, shape (sessions or more,)
        Simple daily returns of bills; every session of the backtest must be there.

    Returns
    -------
    Performance
        NaN where a figure is not defined.

    Raises
    ------
    DataError
        A session without a bill return, a value that is not finite, or an order outside the sessions.
    """
    value, returns = backtest.value, backtest.returns
    _refuse_unmeasurable(backtest)
    excess = excess_returns(returns, bill_returns)
    years = years_of(_sessions(value))
    final = float(value.iloc[-1])
    growth = annual_growth(final / backtest.capital, years=years) if len(value) > 1 else np.nan
    deepest = float(drawdown(value, capital=backtest.capital).min())
    return Performance(
        cagr=growth,
        volatility=float(returns.std(ddof=1)) * np.sqrt(SESSIONS_PER_YEAR),
        sharpe=_annual_ratio(excess, float(excess.std(ddof=1))),
        sortino=_annual_ratio(excess, _downside(excess)),
        max_drawdown=deepest,
        calmar=growth / -deepest if deepest < -FLAT else np.nan,
        turnover=_turnover(backtest, years),
        cost_drag=_cost_drag(backtest, years),
        final_value=final,
    )


def excess_returns(returns: pd.Series[float], bill_returns: pd.Series[float]) -> pd.Series[float]:
    """Returns above bills, session by session; a session without a bill return raises DataError."""
    if bill_returns.index.has_duplicates:
        raise DataError("Bill returns have a session twice", expected="one return for each session")
    bills = bill_returns.reindex(returns.index)
    missing = bills.index[~np.isfinite(bills.to_numpy(dtype=float))]
    if len(missing):
        raise DataError(
            f"Bill returns are missing on {len(missing)} of {len(returns)} sessions",
            received=f"nothing on {missing[0]:%Y-%m-%d}",
            expected="a finite bill return for every session of the backtest",
        )
    return returns - bills


def sharpe_ratio(returns: pd.Series[float], bill_returns: pd.Series[float]) -> float:
    """Annualised Sharpe ratio over bills; NaN without variation.

    Parameters
    ----------
    returns : Series, shape (sessions,)
        Simple daily returns.
    bill_returns : Series
        Simple daily returns of bills, aligned by index; DataError where one is missing.
    """
    excess = excess_returns(returns, bill_returns)
    return _annual_ratio(excess, float(excess.std(ddof=1)))


def drawdown(value: pd.Series[float], *, capital: float) -> pd.Series[float]:
    """Fall below the highest value so far, zero or negative; the starting capital is the first peak."""
    peak = value.cummax().clip(lower=capital)
    return (value / peak - 1.0).rename("drawdown")


def years_of(sessions: pd.DatetimeIndex) -> float:
    """Calendar years from the day before the first session, when the capital stood whole, to the last."""
    return ((sessions[-1] - sessions[0]).days + 1) / DAYS_PER_YEAR


def annual_growth(growth: float, *, years: float) -> float:
    """Compound annual growth of a total growth factor; NaN below zero or where no float can hold it."""
    if growth < 0:
        return np.nan
    with np.errstate(over="ignore"):
        annual = float(np.power(growth, 1.0 / years)) - 1.0
    return annual if np.isfinite(annual) else np.nan


def _annual_ratio(excess: pd.Series[float], risk: float) -> float:
    if len(excess) < 2 or not risk > FLAT:
        return np.nan
    return float(excess.mean()) / risk * float(np.sqrt(SESSIONS_PER_YEAR))


def _downside(excess: pd.Series[float]) -> float:
    return float(np.sqrt(np.mean(np.minimum(excess.to_numpy(dtype=float), 0.0) ** 2)))


def _turnover(backtest: Backtest, years: float) -> float:
    mean_value = float(backtest.value.mean())
    bought_and_sold = float(backtest.orders["notional_usd"].abs().sum())
    return bought_and_sold / 2.0 / mean_value / years if mean_value > 0 else np.nan


def _cost_drag(backtest: Backtest, years: float) -> float:
    fees = backtest.orders["fee_usd"].to_numpy(dtype=float)
    value = backtest.value.reindex(backtest.orders["session"]).to_numpy(dtype=float)
    return (float((fees / value).sum()) + float(backtest.borrow.sum())) / years if (value > 0).all() else np.nan


def _sessions(value: pd.Series[float]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(value.index)


def _refuse_unmeasurable(backtest: Backtest) -> None:
    value = backtest.value.to_numpy(dtype=float)
    if not len(value) or not np.isfinite(value).all():
        raise DataError(f"The value of {backtest.name}", expected="a finite number for each session, at least one")
    outside = ~backtest.orders["session"].isin(backtest.value.index)
    if outside.any():
        raise DataError(
            f"{int(outside.sum())} orders of {backtest.name} lie outside its sessions",
            received=str(backtest.orders["session"][outside].iloc[0]),
            expected="sessions of the value",
        )
