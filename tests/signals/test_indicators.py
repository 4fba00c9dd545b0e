"""Indicators by hand, on markets of a few releases."""

import numpy as np
import pandas as pd
import pytest

from tests.worlds import days, market_of, random_prices, release_rows
from tidegate.data.clock import decision_instants
from tidegate.signals import all_indicators
from tidegate.signals import filings as panel
from tidegate.signals.config import SignalConfig
from tidegate.signals.indicators import (
    borrowers,
    capex,
    credit,
    crypto,
    funding,
    net_liquidity,
    policy,
    relative_strength,
    reserves,
    selling,
    volatility,
    yields,
)
from tidegate.signals.indicators.money import excess_money_growth
from tidegate.signals.known import Known
from tidegate.signals.returns import mean_correlation
from tidegate.signals.slack import slack

PRICES = random_prices("2024-01-02", "2024-12-31", ["BTC-USD", "MU", "IGV", "CRM", "BIL"], seed=5)
SLEEVES = {"speculative": ("BTC-USD", "IGV", "CRM"), "near_cash_flow": ("MU", "BIL")}


def known(*releases, first="2024-07-04", last="2024-07-04", pseudo_pit=(), prices=PRICES, **config):
    table = pd.concat(releases) if releases else release_rows("GDP", [], [], [])
    decisions = decision_instants(pd.Timestamp(first), pd.Timestamp(last))
    return Known(market_of(prices, table, pseudo_pit), decisions, SLEEVES, SignalConfig(**config))


def constant(series, value, *, until="2024-07-03"):
    """A series that stood still for a year, each value public at noon of its day."""
    periods = pd.date_range("2023-06-01", until, freq="D", unit="ns")
    return release_rows(series, periods, periods + pd.Timedelta(hours=12), [value] * len(periods))


def steps(series, before, after):
    """`before` until 12 April 2024, `after` from then on: both ends of a 13-week change in July."""
    rows = constant(series, before)
    return rows.assign(value=np.where(rows["period"] > "2024-04-12", after, before))


GDP = constant("GDP", 28_000.0)


def only(values):
    assert len(values) == 1
    return float(values.iloc[0])


def test_net_liquidity_counts_all_three_at_the_same_wednesday():
    measured = net_liquidity.net_liquidity_impulse(
        known(
            steps("WALCL", 7_000_000, 7_300_000), steps("WDTGAL", 700_000, 800_000), steps("RRPONTSYD", 900, 600), GDP
        )
    )
    assert only(measured) == pytest.approx((300 - 100 + 300) / 28_000)


def test_the_week_average_of_the_treasury_account_stands_in():
    with_average = known(steps("WALCL", 7e6, 7e6), steps("WTREGEN", 7e5, 8e5), constant("RRPONTSYD", 500), GDP)
    assert only(net_liquidity.net_liquidity_impulse(with_average)) == pytest.approx(-100 / 28_000)


def test_unavailable_reverse_repo_is_not_zero():
    assert np.isnan(
        only(net_liquidity.net_liquidity_impulse(known(steps("WALCL", 7e6, 8e6), constant("WDTGAL", 7e5), GDP)))
    )


def test_easing_priced_in():
    assert only(policy.easing_priced_in(known(constant("DFF", 5.33), constant("DGS2", 4.7)))) == pytest.approx(0.63)


def test_excess_money_growth_uses_the_vintage_of_the_decision():
    money = release_rows(
        "M2SL",
        ["2023-05-01", "2023-05-01", "2024-05-01", "2024-05-01"],
        ["2023-06-27", "2024-06-20", "2024-06-25", "2024-07-23"],
        [20_000, 20_100, 21_105, 99_999],
    )
    output = release_rows("GDP", ["2023-01-01", "2024-01-01"], ["2023-04-27", "2024-04-25"], [27_000, 28_350])
    assert only(excess_money_growth(known(money, output))) == pytest.approx(21_105 / 20_100 - 1 - 0.05)


def test_reserves_against_the_ample_threshold():
    at = known(steps("WRESBAL", 3_000_000, 3_500_000), constant("TOTBKCR", 20_000))
    assert only(reserves.reserve_ampleness(at)) == pytest.approx(17.5 - 12.5)
    assert only(reserves.reserve_change(at)) == pytest.approx(2.5)


def test_funding_spread_and_its_stand_ins():
    assert only(funding.funding_spread(known(constant("SOFR", 5.35), constant("IORB", 5.4)))) == pytest.approx(-0.05)
    assert only(funding.funding_spread(known(constant("EFFR", 2.4), constant("IOER", 2.35)))) == pytest.approx(0.05)


def test_yields_and_spreads():
    at = known(
        steps("DFII10", 2.0, 2.2), steps("DGS10", 4.2, 4.5), constant("THREEFYTP10", 0.1), steps("BAA10Y", 1.6, 1.9)
    )
    assert only(yields.real_yield_change(at)) == pytest.approx(0.2)
    assert only(yields.nominal_yield_change(at)) == pytest.approx(0.3)
    assert only(yields.term_premium(at)) == pytest.approx(0.1)
    assert only(credit.baa_spread(at)) == pytest.approx(1.9)
    assert only(credit.baa_spread_change(at)) == pytest.approx(0.3)


def test_financial_conditions_count_from_true_vintages_only():
    (entry,) = (entry for entry in all_indicators() if entry.name == "financial_conditions")
    assert only(entry.measured(known(constant("NFCI", -0.5))).values) == -0.5
    assert np.isnan(only(entry.measured(known(constant("NFCI", -0.5), pseudo_pit=["NFCI"])).values))


def test_stale_values_are_missing():
    fresh, stale = constant("VIXCLS", 15.0), constant("VIXCLS", 15.0, until="2024-06-26")
    assert only(volatility.vix(known(fresh))) == 15.0
    assert np.isnan(only(volatility.vix(known(stale))))


def test_treasury_draw_prefers_issuance_to_the_account():
    account = steps("WDTGAL", 700_000, 800_000)
    assert only(borrowers.treasury_draw(known(account, GDP))) == pytest.approx(100 / 28_000)
    weekly = pd.date_range("2024-01-03", "2024-07-03", freq="7D", unit="ns")
    issuance = release_rows("issuance:coupons", weekly, weekly + pd.Timedelta(hours=12), [40_000.0] * len(weekly))
    assert only(borrowers.treasury_draw(known(account, issuance, GDP))) == pytest.approx(13 * 40 / 28_000)


QUARTERS = pd.DatetimeIndex(
    ["2022-09-30", "2022-12-31", "2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31", "2024-06-30"]
)


def filings(series, values, quarters=QUARTERS):
    return release_rows(series, quarters, quarters + pd.Timedelta(days=30), np.array(values) * 1e9)


class TestCapex:
    growing = (1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0)

    def test_impulse_of_one_company(self):
        gdp = constant("GDP", 28_000, until="2024-07-31")
        at = known(filings("capex:MSFT", self.growing), gdp, first="2024-08-01", last="2024-08-01")
        assert only(panel.capex_impulse(at)) == pytest.approx((9 - 4) / 28_000)

    def test_each_company_stands_at_its_own_latest_quarter(self):
        early = release_rows("capex:ORCL", QUARTERS - pd.Timedelta(days=30), QUARTERS, np.full(8, 1e9))
        at = known(filings("capex:MSFT", self.growing), early, first="2024-07-25", last="2024-07-25")
        sums = panel.trailing_years(at, "capex").iloc[0]
        assert sums["MSFT"] == 1 + 2 + 2 + 2  # the June quarter is not filed yet
        assert sums["ORCL"] == 4.0

    def test_a_missing_quarter_is_not_bridged(self):
        holed = filings("capex:AMZN", self.growing[:5] + self.growing[6:], QUARTERS.delete(5))
        assert np.isnan(
            panel.trailing_years(known(holed, first="2024-08-01", last="2024-08-01"), "capex").iloc[0]["AMZN"]
        )

    def test_a_hole_between_two_years_leaves_no_growth(self):
        quarters = QUARTERS[:4] - pd.DateOffset(months=3)
        holed = filings("capex:META", [1.0] * 4 + [2.0] * 4, quarters.append(QUARTERS[4:]))
        at = known(holed, constant("GDP", 28_000, until="2024-07-31"), first="2024-08-01", last="2024-08-01")
        assert panel.trailing_years(at, "capex").iloc[0]["META"] == 8.0
        assert np.isnan(only(panel.capex_impulse(at)))

    def test_bases_are_never_mixed(self):
        """Amazon before and after its change: four net quarters, then gross ones without their past."""
        net = filings("capex:AMZN@net", self.growing[:4], QUARTERS[:4])
        gross = filings("capex:AMZN", (9.0, 9.0), QUARTERS[4:6])
        before = known(net, gross, first="2023-08-03", last="2023-08-03")
        after = known(net, gross, first="2024-02-08", last="2024-02-08")
        assert panel.trailing_years(before, "capex").iloc[0]["AMZN"] == 4.0
        assert np.isnan(panel.trailing_years(after, "capex").iloc[0]["AMZN"])

    def test_funding_gap_is_like_for_like(self):
        gdp = constant("GDP", 28_000, until="2024-07-31")
        spender = (filings("capex:MSFT", [3.0] * 8), filings("ocf:MSFT", [2.0] * 8), filings("capex:META", [50.0] * 8))
        at = known(*spender, gdp, first="2024-08-01", last="2024-08-01")
        assert only(borrowers.funding_gap(at)) == pytest.approx((12 - 8) / 28_000)


def test_the_sign_of_capex_depends_on_idle_money():
    """Identical capex, ample or exhausted reserves: the contribution has opposite signs."""
    weekly = {"first": "2024-08-01", "last": "2024-08-29", "min_history_weeks": 2, "rolling_weeks": 2}
    spending = filings("capex:MSFT", TestCapex.growing)
    gdp = constant("GDP", 28_000, until="2024-08-28")
    credit_volume = constant("TOTBKCR", 20_000, until="2024-08-28")

    def contribution(reserves_usd_mn):
        reserves = constant("WRESBAL", reserves_usd_mn, until="2024-08-28")
        return capex.state_dependent_capex(known(spending, gdp, credit_volume, reserves, **weekly)).iloc[-1]

    ample, exhausted = contribution(4_000_000), contribution(1_000_000)
    assert ample > 0.9
    assert exhausted == pytest.approx(-ample, rel=1e-2)


def test_slack_by_hand():
    at = known(constant("WRESBAL", 2_500_000), constant("TOTBKCR", 20_000))
    assert only(slack(at)) == 0.5  # reserves exactly at the threshold, reverse repo unknown
    one_point_above = known(constant("WRESBAL", 2_700_000), constant("TOTBKCR", 20_000))
    assert only(slack(one_point_above)) == pytest.approx(1 / (1 + np.exp(-1)))
    falling = constant("RRPONTSYD", 0).assign(value=np.linspace(1000, 0, 399))
    both = known(
        constant("WRESBAL", 2_500_000),
        constant("TOTBKCR", 20_000),
        falling,
        GDP,
        first="2024-06-06",
        min_history_weeks=2,
    )
    assert slack(both).iloc[-1] == pytest.approx((1 / 5 + 0.5) / 2)  # the lowest of five decisions so far


class TestTells:
    def test_crypto_momentum_uses_complete_bars_only(self):
        periods = pd.date_range("2024-01-01", "2024-07-10", freq="D", unit="ns")
        prices = np.linspace(100, 200, len(periods))
        bars = release_rows("BTC-USD", periods, periods + pd.Timedelta(days=1), prices)
        today, before = (periods.get_loc(pd.Timestamp(day)) for day in ("2024-07-03", "2024-04-03"))
        assert only(crypto.crypto_momentum(known(bars))) == pytest.approx(np.log(prices[today] / prices[before]))

    def test_relative_strength(self):
        """On a Friday at 17:00 bitcoin's bar is not over: its last session row is the one before the holiday."""
        row = {
            asset: PRICES.index.get_loc(pd.Timestamp("2024-07-03" if asset == "BTC-USD" else "2024-07-05"))
            for asset in PRICES
        }
        growth = {asset: PRICES[asset].iloc[k] / PRICES[asset].iloc[k - 63] - 1 for asset, k in row.items()}
        expected = np.mean([growth[a] for a in SLEEVES["speculative"]]) - np.mean(
            [growth[a] for a in SLEEVES["near_cash_flow"]]
        )
        friday_evening = Known(
            market_of(PRICES), pd.DatetimeIndex([pd.Timestamp("2024-07-05 21:00", tz="UTC")]), SLEEVES, SignalConfig()
        )
        assert only(relative_strength.relative_strength(friday_evening)) == pytest.approx(expected)

    def test_forced_selling_needs_rising_correlation_and_falls(self):
        rng = np.random.default_rng(0)
        calm, panic = rng.normal(0, 0.01, (63, 4)), rng.normal(-0.01, 0.02, (63, 1)) + rng.normal(0, 0.001, (63, 4))
        assert selling._rise_times_breadth(np.vstack([calm, panic])) > 0.8
        assert selling._rise_times_breadth(np.vstack([panic, calm])) == 0.0
        assert selling._rise_times_breadth(np.vstack([calm, -panic])) == 0.0  # correlated, but rising

    def test_mean_correlation_by_hand(self):
        up = np.arange(10.0)
        assert mean_correlation(np.column_stack([up, up * 2, -up])) == pytest.approx(-1 / 3)


class TestWatched:
    """Indicators that are registered and not counted."""

    def test_policy_shift_is_positive_when_more_easing_is_priced_in(self):
        at = known(constant("DFEDTARU", 5.5), steps("DGS2", 4.9, 4.5))
        assert only(policy.policy_shift(at)) == pytest.approx(0.4)
        assert only(policy.policy_shift(known(steps("DFEDTARU", 5.0, 5.5), constant("DGS2", 4.7)))) == pytest.approx(
            0.5
        )

    def test_the_canary_is_net_of_what_bitcoin_shares_with_stocks(self):
        rng = np.random.default_rng(3)
        market = rng.normal(0.0005, 0.01, 300)
        own = rng.normal(0.0, 0.02, 300)
        own -= np.polyval(np.polyfit(market[-252:], own[-252:], 1), market)  # nothing shared, nothing earned
        sessions = days("2023-05-01", "2024-12-31")[:301]
        paths = {"BTC-USD": 1.5 * market + own + 0.001, "SPY": market}
        prices = pd.DataFrame({name: np.exp(np.r_[0.0, path.cumsum()]) for name, path in paths.items()}, index=sessions)
        evening = pd.DatetimeIndex([sessions[-1].tz_localize("UTC") + pd.Timedelta(days=1, hours=1)])
        at = Known(market_of(prices), evening, SLEEVES, SignalConfig())
        expected = (own[-63:] + 0.001).sum()
        assert only(crypto.crypto_canary(at)) == pytest.approx(expected, abs=1e-6)
        assert np.isnan(only(crypto.crypto_canary(known())))  # no stock market in the data

    def test_simultaneous_falls_count_days_on_which_four_fifths_fell(self):
        growth = np.full((21, 5), 0.01)
        growth[:4, :4] = -0.01  # four of five assets, on four days
        growth[4:9, :3] = -0.01
        assert selling._share_of_falls(growth) == pytest.approx(4 / 21)

    def test_equity_duration_ignores_the_sleeves(self):
        at = known()
        expected = relative_strength._mean_return(at, ["IGV", "CRM"]) - relative_strength._mean_return(at, ["MU"])
        assert only(relative_strength.equity_duration(at)) == only(expected)
        assert only(relative_strength.equity_duration(at)) != only(relative_strength.relative_strength(at))


def test_more_of_these_means_less_liquidity():
    turned = {entry.name for entry in all_indicators() if entry.orientation == -1}
    assert turned == {
        *(
            "funding_spread",
            "treasury_draw",
            "funding_gap",
            "real_yield_change",
            "nominal_yield_change",
            "term_premium",
        ),
        *("baa_spread", "baa_spread_change", "financial_conditions", "forced_selling", "simultaneous_falls", "vix"),
    }


@pytest.mark.parametrize("entry", all_indicators(), ids=lambda entry: entry.id)
def test_every_indicator_says_what_it_knows(entry):
    assert entry.information_set
    assert entry.what
    assert entry.source


def test_every_block_has_its_indicators():
    counts = pd.Series([entry.block for entry in all_indicators() if entry.preset]).value_counts()
    assert counts.to_dict() == {"tells": 4, "water": 3, "plumbing": 3, "drain": 3, "price": 3, "credit": 3}
