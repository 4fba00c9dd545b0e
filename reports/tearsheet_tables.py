"""Tables of the tearsheet, as rows of finished text."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from ..backtests.performance import FLAT, Performance, drawdown

Row = tuple[str, ...]
NOTHING = "n/a"
WORST = 10


def percent(value: float) -> str:
    """Two decimals, n/a where the figure is not defined."""
    return f"{value:z.2%}" if math.isfinite(value) else NOTHING


def ratio(value: float) -> str:
    """Two decimals, n/a where the figure is not defined."""
    return f"{value:z.2f}" if math.isfinite(value) else NOTHING


def _usd(value: float) -> str:
    return f"{value:,.0f} USD" if math.isfinite(value) else NOTHING


HEADLINE: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("CAGR", "cagr", percent),
    ("Volatility", "volatility", percent),
    ("Sharpe ratio over bills", "sharpe", ratio),
    ("Sortino ratio over bills", "sortino", ratio),
    ("Maximum drawdown", "max_drawdown", percent),
    ("Calmar ratio", "calmar", ratio),
    ("Turnover a year, one way", "turnover", percent),
    ("Cost drag a year", "cost_drag", percent),
    ("Final value", "final_value", _usd),
)

# Annualising a few weeks turns luck into four-digit growth (GIPS forbids it for periods under a year).
ANNUAL_GROWTH = ("cagr", "calmar")


def headline_rows(performance: Performance, benchmark: Performance, *, full_year: bool) -> list[Row]:
    """The figures of record, strategy beside benchmark; annual growth only where there is a year of it."""
    hidden = () if full_year else ANNUAL_GROWTH
    return [
        (
            label,
            *(NOTHING if field in hidden else show(getattr(one, field)) for one in (performance, benchmark)),
        )
        for label, field, show in HEADLINE
    ]


def yearly_returns(both: pd.DataFrame) -> pd.DataFrame:
    """Compounded returns by calendar year (rows) of each column."""
    return (1.0 + both).groupby(pd.DatetimeIndex(both.index).year).prod() - 1.0


def yearly_rows(yearly: pd.DataFrame) -> list[Row]:
    """One row a year: both returns and their difference in percentage points."""
    return [
        (str(year), percent(ours), percent(theirs), f"{100 * (ours - theirs):+z.2f}")
        for year, (ours, theirs) in zip(yearly.index, yearly.to_numpy(), strict=True)
    ]


def drawdown_rows(returns: pd.Series[float]) -> list[Row]:
    """The deepest drawdowns: first session under water, deepest, recovered, calendar days, depth.

    quantstats loses a drawdown that begins on the first bar and calls the last session a recovery.
    """
    under = drawdown((1.0 + returns).cumprod(), capital=1.0)
    wet = under < -FLAT
    spell = (wet != wet.shift(fill_value=False)).cumsum()
    spells = [under[spell == number] for number in spell[wet].unique()]
    deepest = sorted(spells, key=lambda part: (float(part.min()), part.index[0]))[:WORST]
    return [_drawdown_row(part, sessions=under.index) for part in deepest] or [("none", "", "", "", "")]


def _drawdown_row(part: pd.Series[float], *, sessions: pd.Index) -> Row:
    after = int(sessions.searchsorted(part.index[-1], side="right"))
    recovered = after < len(sessions)
    end = sessions[after] if recovered else sessions[-1]
    return (
        f"{part.index[0]:%Y-%m-%d}",
        f"{part.idxmin():%Y-%m-%d}",
        f"{end:%Y-%m-%d}" if recovered else "not yet",
        str((end - part.index[0]).days),
        percent(float(part.min())),
    )


def relation(both: pd.DataFrame) -> tuple[float, float]:
    """Beta and correlation of the first column to the second; NaN where either does not vary."""
    spread = both.std(ddof=1).to_numpy()
    if not (spread > FLAT).all():
        return np.nan, np.nan
    correlation = float(both.corr().to_numpy()[0, 1])
    return correlation * float(spread[0] / spread[1]), correlation
