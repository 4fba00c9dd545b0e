import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.backtests.performance import (
    Performance,
    annual_growth,
    drawdown,
    measure,
    sharpe_ratio,
)
from tidegate.backtests.result import Backtest
from tidegate.errors import DataError

ORDER_COLUMNS = ["session", "asset", "side", "quantity", "price", "notional_usd", "fee_usd"]


def backtest_of(values, *, capital=100.0, orders=(), start="2024-01-02"):
    sessions = pd.bdate_range(start, periods=len(values))
    rows = [
        {
            "session": sessions[row],
            "asset": "AAA",
            "side": "buy",
            "quantity": notional,
            "price": 1.0,
            "notional_usd": notional,
            "fee_usd": fee,
        }
        for row, notional, fee in orders
    ]
    return Backtest(
        name="strategy",
        capital=capital,
        value=pd.Series(values, index=sessions, dtype=float),
        weights=pd.DataFrame(index=sessions),
        orders=pd.DataFrame(rows, columns=ORDER_COLUMNS),
        portfolio=None,
    )


def bills_of(backtest, rate=0.0):
    return pd.Series(rate, index=backtest.value.index)


def slow_figures(values, capital, bills, first, last):
    """The definitions again, as a loop over plain floats."""
    returns, before, peak, deepest = [], capital, capital, 0.0
    for value in values:
        returns.append(value / before - 1)
        before = value
        peak = max(peak, value)
        deepest = min(deepest, value / peak - 1)
    count = len(returns)
    excess = [gain - bill for gain, bill in zip(returns, bills, strict=True)]
    mean_return, mean_excess = sum(returns) / count, sum(excess) / count
    spread = math.sqrt(sum((gain - mean_return) ** 2 for gain in returns) / (count - 1))
    excess_spread = math.sqrt(sum((gain - mean_excess) ** 2 for gain in excess) / (count - 1))
    below = math.sqrt(sum(gain**2 for gain in excess if gain < 0) / count)
    cagr = (values[-1] / capital) ** (365.25 / ((last - first).days + 1)) - 1
    return {
        "cagr": cagr,
        "volatility": spread * math.sqrt(252),
        "sharpe": mean_excess / excess_spread * math.sqrt(252),
        "sortino": mean_excess / below * math.sqrt(252),
        "max_drawdown": deepest,
        "calmar": cagr / abs(deepest),
    }


def test_a_table_by_hand():
    # Tuesday 2 January to Friday 5 January 2024: returns +10 %, -10 %, 0, +1/99; four calendar days.
    backtest = backtest_of([110.0, 99.0, 99.0, 100.0], orders=[(0, 110.0, 1.1), (1, 49.5, 0.495)])
    figures = measure(backtest, bill_returns=bills_of(backtest))

    returns = np.array([0.1, -0.1, 0.0, 1 / 99])
    mean = returns.sum() / 4
    assert figures.cagr == pytest.approx(0.0, abs=1e-12)
    assert figures.volatility == pytest.approx(math.sqrt(((returns - mean) ** 2).sum() / 3 * 252))
    assert figures.sharpe == pytest.approx(figures.volatility**-1 * mean * 252)
    assert figures.sortino == pytest.approx(mean / math.sqrt(0.01 / 4) * math.sqrt(252))
    assert figures.max_drawdown == pytest.approx(-0.1)
    assert figures.calmar == pytest.approx(0.0, abs=1e-12)
    assert figures.turnover == pytest.approx(159.5 / 2 / 102.0 / (4 / 365.25))
    assert figures.cost_drag == pytest.approx((1.1 / 110 + 0.495 / 99) / (4 / 365.25))
    assert figures.final_value == 100.0


def test_growth_runs_by_the_calendar():
    sessions = pd.DatetimeIndex(["2020-01-01", "2023-12-31"])
    backtest = backtest_of([100.0, 200.0])
    backtest.value.index = sessions
    figures = measure(backtest, bill_returns=pd.Series(0.0, index=sessions))
    assert figures.cagr == pytest.approx(2 ** (1 / 4) - 1)


def test_a_loss_on_the_first_bar_counts():
    backtest = backtest_of([80.0, 90.0, 95.0])
    assert measure(backtest, bill_returns=bills_of(backtest)).max_drawdown == pytest.approx(-0.2)
    assert drawdown(backtest.value, capital=100.0).tolist() == pytest.approx([-0.2, -0.1, -0.05])


def test_an_oracle_loop_agrees():
    random = np.random.default_rng(7)
    values = (100_000 * np.cumprod(1 + random.normal(0.0004, 0.012, 700))).tolist()
    backtest = backtest_of(values, capital=100_000.0)
    bills = pd.Series(random.uniform(0, 2e-4, 700), index=backtest.value.index)
    expected = slow_figures(values, 100_000.0, bills.tolist(), backtest.value.index[0], backtest.value.index[-1])
    figures = measure(backtest, bill_returns=bills)
    for name, value in expected.items():
        assert getattr(figures, name) == pytest.approx(value, rel=1e-9), name
    assert sharpe_ratio(backtest.returns, bills) == figures.sharpe


def test_bills_are_aligned_by_date():
    backtest = backtest_of([101.0, 99.0, 104.0])
    bills = pd.Series([1e-4, 2e-4, 3e-4], index=backtest.value.index)
    shuffled = pd.concat([bills, pd.Series([0.5], index=[pd.Timestamp("2030-01-01")])]).iloc[[3, 2, 0, 1]]
    assert measure(backtest, bill_returns=shuffled) == measure(backtest, bill_returns=bills)


@pytest.mark.parametrize("hole", ["dropped", "missing", "infinite"])
def test_a_session_without_a_bill_return_is_refused(hole):
    backtest = backtest_of([101.0, 99.0, 104.0])
    bills = bills_of(backtest)
    if hole == "dropped":
        bills = bills.iloc[[0, 2]]
    else:
        bills.iloc[1] = np.nan if hole == "missing" else np.inf
    with pytest.raises(DataError, match="2024-01-03"):
        measure(backtest, bill_returns=bills)


def test_a_session_given_twice_is_refused():
    backtest = backtest_of([101.0, 99.0])
    bills = bills_of(backtest)
    with pytest.raises(DataError, match="twice"):
        measure(backtest, bill_returns=pd.concat([bills, bills]))


def test_flat_values_have_no_ratios():
    backtest = backtest_of([100.0] * 5)
    figures = measure(backtest, bill_returns=bills_of(backtest))
    assert (figures.cagr, figures.volatility, figures.max_drawdown) == (0.0, 0.0, 0.0)
    assert (figures.turnover, figures.cost_drag) == (0.0, 0.0)
    assert all(math.isnan(value) for value in (figures.sharpe, figures.sortino, figures.calmar))


def test_a_steady_climb_has_no_absurd_sharpe():
    backtest = backtest_of((100 * 1.0001 ** np.arange(1, 300)).tolist())
    assert 0 < backtest.returns.std() < 1e-14  # rounding alone: quantstats makes a Sharpe of 1e14 of it
    assert math.isnan(measure(backtest, bill_returns=bills_of(backtest)).sharpe)


def test_one_session_is_measured_without_ratios():
    figures = measure(backtest_of([101.0]), bill_returns=bills_of(backtest_of([101.0])))
    assert figures.final_value == 101.0
    assert all(math.isnan(value) for value in (figures.cagr, figures.volatility, figures.sharpe, figures.sortino))


def test_nothing_is_ever_infinite():
    assert math.isnan(annual_growth(2.0, years=1e-4))
    assert math.isnan(annual_growth(-0.5, years=1.0))
    assert annual_growth(0.0, years=2.0) == -1.0


def test_a_broken_backtest_is_refused():
    broken = backtest_of([100.0, np.nan])
    with pytest.raises(DataError, match="finite"):
        measure(broken, bill_returns=bills_of(broken))
    astray = backtest_of([100.0, 101.0], orders=[(0, 1.0, 0.0)])
    astray.orders.loc[0, "session"] = pd.Timestamp("1999-01-01")
    with pytest.raises(DataError, match="outside"):
        measure(astray, bill_returns=bills_of(astray))


def test_the_dictionary_holds_exactly_the_contract():
    assert list(Performance(*range(9)).as_dict()) == [
        "cagr",
        "volatility",
        "sharpe",
        "sortino",
        "max_drawdown",
        "calmar",
        "turnover",
        "cost_drag",
        "final_value",
    ]


# Rounded: among gains of 1e-10 a ratio is made of rounding errors.
GAINS = st.lists(st.floats(-0.3, 0.4).map(lambda gain: round(gain, 4)), min_size=3, max_size=40)


@given(gains=GAINS, scale=st.floats(1e-3, 1e6))
@settings(max_examples=60, deadline=None)
def test_scaling_the_money_scales_only_the_final_value(gains, scale):
    values = 100 * np.cumprod(1 + np.array(gains))
    small = backtest_of(values, orders=[(1, 30.0, 0.1)])
    large = backtest_of(values * scale, capital=100 * scale, orders=[(1, 30.0 * scale, 0.1 * scale)])
    before = measure(small, bill_returns=bills_of(small, 1e-4)).as_dict()
    after = measure(large, bill_returns=bills_of(large, 1e-4)).as_dict()
    assert after.pop("final_value") == pytest.approx(before.pop("final_value") * scale)
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=1e-6, abs=1e-9, nan_ok=True), name


@given(gains=GAINS, leverage=st.floats(0.1, 3.0))
@settings(max_examples=60, deadline=None)
def test_leverage_leaves_the_sharpe_ratio_alone(gains, leverage):
    returns = pd.Series(gains, index=pd.bdate_range("2020-01-01", periods=len(gains)))
    bills = pd.Series(0.0, index=returns.index)
    plain = sharpe_ratio(returns, bills)
    if returns.std() > 1e-6:
        assert sharpe_ratio(returns * leverage, bills) == pytest.approx(plain, rel=1e-6, abs=1e-9)


@given(gains=GAINS)
@settings(max_examples=60, deadline=None)
def test_figures_stay_within_their_bounds(gains):
    backtest = backtest_of(100 * np.cumprod(1 + np.array(gains)))
    figures = measure(backtest, bill_returns=bills_of(backtest))
    assert -1 <= figures.max_drawdown <= 0
    assert not any(math.isinf(value) for value in figures.as_dict().values())
    assert (drawdown(backtest.value, capital=100.0) <= 0).all()
    if not math.isnan(figures.calmar):
        assert np.sign(figures.calmar) == np.sign(figures.cagr)
