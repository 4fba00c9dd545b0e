"""The portfolio that a user explores counts sessions, whatever vectorbt takes for a year."""

import numpy as np
import pandas as pd
import pytest
import vectorbt as vbt

from tests.worlds import random_prices
from tidegate.backtests.engine import simulate

PRICES = random_prices("2024-01-02", "2024-12-31", ["MU", "BIL"])


@pytest.fixture(scope="module")
def portfolio():
    sizes = pd.DataFrame(np.nan, index=PRICES.index, columns=PRICES.columns)
    sizes.iloc[0], sizes.iloc[50] = [0.5, 0.4], [0.2, 0.7]
    return simulate(PRICES, sizes, np.array([0.001, 0.0002]), 1e6)


def test_annual_figures_count_252_sessions(portfolio):
    returns = portfolio.returns()
    deviation = returns.std(ddof=1)
    assert isinstance(portfolio, vbt.Portfolio)
    assert portfolio.annualized_volatility() == pytest.approx(deviation * np.sqrt(252), rel=1e-12)
    assert portfolio.sharpe_ratio() == pytest.approx(returns.mean() / deviation * np.sqrt(252), rel=1e-12)
    assert portfolio.stats()["Sharpe Ratio"] == pytest.approx(portfolio.sharpe_ratio(), rel=1e-12)
    assert portfolio.returns_stats()["Sharpe Ratio"] == pytest.approx(portfolio.sharpe_ratio(), rel=1e-12)
    assert portfolio.qs.sharpe() == pytest.approx(portfolio.sharpe_ratio(), rel=1e-12)


def test_a_year_that_is_asked_for_counts(portfolio):
    ratio = portfolio.sharpe_ratio(year_freq="365 days") / portfolio.sharpe_ratio()
    assert ratio == pytest.approx(np.sqrt(365 / 252), rel=1e-12)
