"""The composite by hand, and what it says about what is missing."""

import numpy as np
import pandas as pd
import pytest

from tests.worlds import market_of, random_prices, release_rows
from tidegate.signals import SignalConfig, measure_waterline
from tidegate.signals.composite import block_means, compose

INDEX = pd.date_range("2024-01-04", periods=4, freq="7D", tz="UTC")


def table(**columns):
    return pd.DataFrame({name.replace("__", "."): values for name, values in columns.items()}, index=INDEX, dtype=float)


FOUR_BLOCKS = table(
    water__a=[1.0, -1.0, 1.0, 2.0],
    water__b=[3.0, np.nan, 1.0, 0.0],
    price__c=[1.0, 1.0, -1.0, 2.0],
    credit__d=[0.0, 1.0, 1.0, 1.0],
    tells__e=[-1.0, 3.0, np.nan, 5.0],
)


def config(**changes):
    weights = {"water": 1.0, "price": 1.0, "credit": 1.0, "tells": 1.0}
    return SignalConfig(**{"block_weights": weights, **changes})


def test_blocks_average_their_available_indicators():
    assert block_means(FOUR_BLOCKS)["water"].tolist() == [2.0, -1.0, 1.0, 1.0]


def test_level_and_contributions_by_hand():
    level, contributions, coverage = compose(FOUR_BLOCKS, config(), min_count=2)
    means = [(2 + 1 + 0 - 1) / 4, (-1 + 1 + 1 + 3) / 4, (1 - 1 + 1) / 3, (1 + 2 + 1 + 5) / 4]
    expected = [np.nan, *(means[k] / np.std(means[: k + 1], ddof=1) for k in (1, 2, 3))]
    np.testing.assert_allclose(level, expected)
    np.testing.assert_allclose(contributions.iloc[3], np.array([1.0, 0.0, 2.0, 1.0, 5.0]) / 4 / np.std(means, ddof=1))
    np.testing.assert_allclose(contributions.iloc[1:].sum(axis="columns"), level.iloc[1:], atol=1e-12)
    assert coverage.tolist() == [1.0, 1.0, 0.75, 1.0]


def test_without_tells():
    level = compose(FOUR_BLOCKS, config(), min_count=2, without="tells").level
    means = [(2 + 1 + 0) / 3, (-1 + 1 + 1) / 3, (1 - 1 + 1) / 3, (1 + 2 + 1) / 3]
    assert level.iloc[3] == pytest.approx(means[3] / np.std(means, ddof=1))


@pytest.mark.parametrize(
    ("changes", "known"),
    [({"min_blocks": 4}, [True, False]), ({"min_coverage": 0.8}, [True, False]), ({}, [True, True])],
)
def test_too_little_coverage_leaves_the_level_unknown(changes, known):
    level = compose(FOUR_BLOCKS, config(**changes), min_count=2).level
    assert level.notna().tolist()[1:3] == known


def test_block_weights_count():
    double = config(block_weights={"water": 2.0, "price": 1.0, "credit": 1.0})
    level = compose(FOUR_BLOCKS, double, min_count=2).level
    means = [(2 * 2 + 1 + 0) / 4, (2 * -1 + 1 + 1) / 4]
    assert level.iloc[1] == pytest.approx(means[1] / np.std(means, ddof=1))


SLEEVES = {"speculative": ("IGV",), "near_cash_flow": ("BIL",)}
PRICES = random_prices("2023-01-03", "2024-06-27", ["IGV", "BIL"])


def test_every_missing_indicator_has_its_reason():
    days = pd.date_range("2023-01-02", "2024-06-25", freq="D", unit="ns")
    stale = days[days < "2024-05-01"]
    releases = pd.concat(
        [
            release_rows("DGS10", days, days + pd.Timedelta(hours=12), np.sin(np.arange(len(days)))),
            release_rows("VIXCLS", stale, stale + pd.Timedelta(hours=12), np.full(len(stale), 15.0)),
            release_rows("NFCI", days, days + pd.Timedelta(hours=12), np.full(len(days), 0.1)),
        ]
    )
    line = measure_waterline(market_of(PRICES, releases, ["NFCI"]), SLEEVES, SignalConfig())
    assert line.missing["price.nominal_yield_change"] == "too little history yet"
    assert line.missing["tells.vix"] == "VIXCLS is stale: last released 2024-04-30"
    assert line.missing["credit.financial_conditions"] == "NFCI has no true vintages"
    assert line.missing["price.real_yield_change"] == "DFII10 is not in the data"
    assert line.missing["tells.forced_selling"] == "too few assets of the sleeves have enough prices"
    assert line.missing["drain.funding_gap"] == "capex:* is not in the data"
    assert line.regime.isna().all()
    assert line.held.all()


@pytest.mark.parametrize(
    ("last", "decision"),
    [
        ("2023-11-22", "2023-11-23"),  # Thanksgiving: no session, but a decision on what is known
        ("2023-11-21", "2023-11-16"),  # the day after is a session that the data lacks
        ("2023-11-15", "2023-11-09"),  # and so is it here, a Thursday
        ("2023-11-16", "2023-11-16"),
        ("2023-11-17", "2023-11-16"),
    ],
)
def test_the_last_decision_is_the_last_one_that_nothing_was_missed_for(last, decision):
    line = measure_waterline(market_of(PRICES.loc[:last]), SLEEVES, SignalConfig())
    assert f"{line.decisions[-1].tz_convert('America/New_York'):%Y-%m-%d %H:%M}" == f"{decision} 17:00"


def test_order_of_columns_and_further_assets_change_nothing():
    days = pd.date_range("2022-12-01", "2024-06-25", freq="D", unit="ns")
    releases = release_rows("DGS10", days, days + pd.Timedelta(hours=12), np.cumsum(np.sin(np.arange(len(days)))))
    small = SignalConfig(min_history_weeks=4, rolling_weeks=8, composite_min_weeks=3, min_blocks=1, min_coverage=0.0)
    line = measure_waterline(market_of(PRICES, releases), SLEEVES, small)
    more = PRICES[["BIL", "IGV"]].assign(MU=PRICES["IGV"] * 2)
    again = measure_waterline(market_of(more, releases), SLEEVES, small)
    assert line.level.notna().any()
    pd.testing.assert_frame_equal(line.frame(), again.frame(), check_exact=True)
