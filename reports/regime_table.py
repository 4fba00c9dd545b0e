"""What a portfolio earned under each regime."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from ..backtests.performance import SESSIONS_PER_YEAR, drawdown, sharpe_ratio
from ..errors import DataError
from ..signals.result import REGIMES

WHOLE = "ALL"
_Value = TypeVar("_Value", str, float)


def regime_table(
    returns: pd.Series[float], regime_by_session: pd.Series[str], bill_returns: pd.Series[float]
) -> pd.DataFrame:
    """Describe a portfolio's returns regime by regime.

    Parameters
    ----------
    returns : Series, shape (sessions,)
        Simple daily returns of the portfolio, the first one measured from its capital.
    regime_by_session : Series of str
        Regime in force after the fill of each session. Sessions without one count in ALL only.
    bill_returns : Series
        Simple daily returns of bills; covers every session of `returns`.

    Returns
    -------
    DataFrame, shape (4, 6)
        Rows ABUNDANT, NEUTRAL, SCARCE and ALL. Columns: ``sessions``; ``share`` of all sessions;
        ``annual_return``, compounded over 252 sessions; ``volatility``, annualised; ``sharpe`` over bills;
        ``worst_drawdown`` within one uninterrupted spell, the value before it included. NaN where nothing can
        be said.

    Raises
    ------
    DataError
        When the regime or the bill returns do not cover every session of `returns`.
    """
    earned = earned_under(_covering(regime_by_session, returns, "Regimes"))
    bills = _covering(bill_returns, returns, "Bill returns")
    spell = earned.ne(earned.shift(1)).cumsum()
    within = returns.groupby(spell).transform(_depth)
    rows = {}
    for regime in REGIMES:
        there = earned.eq(regime)
        rows[regime] = _figures(returns[there], bills[there], within[there])
    rows[WHOLE] = _figures(returns, bills, _depth(returns))
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.insert(1, "share", table["sessions"] / len(returns))
    return table


def earned_under(regime_by_session: pd.Series[str]) -> pd.Series[str]:
    """Regime whose holdings earned each session's return.

    A fill happens at the close, so the return of a session belongs to the regime in force after the session
    before it. The first session has nothing before it: its return is the cost of its own fill.
    """
    return regime_by_session.shift(1, fill_value=regime_by_session.iloc[0])


def _depth(returns: pd.Series[float]) -> pd.Series[float]:
    return drawdown((1.0 + returns).cumprod(), capital=1.0)


def _figures(returns: pd.Series[float], bills: pd.Series[float], depth: pd.Series[float]) -> dict[str, float]:
    sessions = len(returns)
    growth = float(np.prod(1.0 + returns.to_numpy(dtype=float)))
    return {
        "sessions": sessions,
        "annual_return": growth ** (SESSIONS_PER_YEAR / sessions) - 1.0 if sessions else np.nan,
        "volatility": float(returns.std(ddof=1)) * np.sqrt(SESSIONS_PER_YEAR),
        "sharpe": sharpe_ratio(returns, bills) if sessions else np.nan,
        "worst_drawdown": float(depth.min()),
    }


def _covering(series: pd.Series[_Value], returns: pd.Series[float], what: str) -> pd.Series[_Value]:
    absent = returns.index.difference(series.index)
    if len(absent):
        raise DataError(
            f"{what} do not cover every session of the portfolio",
            received=f"{len(absent)} sessions without a value, the first {absent[0]:%Y-%m-%d}",
            expected="one value per session",
        )
    return series.loc[returns.index]
