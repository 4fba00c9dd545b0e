"""The event loop against `backtest` and `measure`, against plain loops, and by hand."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backtests.test_engine import slow_loop
from tests.backtests.test_shorts import slow_loop_with_shorts
from tests.worlds import days, random_prices
from tidegate.backtests.borrow import borrow_rates
from tidegate.backtests.config import ClassCost, CostConfig, ExecutionConfig, Limits
from tidegate.backtests.engine import backtest, cost_rates, cost_reserve
from tidegate.backtests.events import Events, Tape, Terms
from tidegate.backtests.measure_many import measure_many
from tidegate.backtests.performance import Performance, excess_returns, measure
from tidegate.backtests.schedule import order_schedule
from tidegate.data.clock import decision_instants
from tidegate.errors import DataError

ASSETS = ("BTC-USD", "MU", "IGV", "BIL")
FIGURES = tuple(Performance.__dataclass_fields__)
ANYTHING = Limits(gross=3.0, shorts=True)


class Case(NamedTuple):
    """One portfolio, as `backtest` and as the event loop take it."""

    targets: pd.DataFrame
    costs: CostConfig
    execution: ExecutionConfig

    def orders(self, prices):
        schedule = order_schedule(self.targets, prices, self.execution)
        used = (self.targets != 0).any()
        rows = prices.index.get_indexer(schedule.index)
        closes = prices.ffill().to_numpy()[rows]
        reserve = cost_reserve(cost_rates(used.index[used], self.costs), schedule.to_numpy(), closes)
        return rows, (schedule * (1 - reserve)).mask(prices.iloc[rows].isna().to_numpy()).to_numpy()

    def alone(self, prices, bills):
        result = backtest("one", self.targets, prices, self.costs, self.execution, limits=ANYTHING)
        own = bills["accrued"].where(bills.index != result.value.index[0], bills["opening"])
        return result, measure(result, bill_returns=own), excess_returns(result.returns, own)


def bills_of(prices, seed):
    rates = np.random.default_rng(seed).uniform(0, 2e-4, (len(prices), 2))
    return pd.DataFrame(rates, index=prices.index, columns=["accrued", "opening"])


def together(cases, prices, bills, **asked):
    terms = Terms(
        np.array([cost_rates(prices.columns, case.costs) for case in cases]),
        np.array([borrow_rates(prices.columns, case.costs) for case in cases]),
        np.array([case.execution.capital_usd for case in cases]),
    )
    events = Events.of([case.orders(prices) for case in cases], assets=len(prices.columns))
    return measure_many(events, Tape.of(prices, bills), terms, **asked)


def with_holes(prices, seed, share=0.01):
    """Some prices missing after the first ones; what is needed on a fill session is waited for."""
    holes = np.random.default_rng(seed).random(prices.shape) < share
    holes[:10] = holes[-10:] = False
    return prices.mask(holes)


def random_case(prices, seed, *, short):
    """Own costs, capital, lag and frequency; zeros, sums below 1, assets that are never held."""
    rng = np.random.default_rng(seed)
    decisions = decision_instants(prices.index[0], prices.index[-1])[rng.integers(0, 9) :: rng.integers(1, 6)]
    raw = rng.random((len(decisions), prices.shape[1])) * (rng.random((len(decisions), prices.shape[1])) > 0.3)
    raw *= rng.random(prices.shape[1]) > 0.2
    listed = prices.ffill().notna().reindex(decisions.tz_convert(None).normalize(), method="ffill", fill_value=False)
    raw = np.where(listed.to_numpy(), raw, 0.0)
    raw[0, -1] += 0.1  # something is held
    sign = np.where(rng.random(raw.shape) < (0.3 if short else 0.0), -1.0, 1.0)
    scale = np.where(rng.random((len(raw), 1)) > 0.5, 1.0, rng.random((len(raw), 1)))
    weights = np.divide(raw, raw.sum(axis=1, keepdims=True), out=np.zeros_like(raw), where=raw > 0) * sign * scale
    fees = {name: {"fee_bps": rng.choice([0, 5, 100, 950]), "borrow_bps": rng.choice([0, 50, 9000])} for name in COSTS}
    return Case(
        pd.DataFrame(weights, index=decisions, columns=prices.columns),
        CostConfig.model_validate(fees),
        ExecutionConfig(lag=int(rng.integers(1, 4)), missing_fill="defer", capital_usd=float(rng.choice([1e3, 1e6]))),
    )


COSTS = tuple(CostConfig.model_fields)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    listing=st.integers(0, 80),
    count=st.integers(1, 4),
    assets=st.sampled_from([1, 4, 7]),
    short=st.booleans(),
)
def test_equals_backtest_and_measure(seed, listing, count, assets, short):
    names = ("BTC-USD", "MU", "ETH-USD", "IGV", "QQQ", "SMH", "BIL")[-assets:]
    prices = random_prices("2021-01-04", "2021-08-31", names, seed=seed, listed={"MU": listing} if assets == 7 else {})
    prices, bills = with_holes(prices, seed), bills_of(prices, seed)
    cases = [random_case(prices, seed + k, short=short) for k in range(count)]
    measured = together(cases, prices, bills, curves=True)
    for k, case in enumerate(cases):
        result, figures, excess = case.alone(prices, bills)
        expected = {**figures.as_dict(), "skew": excess.skew(), "kurtosis": excess.kurt() + 3}
        for name, value in expected.items():
            np.testing.assert_allclose(getattr(measured, name)[k], value, rtol=1e-10, atol=1e-12, err_msg=name)
        assert measured.performance(k).as_dict().keys() == figures.as_dict().keys()
        assert prices.index[measured.first[k]] == result.value.index[0]
        assert measured.sessions[k] == len(result.value)
        np.testing.assert_allclose(measured.curves[k][measured.first[k] :], result.value, rtol=1e-12)
        assert (measured.curves[k][: measured.first[k]] == case.execution.capital_usd).all()


def assert_equals_the_slow_loop(case, prices):
    schedule = order_schedule(case.targets, prices, case.execution)
    used = list(case.targets.columns[(case.targets != 0).any()])
    rates = dict(zip(used, cost_rates(pd.Index(used), case.costs), strict=True))
    start = prices.loc[schedule.index[0] :]
    expected, _ = slow_loop(schedule[used], start[used], rates, case.execution.capital_usd)
    bills = bills_of(prices, 0)
    curve = together([case], prices, bills, curves=True).curves[0]
    np.testing.assert_allclose(curve[-len(expected) :], expected, rtol=1e-9)
    np.testing.assert_allclose(case.alone(prices, bills)[0].value, expected, rtol=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 100_000), listing=st.integers(0, 80), assets=st.sampled_from([1, 4]))
def test_equals_the_slow_loop(seed, listing, assets):
    prices = random_prices(
        "2021-01-04", "2021-09-30", ASSETS[-assets:], seed=seed, listed={"MU": listing} if assets == 4 else {}
    )
    prices = with_holes(prices, seed, 0.02)
    assert_equals_the_slow_loop(random_case(prices, seed, short=False), prices)


def test_one_session_equals_the_slow_loop():
    prices = random_prices("2024-01-04", "2024-01-05", ASSETS)
    decision = decision_instants(prices.index[0], prices.index[0])
    targets = pd.DataFrame([[0.6, 0.0, 0.3, 0.0]], index=decision, columns=prices.columns)
    costs = CostConfig.model_validate({name: {"fee_bps": 950} for name in COSTS})
    assert_equals_the_slow_loop(Case(targets, costs, ExecutionConfig()), prices)


@pytest.mark.parametrize("seed", range(4))
def test_shorts_equal_the_slow_loop(seed):
    prices = random_prices("2021-01-04", "2021-09-30", ASSETS, seed=seed)
    case = random_case(prices, seed, short=True)._replace(
        costs=CostConfig(crypto=ClassCost(fee_bps=20, spread_bps=5, borrow_bps=5000))
    )
    case.targets.iloc[0] = [-0.2, 0.1, 0.2, 0.3]  # all are used
    schedule = order_schedule(case.targets, prices, case.execution)
    expected = slow_loop_with_shorts(schedule, prices.loc[schedule.index[0] :], case.costs, case.execution.capital_usd)
    curve = together([case], prices, bills_of(prices, seed), curves=True).curves[0]
    np.testing.assert_allclose(curve[-len(expected) :], expected, rtol=1e-9)


def by_hand(**asked):
    """1000 dollars at 1 %: half A and a quarter B on Tuesday, half B and no A on Thursday."""
    sessions = days("2024-01-02", "2024-01-05")
    prices = pd.DataFrame({"A": [10.0, 12, 12, 12], "B": [20.0, 20, 10, 11]}, index=sessions)
    bills = pd.DataFrame({"accrued": [9.0, 2e-4, 2e-4, 2e-4], "opening": [1e-4, 9.0, 9.0, 9.0]}, index=sessions)
    events = Events.of([([0, 2], [[0.5, 0.25], [0.0, 0.5]])], assets=2)
    terms = Terms.alike(1, rates=np.array([0.01, 0.01]), borrow=np.zeros(2), capital=1000.0)
    return measure_many(events, Tape.of(prices, bills), terms, **asked)


def test_two_trades_by_hand():
    measured = by_hand(curves=True, segment=np.array([0, 0, 2, -1]))
    # Tuesday: 50 A and 12.5 B for 750 and 7.50; Thursday: 967.50, so 483.75 of B; 600 of A sold, 358.75 of B bought
    values = np.array([992.5, 1092.5, 957.9125, 1006.2875])
    np.testing.assert_allclose(measured.curves[0], values, rtol=1e-14)
    figures, years = measured.performance(0), 4 / 365.25
    assert figures.final_value == pytest.approx(1006.2875)
    assert figures.cagr == pytest.approx(1.0062875 ** (1 / years) - 1)
    assert figures.max_drawdown == pytest.approx(957.9125 / 1092.5 - 1)
    assert figures.turnover == pytest.approx((750 + 958.75) / 2 / values.mean() / years)
    assert figures.cost_drag == pytest.approx((7.5 / 992.5 + 9.5875 / 957.9125) / years)
    excess = values / np.array([1000.0, *values[:-1]]) - 1 - np.array([1e-4, 2e-4, 2e-4, 2e-4])
    assert figures.sharpe == pytest.approx(excess.mean() / excess.std(ddof=1) * np.sqrt(252))
    assert figures.sortino == pytest.approx(excess.mean() / np.sqrt((excess[[0, 2]] ** 2).sum() / 4) * np.sqrt(252))
    segments = measured.segments
    assert segments.count.tolist() == [[2, 0, 1]]
    assert segments.excess[0].tolist() == pytest.approx([excess[0] + excess[1], 0, excess[2]])
    assert segments.squares[0].tolist() == pytest.approx([excess[0] ** 2 + excess[1] ** 2, 0, excess[2] ** 2])
    assert segments.downside[0].tolist() == pytest.approx([excess[0] ** 2, 0, excess[2] ** 2])
    assert segments.log_growth[0].tolist() == pytest.approx([np.log(1.0925), 0, np.log(957.9125 / 1092.5)])


def test_what_was_not_asked_for_is_not_there():
    assert by_hand().segments is None
    assert by_hand().curves is None


def some_world(seed=3):
    prices = random_prices("2020-01-02", "2021-12-31", ASSETS, seed=seed, listed={"MU": 30})
    return prices, bills_of(prices, seed), [random_case(prices, seed + k, short=k % 2 == 0) for k in range(7)]


def test_months_add_up():
    prices, bills, cases = some_world()
    months = (prices.index.year - 2020) * 12 + prices.index.month.to_numpy() - 1
    measured = together(cases, prices, bills, segment=np.asarray(months), curves=True)
    segments = measured.segments
    assert segments.count.shape == (7, 24)
    np.testing.assert_array_equal(segments.count.sum(axis=1), measured.sessions)
    growth = np.log(
        [curve[-1] / case.execution.capital_usd for curve, case in zip(measured.curves, cases, strict=True)]
    )
    np.testing.assert_allclose(segments.log_growth.sum(axis=1), growth, rtol=1e-10, atol=1e-12)
    mean = segments.excess.sum(axis=1) / measured.sessions
    variance = (segments.squares.sum(axis=1) - measured.sessions * mean**2) / (measured.sessions - 1)
    np.testing.assert_allclose(mean / np.sqrt(variance) * np.sqrt(252), measured.sharpe, rtol=1e-9, atol=1e-11)
    downside = np.sqrt(segments.downside.sum(axis=1) / measured.sessions)
    np.testing.assert_allclose(mean / downside * np.sqrt(252), measured.sortino, rtol=1e-9, atol=1e-11)
    for k, curve in enumerate(measured.curves):
        ends = pd.Series(curve, index=prices.index).groupby(months).last()
        np.testing.assert_allclose(np.exp(segments.log_growth[k])[1:], (ends / ends.shift(1)).iloc[1:], rtol=1e-12)


def test_a_segment_may_come_back():
    prices, bills, cases = some_world()
    turns = np.arange(len(prices)) // 5 % 2
    halves = together(cases, prices, bills, segment=turns).segments
    whole = together(cases, prices, bills, segment=np.zeros(len(prices), dtype=int)).segments
    for name in ("count", "excess", "squares", "downside", "log_growth"):
        np.testing.assert_allclose(getattr(halves, name).sum(axis=1), getattr(whole, name)[:, 0], rtol=1e-9, atol=1e-12)


def test_threads_change_no_bit():
    prices, bills, cases = some_world()
    asked = {"segment": np.arange(len(prices)) // 21, "curves": True}
    one, two, many = (together(cases, prices, bills, threads=threads, **asked) for threads in (1, 2, 16))
    for other in (two, many):
        for name in (*FIGURES, "skew", "kurtosis", "first", "sessions", "curves"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for name in ("count", "excess", "squares", "downside", "log_growth"):
            np.testing.assert_array_equal(getattr(one.segments, name), getattr(other.segments, name))


def test_the_last_session_alone_is_measured_without_ratios():
    sessions = days("2024-01-04", "2024-01-05")
    prices = pd.DataFrame({"MU": [10.0, 20.0]}, index=sessions)
    case = Case(
        pd.DataFrame({"MU": [1.0]}, index=decision_instants(sessions[0], sessions[0])),
        CostConfig(),
        ExecutionConfig(),
    )
    measured = together([case], prices, bills_of(prices, 0))
    _, expected, _ = case.alone(prices, bills_of(prices, 0))
    np.testing.assert_equal(measured.performance(0).as_dict(), pytest.approx(expected.as_dict(), nan_ok=True))
    assert measured.sessions.tolist() == [1]
    assert np.isnan([measured.cagr, measured.sharpe, measured.skew, measured.kurtosis]).all()


def test_without_events_nothing_is_measured():
    prices, bills, cases = some_world()
    terms = Terms.alike(3, rates=np.zeros(4), borrow=np.zeros(4), capital=5.0)
    nothing = (np.empty(0), np.empty((0, 4)))
    events = Events.of([nothing, cases[0].orders(prices), nothing], assets=4)
    measured = measure_many(events, Tape.of(prices, bills), terms, curves=True)
    assert measured.sessions.tolist()[::2] == [0, 0]
    assert measured.first.tolist()[::2] == [len(prices)] * 2
    for name in (*FIGURES, "skew", "kurtosis"):
        assert np.isnan(getattr(measured, name)).tolist() == [True, False, True], name
    assert (measured.curves[[0, 2]] == 5.0).all()


def test_no_order_keeps_what_is_held():
    """NaN sends nothing: 50 shares stay 50 shares, and their value moves."""
    prices = pd.DataFrame({"A": [10.0, 20.0], "B": [1.0, 1.0]}, index=days("2024-01-04", "2024-01-05"))
    events = Events.of([([0, 1], [[0.5, 0.0], [np.nan, 0.25]])], assets=2)
    terms = Terms.alike(1, rates=np.zeros(2), borrow=np.zeros(2), capital=1000.0)
    measured = measure_many(events, Tape.of(prices, bills_of(prices, 0)), terms)
    assert measured.final_value.tolist() == [1500.0]
    years = 2 / 365.25
    assert measured.turnover.tolist() == pytest.approx([(500 + 375) / 2 / 1250 / years])


@pytest.mark.parametrize("weight", [np.inf, -np.inf])
def test_a_weight_that_is_no_number_is_refused(weight):
    prices, bills, _ = some_world()
    terms = Terms.alike(2, rates=np.zeros(4), borrow=np.zeros(4), capital=5.0)
    events = Events.of([([0], [[0.1, 0, 0, 0]]), ([40, 41], [[0.1] * 4, [weight, 0, 0, 0]])], assets=4)
    with pytest.raises(DataError, match=rf"Portfolio 1 .*on {prices.index[41]:%Y-%m-%d}"):
        measure_many(events, Tape.of(prices, bills), terms)


def test_an_order_before_listing_is_refused():
    prices, bills, _ = some_world()  # MU is listed in row 30
    terms = Terms.alike(1, rates=np.zeros(4), borrow=np.zeros(4), capital=5.0)
    for row, refused in ((29, True), (30, False)):
        events = Events.of([([row], [[0.0, 0.1, 0.0, 0.0]])], assets=4)
        if refused:
            with pytest.raises(DataError, match="a price for every asset that is bought"):
                measure_many(events, Tape.of(prices, bills), terms)
        else:
            assert measure_many(events, Tape.of(prices, bills), terms).sessions == len(prices) - 30


def test_a_session_without_a_bill_rate_is_refused():
    prices, bills, _ = some_world()
    bills.iloc[:3] = np.nan
    terms = Terms.alike(1, rates=np.zeros(4), borrow=np.zeros(4), capital=5.0)
    for row in (0, 2):
        with pytest.raises(DataError, match=f"No bill rate is known on {prices.index[row]:%Y-%m-%d}"):
            measure_many(Events.of([([row], [[0.1, 0, 0, 0]])], assets=4), Tape.of(prices, bills), terms)
    assert measure_many(Events.of([([3], [[0.1, 0, 0, 0]])], assets=4), Tape.of(prices, bills), terms).sessions > 0


@pytest.mark.parametrize(
    ("events", "portfolios", "segment", "words"),
    [
        (Events.of([([0], [[0.1]])], assets=1), 1, None, "do not fit"),
        (Events.of([([0], [[0.1] * 4])], assets=4), 2, None, "do not fit"),
        (Events.of([([9999], [[0.1] * 4])], assets=4), 1, None, "Row of an event"),
        (Events.of([([0], [[0.1, 0, 0, 0]])], assets=4), 1, np.array([0, 1]), "Segments"),
    ],
)
def test_what_does_not_fit_is_refused(events, portfolios, segment, words):
    prices, bills, _ = some_world()
    terms = Terms.alike(portfolios, rates=np.zeros(4), borrow=np.zeros(4), capital=5.0)
    with pytest.raises(DataError, match=words):
        measure_many(events, Tape.of(prices, bills), terms, segment=segment)
