"""The moving-average rule by hand and against a slow loop."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from tests.worlds import days, market_of, random_prices
from tidegate.data.clock import decision_instants
from tidegate.signals.config import SignalConfig
from tidegate.signals.known import Known
from tidegate.signals.regimes.moving_average import moving_average, sleeve_index

SLEEVES = {"speculative": ("IGV", "BTC-USD"), "near_cash_flow": ("BIL",)}


def window(prices, *, weeks=3, band=0.02, every="weekly"):
    decisions = decision_instants(prices.index[0], prices.index[-1], every=every)
    config = SignalConfig(moving_average={"weeks": weeks, "band": band})
    return Known(market_of(prices), decisions, SLEEVES, config, every)


def called(known):
    return moving_average(known.row(np.zeros(len(known.index))), known)


def weekly(values, first="2024-01-04"):
    """Prices of IGV that change on Thursdays only."""
    index = days(first, pd.Timestamp(first) + pd.Timedelta(weeks=len(values) - 1))
    thursdays = pd.Series(values, pd.date_range(first, periods=len(values), freq="7D"), dtype=float)
    return pd.DataFrame({"IGV": thursdays.reindex(index, method="ffill")})


def test_by_hand():
    # averages of three: 100, 101, 101, 99.67; ratios 1, 1.0198, 0.9901, 0.9732
    known = window(weekly([100, 100, 100, 103, 100, 96]))
    assert called(known).iloc[2:].tolist() == ["NEUTRAL", "NEUTRAL", "NEUTRAL", "SCARCE"]
    assert called(known).iloc[:2].isna().all()
    without = window(weekly([100, 100, 100, 103, 100, 96]), band=0.0)
    assert called(without).iloc[2:].tolist() == ["NEUTRAL", "ABUNDANT", "SCARCE", "SCARCE"]


def test_the_crypto_bar_of_the_day_is_not_over():
    """On Thursday at 17:00 the newest complete bar of bitcoin is Wednesday's."""
    prices = weekly([100, 100, 100, 100]).assign(**{"BTC-USD": 50.0})
    prices.loc[prices.index[-1], "BTC-USD"] = 5000.0
    assert called(window(prices)).iloc[-1] == "NEUTRAL"
    prices.loc[prices.index[-2], "BTC-USD"] = 5000.0
    assert called(window(prices)).iloc[-1] == "ABUNDANT"


def test_an_asset_counts_after_its_first_price_and_stands_still_without_one():
    prices = weekly([100, 110, 110, 110, 110]).assign(**{"BTC-USD": np.nan})
    thursday = days("2024-01-04", "2024-02-01")[days("2024-01-04", "2024-02-01").day_of_week == 3]
    prices.loc[thursday[1] : thursday[2] - pd.Timedelta(days=1), "BTC-USD"] = 20.0  # known from the third decision on
    prices.loc[thursday[3] : thursday[4] - pd.Timedelta(days=1), "BTC-USD"] = 30.0  # a hole in between
    np.testing.assert_allclose(sleeve_index(window(prices)), [1.0, 1.1, 1.1, 1.1, 1.1 * (1 + 0.5 / 2)])


def test_without_prices_nothing_is_called():
    assert called(window(weekly([100] * 5).rename(columns={"IGV": "BIL"}))).isna().all()


@pytest.mark.parametrize("every", ["weekly", "daily"])
def test_against_a_slow_loop(every):
    prices = random_prices("2022-01-03", "2023-12-29", ["IGV", "BTC-USD", "BIL"], seed=8, listed={"BTC-USD": 120})
    known = window(prices, weeks=7, band=0.03, every=every)
    fast, table = called(known), known.prices(["IGV", "BTC-USD"]).to_numpy()
    index = [1.0]
    for then, now in pairwise(table):
        steps = [b / a - 1 for a, b in zip(then, now, strict=True) if not np.isnan(a)]
        index.append(index[-1] * (1 + sum(steps) / len(steps)))
    span = 7 * (5 if every == "daily" else 1)
    assert fast.iloc[: span - 1].isna().all()
    for row in range(span - 1, len(index)):
        ratio = index[row] / (sum(index[row + 1 - span : row + 1]) / span)
        assert fast.iloc[row] == ("ABUNDANT" if ratio > 1.03 else "SCARCE" if ratio < 0.97 else "NEUTRAL")
    assert set(fast.dropna()) == {"ABUNDANT", "NEUTRAL", "SCARCE"}
