"""Bills that stand in for an empty sleeve and for idle weight, from a study to its targets."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.data.clock import decision_instants
from tidegate.decisions import covered

SETTINGS = ["clock.start=2013-06-01", "sleeves.near_cash_flow.assets=['SMH']"]
GONE = "2014-01-15"


@pytest.fixture(scope="module")
def ended(market):
    """The one fund of the near-cash-flow sleeve has no price after a day."""
    prices = market.prices.copy()
    prices.loc[GONE:, "SMH"] = np.nan
    return replace(market, prices=prices)


def decided(market, *settings):
    return tg.decide(tg.Study.load("proxies", [*SETTINGS, *settings]), market)


def test_an_empty_sleeve_is_refused_with_its_dates(ended):
    words = r"The sleeve near_cash_flow has no eligible asset on \d+ decisions; received '2014-01-16 to 2014-06-26'"
    with pytest.raises(tg.ConfigError, match=words + r".*let bills stand in with --set strategy\.empty_sleeve=bills"):
        decided(ended)


def test_bills_take_what_the_empty_sleeve_would_have_held(ended, market):
    with_bills, plain = decided(ended, "strategy.empty_sleeve=bills"), decided(market)
    late = with_bills.targets.index >= GONE
    assert late.any()
    assert not late.all()
    assert (with_bills.targets.loc[late, "SMH"] == 0).all()
    assert (with_bills.targets.loc[late, "BIL"] == with_bills.exposures.loc[late, "bills"]).all()
    assert (with_bills.exposures.loc[~late, "bills"] == 0).all()
    np.testing.assert_allclose(with_bills.targets.sum(axis="columns"), 1.0)
    toggled = with_bills.regime.map({"ABUNDANT": 0.0, "NEUTRAL": 0.5, "SCARCE": 1.0})
    np.testing.assert_allclose(with_bills.targets["BIL"][late], toggled[late])
    np.testing.assert_allclose(
        with_bills.targets["SMH"][~late], plain.targets["SMH"].loc[with_bills.targets.index][~late]
    )


def test_bills_are_never_sold_short_for_an_empty_sleeve(ended):
    """A spread that would be short the fund that is gone is short nothing, and bills take no part."""
    turned = ["sleeves.speculative.assets=['SMH']", "sleeves.near_cash_flow.assets=['IGV']", "strategy.kind=spread"]
    found = decided(ended, *turned, "strategy.empty_sleeve=bills")
    late = found.targets.index >= GONE
    scarce = found.regime == "SCARCE"
    assert (late & scarce).any()
    assert (found.targets.loc[late & scarce, ["SMH", "BIL"]] == 0).all(axis=None)
    assert (found.targets.loc[~late & scarce, "SMH"] < 0).all()


def test_bills_take_the_empty_sleeve_and_what_is_idle(ended):
    settings = ["strategy.wrap=['vol_target']", "strategy.vol_target.volatility=0.1", "strategy.empty_sleeve=bills"]
    cash, both = decided(ended, *settings), decided(ended, *settings, "strategy.idle=bills")
    late = both.exposures.index >= GONE
    assert (both.exposures.loc[late, "near_cash_flow"] == 0).all()  # what is told is what is held
    assert cash.exposures.loc[late, "bills"].max() > 0
    idle = 1 - cash.exposures.sum(axis="columns")
    assert idle.max() > 0.01
    np.testing.assert_allclose(both.exposures["bills"], cash.exposures["bills"] + idle, atol=1e-12)
    np.testing.assert_allclose(both.targets.sum(axis="columns"), 1.0)


def test_a_sleeve_that_is_empty_at_first_is_refused_with_its_dates_or_filled_with_bills(market):
    """A fund that lists in the middle of the sample: nobody waits for it unasked."""
    prices = market.prices.copy()
    prices.loc[:"2013-10-01", "SMH"] = np.nan  # 63 sessions later it is 2 January
    late_fund = replace(market, prices=prices)
    words = r"The sleeve near_cash_flow has no eligible asset on 30 decisions; received '2013-06-06 to 2013-12-26'"
    with pytest.raises(
        tg.ConfigError, match=words + r".*or begin on 2014-01-02 with --set strategy\.empty_sleeve=wait"
    ):
        decided(late_fund)
    waits, begins = decided(late_fund, "strategy.empty_sleeve=wait"), decided(late_fund, "strategy.empty_sleeve=bills")
    assert f"{waits.targets.index[0]:%Y-%m-%d}" == "2014-01-02"
    early = begins.targets.index < waits.targets.index[0]
    assert early.sum() == 30
    assert (begins.targets.loc[early, "SMH"] == 0).all()
    np.testing.assert_allclose(begins.targets.sum(axis="columns"), 1.0)


def test_who_waits_is_refused_all_the_same_when_the_sleeve_is_empty_later(ended):
    words = r"near_cash_flow has no eligible asset on .*received '2014-01-16 to 2014-06-26'"
    with pytest.raises(tg.ConfigError, match=words):
        decided(ended, "strategy.empty_sleeve=wait")


@pytest.mark.parametrize(("late", "waits"), [(0, 0), (1, 1), (5, 5), (6, None)])
def test_before_any_asset_is_old_enough_both_sleeves_wait_and_a_little_longer(late, waits):
    """By hand: decisions 0 and 1 hold nothing; the second sleeve is ready `late` decisions after the first."""
    at = decision_instants(pd.Timestamp("2014-01-01"), pd.Timestamp("2014-03-06"))
    shares = {
        sleeve: pd.DataFrame({sleeve: np.arange(len(at)) >= ready}, index=at, dtype=float)
        for sleeve, ready in {"speculative": 2, "near_cash_flow": 2 + late}.items()
    }
    study = tg.Study.load("proxies")
    if waits is None:
        with pytest.raises(
            tg.ConfigError, match="near_cash_flow has no eligible asset on 6 decisions; received '2014-01"
        ):
            covered(study, shares)
    else:
        assert covered(study, shares)[0] == at[2 + waits]


def test_bills_that_list_later_cost_no_decision_at_which_the_sleeves_are_full(market):
    """With the choice of bills for an empty sleeve a study begins no later than without it."""
    prices = market.prices.copy()
    prices.loc[:"2013-10-01", "BIL"] = np.nan
    late_bills = replace(market, prices=prices)
    plain, with_bills = decided(late_bills), decided(late_bills, "strategy.empty_sleeve=bills")
    np.testing.assert_array_equal(with_bills.targets[plain.targets.columns], plain.targets)
    assert (with_bills.targets["BIL"] == 0).all()


@pytest.mark.parametrize("empty_sleeve", ["refuse", "bills"])
def test_bills_that_list_too_late_to_hold_what_is_idle_are_refused(market, empty_sleeve):
    prices = market.prices.copy()
    prices.loc[:"2013-10-01", "BIL"] = np.nan
    words = r"The sleeve bills has no eligible asset on 30 decisions; .* Name older bills with --set strategy\.bills="
    with pytest.raises(tg.ConfigError, match=words):
        decided(replace(market, prices=prices), "strategy.idle=bills", f"strategy.empty_sleeve={empty_sleeve}")


def test_bills_that_list_too_late_for_an_empty_sleeve_are_refused_with_its_dates(market):
    prices = market.prices.copy()
    prices.loc[:"2013-10-01", ["BIL", "SMH"]] = np.nan
    with pytest.raises(tg.ConfigError, match="The sleeve near_cash_flow has no eligible asset on 30 decisions"):
        decided(replace(market, prices=prices), "strategy.empty_sleeve=bills")


def test_bills_hold_what_is_idle(market):
    settings = ["strategy.wrap=['vol_target']", "strategy.vol_target.volatility=0.1"]
    cash, bills = decided(market, *settings), decided(market, *settings, "strategy.idle=bills")
    held = cash.targets.sum(axis="columns")
    assert held.min() < 0.99
    np.testing.assert_allclose(bills.targets["BIL"], 1 - held, atol=1e-12)
    np.testing.assert_allclose(bills.targets.drop(columns="BIL"), cash.targets.loc[bills.targets.index], atol=1e-15)


def test_bills_that_are_in_a_sleeve_hold_both(market):
    settings = ["sleeves.near_cash_flow.assets=['SMH', 'BIL']", "strategy.wrap=['drawdown_brake']"]
    settings += ["strategy.drawdown_brake={limit=0.03, release=0.01}"]
    plain, idle = decided(market, *settings), decided(market, *settings, "strategy.idle=bills")
    assert plain.targets.sum(axis="columns").min() == pytest.approx(0.5)
    left = 1 - plain.targets.sum(axis="columns")
    np.testing.assert_allclose(idle.targets["BIL"], plain.targets["BIL"] + left, atol=1e-12)
    np.testing.assert_allclose(idle.targets.sum(axis="columns"), 1.0)


def test_a_volatility_target_never_borrows(market):
    calm = decided(market, "strategy.wrap=['vol_target']", "strategy.vol_target.volatility=2", "strategy.max_gross=3")
    assert calm.targets.sum(axis="columns").max() <= 1 + 1e-12


def test_the_bills_must_be_in_the_data(market):
    with pytest.raises(tg.ConfigError, match=r"lacks a ticker.*received 'BILS'.*Did you mean BIL\?"):
        decided(market, "strategy.idle=bills", "strategy.bills=BILS")
    decided(market, "strategy.bills=BILS")  # nobody asks for them


@pytest.mark.parametrize("factor", [4.0, 3.7])
@pytest.mark.parametrize("kind", ["toggle", "trend"])
def test_the_unit_of_prices_does_not_matter(market, kind, factor):
    settings = [f"strategy.kind={kind}", "strategy.wrap=['vol_target', 'drawdown_brake']"]
    settings += ["sleeves.speculative.weighting=inverse_volatility", "strategy.trend.sessions=50"]
    plain = decided(market, *settings).targets
    scaled = decided(replace(market, prices=market.prices * factor), *settings).targets
    np.testing.assert_allclose(scaled, plain, rtol=0, atol=0 if factor == 4.0 else 1e-12)
