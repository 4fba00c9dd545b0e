"""Sensitivity: the tables by hand, and every variant against measuring it directly."""

import numpy as np
import pandas as pd
import pytest

from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.signals import SignalConfig, all_indicators, measure_waterline
from tidegate.signals.sensitivity import Sensitivity, agreement, flips, sensitivity, variants, without_series

A, N, S = "ABUNDANT", "NEUTRAL", "SCARCE"
SLEEVES = {"speculative": ("CRM", "IGV", "ADBE"), "near_cash_flow": ("MU", "BIL")}
KEPT = {"water.excess_money_growth", "drain.state_dependent_capex", "price.nominal_yield_change", "tells.vix"}
KEPT |= {"plumbing.funding_spread", "credit.financial_conditions"}
SHORT = SignalConfig(
    history_start="2014-01-02",
    min_history_weeks=20,
    rolling_weeks=30,
    composite_min_weeks=10,
    drop=[entry.id for entry in all_indicators() if entry.id not in KEPT],
)


def paths(**columns):
    return pd.DataFrame({name: pd.Series(calls, dtype="str") for name, calls in columns.items()})


BY_HAND = paths(base=[None, N, A, A], one=[None, N, S, A], late=[None, None, None, A], never=[None] * 4)


def test_agreement_counts_decisions_at_which_both_have_a_regime():
    table = agreement(BY_HAND)
    assert table.loc["base"].tolist()[:3] == [1.0, pytest.approx(2 / 3), 1.0]
    assert np.isnan(table.loc["never"]).all()
    pd.testing.assert_frame_equal(table, table.T)


def test_flips_do_not_count_the_first_call():
    assert [flips(BY_HAND[name]) for name in BY_HAND] == [1, 2, 0, 0]


def test_summary_by_hand():
    levels = pd.DataFrame(
        {"base": [np.nan, 0.0, 1.0, 2.0], "one": [5.0, 0.0, -1.0, -2.0], "late": [np.nan] * 3 + [1.0]}
    )
    found = Sensitivity(levels, BY_HAND[["base", "one", "late"]]).summary()
    assert list(found.index) == ["base", "one", "late"]
    assert found["same"].tolist() == [1.0, pytest.approx(2 / 3), 1.0]
    assert found["decisions"].tolist() == [3, 3, 1]
    assert found["flips"].tolist() == [1, 2, 0]
    assert found["correlation"].tolist()[:2] == [pytest.approx(1.0), pytest.approx(-1.0)]
    assert np.isnan(found["correlation"]["late"])
    assert found["last"].tolist() == [A, A, A]


@pytest.fixture(scope="module")
def market():
    return make_economy(EconomyConfig(first_session="2014-06-02", last_session="2016-03-31"))


@pytest.fixture(scope="module")
def found(market):
    return sensitivity(market, SLEEVES, SHORT)


def test_every_choice_is_varied_once_and_counts(found):
    names = list(found.levels)
    assert len(set(names)) == len(names) == 1 + len(variants(SHORT))
    expected = {f"without {block}" for block in SHORT.block_weights}
    expected |= {"thresholds x 0.5", "thresholds x 1.5", "changes over 8 weeks", "changes over 26 weeks"}
    expected |= {"rolling 104 weeks", "rolling 520 weeks", "winsorised at 2", "winsorised at 4"}
    expected |= {"capex form B", "capex form C", "without ORCL", "without capex:*", "without NFCI", "without SOFR"}
    assert expected <= set(names)
    assert found.regimes["base"].notna().any()
    same = {name for name in names[1:] if found.levels[name].equals(found.levels["base"])}
    assert same <= {"thresholds x 0.5", "thresholds x 1.5", "winsorised at 4", "without SOFR", "without IORB"}


def test_a_variant_is_what_measuring_it_says(market, found):
    changed = SHORT.model_copy(update={"winsor": 2.0})
    line = measure_waterline(market, SLEEVES, changed)
    pd.testing.assert_series_equal(found.levels["winsorised at 2"], line.level, check_names=False, check_exact=True)
    weights = {**SHORT.block_weights, "tells": 0.0}
    line = measure_waterline(market, SLEEVES, SHORT.model_copy(update={"block_weights": weights}))
    pd.testing.assert_series_equal(found.levels["without tells"], line.level, check_names=False, check_exact=True)
    pd.testing.assert_series_equal(line.level, line.fundamental, check_names=False)


def test_thresholds_scale_together():
    by_name = {variant.name: variant.config.regime for variant in variants(SHORT)}
    half = by_name["thresholds x 0.5"]
    assert (half.override, half.scarce_enter, half.scarce_leave) == (-0.75, -0.25, -0.1)
    assert (half.abundant_leave, half.abundant_enter, half.min_dwell) == (0.1, 0.25, 4)


def test_a_block_without_weight_is_not_dropped_twice():
    water = SHORT.model_copy(update={"block_weights": {"water": 1.0, "price": 1.0, "credit": 0.0}})
    dropped = [
        variant.config.block_weights
        for variant in variants(water)
        if variant.config.block_weights != water.block_weights
    ]
    assert dropped == [{"water": 0.0, "price": 1.0, "credit": 0.0}, {"water": 1.0, "price": 0.0, "credit": 0.0}]
    alone = SHORT.model_copy(update={"block_weights": {"water": 1.0}})
    assert all(variant.config.block_weights == {"water": 1.0} for variant in variants(alone))


def test_every_variant_is_a_valid_configuration():
    for variant in variants(SignalConfig()):
        assert SignalConfig.model_validate(variant.config.model_dump()) == variant.config


def test_a_family_leaves_as_a_whole(market):
    left = without_series(market, "capex:*").releases.series
    assert set(market.releases.series) - set(left) == {
        name for name in market.releases.series if name.startswith("capex:")
    }
    assert set(market.releases.series) - set(without_series(market, "DGS2").releases.series) == {"DGS2"}
