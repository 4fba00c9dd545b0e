"""Histories as they were known: against a market in which nothing is ever revised."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds import market_of, random_prices, release_rows
from tidegate.data.clock import decision_instants
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.errors import ConfigError
from tidegate.signals import SignalConfig, all_indicators
from tidegate.signals.history import history_of
from tidegate.signals.known import Known
from tidegate.signals.moments import moments
from tidegate.signals.slack import slack
from tidegate.signals.standardise import standardise

SLEEVES = {"speculative": ("CRM", "IGV"), "near_cash_flow": ("MU", "BIL")}
CONFIG = SignalConfig(min_history_weeks=60, rolling_weeks=90)
QUICK = SignalConfig(min_history_weeks=3, rolling_weeks=4)
DECISIONS_OF_2018 = decision_instants(pd.Timestamp("2018-01-02"), pd.Timestamp("2018-12-31"))
REVISED = [entry for entry in all_indicators() if entry.standardisation != "none"]


@pytest.fixture(scope="module")
def market():
    return make_economy(EconomyConfig(first_session="2016-01-04", last_session="2019-12-31"))


@pytest.fixture(scope="module")
def known(market):
    return known_of(market)


def known_of(market):
    first = pd.Timestamp("2014-01-02")
    return Known(market, decision_instants(first, market.sessions[-1]), SLEEVES, CONFIG)


def as_if_never_revised(market, instant):
    """A market in which every figure always had the value it has at `instant`: what a rescan at that time would use."""
    table = market.releases.table
    table = table[table["released"] <= instant]
    last = table.groupby(["series", "period"])["value"].transform("last")
    return market_of(market.prices, table.assign(value=last), market.releases.pseudo_pit)


@pytest.mark.parametrize("entry", REVISED, ids=lambda entry: entry.id)
def test_standardising_equals_a_rescan_of_the_vintage(entry, market, known):
    history = entry.measured(known)
    ours = entry.standardised(history, known)
    for row in (180, 240, len(ours) - 1):
        then = known_of(as_if_never_revised(market, known.decisions[row]))
        seen = entry.measure(then).iloc[: row + 1]
        scale = seen if entry.standardisation != "rolling" else seen.iloc[-CONFIG.rolling_weeks :]
        centre, size = scale.mean(), scale.std()
        if entry.standardisation == "anchored":
            centre, size = 0.0, np.sqrt((scale**2).mean())
        expected = np.clip((seen.iloc[-1] - centre) / size, -3, 3) * entry.orientation
        if scale.count() < CONFIG.min_history_weeks or not size > 0:
            expected = np.nan
        assert ours.iloc[row] == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


def test_the_revised_series_really_are_revised(known):
    revised = {entry.id for entry in REVISED if len(entry.measured(known).rows)}
    assert {"water.excess_money_growth", "plumbing.reserve_ampleness", "credit.financial_conditions"} <= revised
    assert {"drain.funding_gap", "price.term_premium"} <= revised
    assert "price.nominal_yield_change" not in revised


def test_slack_ranks_within_the_vintage(market, known):
    ours = slack(known)
    row = len(ours) - 1
    then = known_of(as_if_never_revised(market, known.decisions[row]))
    idle = then.value("RRPONTSYD") / then.value("GDP")
    expected = idle.rank(pct=True).iloc[-1]
    ample = 1 / (1 + np.exp(-(100 * then.value("WRESBAL") / then.value("TOTBKCR") - 12.5).iloc[-1]))
    assert ours.iloc[row] == pytest.approx((expected + ample) / 2)


NUMBERS = st.sampled_from([np.nan, -3.0, -0.5, 0.0, 1.0, 2.5, 1e6])
REVISIONS = st.lists(st.tuples(st.integers(0, 19), st.integers(1, 19), NUMBERS), max_size=25)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.lists(NUMBERS, min_size=1, max_size=20), told=REVISIONS, window=st.integers(1, 25))
def test_moments_equal_a_rescan(values, told, window):
    from tidegate.signals.history import History

    last = {(row, row + later): value for row, later, value in told if row + later < len(values)}
    pairs = sorted(last)
    history = History(
        pd.Series(values, dtype=float),
        np.array([row for row, _ in pairs], dtype=np.int64),
        np.array([at for _, at in pairs], dtype=np.int64),
        np.array([last[pair] for pair in pairs], dtype=float),
    )
    ours = moments(history, window)
    for row, seen in enumerate(history.walk()):
        rescan = np.array(values[: row + 1], dtype=float)
        for (changed, at), value in sorted(last.items(), key=lambda item: item[0][1]):
            if at <= row:
                rescan[changed] = value
        np.testing.assert_array_equal(seen, rescan)
        inside = rescan[max(0, row + 1 - window) :]
        inside = inside[np.isfinite(inside)]
        assert ours.count[row] == len(inside)
        if len(inside):
            assert ours.mean[row] == pytest.approx(inside.mean(), rel=1e-6, abs=1e-3)
        if len(inside) > 1:
            assert ours.deviation[row] == pytest.approx(inside.std(ddof=1), rel=1e-5, abs=2.0)


def test_the_future_changes_no_bit(market, known):
    """Cut the market at a decision: everything seen up to it stays, bit by bit, revisions and all."""
    cut = 200
    earlier = Known(market.known_at(known.decisions[cut]), known.decisions[: cut + 1], SLEEVES, CONFIG)
    for entry in REVISED:
        whole = entry.standardised(entry.measured(known), known).iloc[: cut + 1]
        part = entry.standardised(entry.measured(earlier), earlier)
        pd.testing.assert_series_equal(whole, part, check_exact=True, check_freq=False)


def test_a_revision_at_the_instant_of_a_decision_is_known_to_it():
    weeks = pd.date_range("2023-01-04", periods=8, freq="7D", unit="ns")
    decisions = decision_instants(pd.Timestamp("2023-01-05"), pd.Timestamp("2023-02-23"))
    first = release_rows("GDP", weeks[:1], weeks[:1] + pd.Timedelta(hours=12), [100.0])
    second = first.assign(released=decisions[3], value=200.0)
    window = Known(
        market_of(random_prices("2023-01-03", "2023-02-23", ["IGV"]), pd.concat([first, second])), decisions, {}
    )
    history = history_of(lambda known: known.value("GDP"), window)
    assert history.values.iloc[:4].tolist() == [100.0, 100.0, 100.0, 200.0]
    assert (history.rows.tolist(), history.seen_at.tolist()) == ([0, 1, 2], [3, 3, 3])


def test_what_was_revised_into_a_constant_has_no_standard():
    from tidegate.signals.history import History

    window = Known(market_of(random_prices("2018-01-02", "2018-12-31", ["SPY"])), DECISIONS_OF_2018, {}, QUICK)
    values = pd.Series([0.3, 7.7, 1.1, 0.3, 0.3, 0.3], index=DECISIONS_OF_2018[:6])
    history = History(values, np.array([1, 2]), np.array([3, 4]), np.array([0.3, 0.3]))  # sums keep a speck of dust
    standard = standardise(history, "expanding", window)
    assert standard.iloc[2:4].notna().all()
    assert standard.iloc[4:].isna().all()


def test_a_measure_of_several_rows_is_refused_with_words():
    weeks = pd.date_range("2023-01-04", periods=60, freq="7D", unit="ns")
    first = release_rows("GDP", weeks, weeks + pd.Timedelta(days=1), np.arange(60.0))
    second = release_rows("GDP", weeks, weeks + pd.Timedelta(days=20), np.arange(60.0) + 3)
    market = market_of(random_prices("2023-01-03", "2024-03-28", ["IGV"]), pd.concat([first, second]))
    window = Known(market, decision_instants(pd.Timestamp("2023-06-01"), market.sessions[-1]), SLEEVES)

    def smoothed(known):
        return known.value("GDP").rolling(4, min_periods=1).mean()

    with pytest.raises(ConfigError, match=r"smoothed looks at more than one decision.*known\.change"):
        history_of(smoothed, window)


@pytest.mark.parametrize("how", ["expanding", "anchored", "rolling"])
def test_without_revisions_it_is_the_plain_statistic(how):
    prices = random_prices("2018-01-02", "2021-12-31", ["SPY"])
    window = Known(market_of(prices), decision_instants(prices.index[0], prices.index[-1]), {}, CONFIG)
    values = pd.Series(np.random.default_rng(1).normal(5, 2, len(window.decisions)), index=window.decisions)
    history = history_of(lambda known: values, window)
    seen = values.rolling(90, min_periods=60) if how == "rolling" else values.expanding(60)
    expected = (values - seen.mean()) / seen.std()
    if how == "anchored":
        expected = values / np.sqrt((values**2).expanding(60).mean())
    np.testing.assert_allclose(standardise(history, how, window), expected.clip(-3, 3), rtol=1e-9)
