"""Which decisions send orders: by hand, and against a slow book of units and cash."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import random_prices
from tidegate.strategies import StrategyConfig, rebalance_rows
from tidegate.strategies.rebalance import drifted

YES, NO = True, False


def rows(targets, prices=None, **config):
    def asked():
        if prices is None:
            raise AssertionError("prices were asked for although nothing depends on them")
        return np.asarray(prices, dtype=float)

    return rebalance_rows(pd.DataFrame(targets, dtype=float), StrategyConfig(**config), asked).tolist()


FLIP = {"MU": [1, 1, 1, 0, 0, 0], "BIL": [0, 0, 0, 1, 1, 1]}


@pytest.mark.parametrize(
    ("on", "every", "expected"),
    [
        (["change"], 2, [YES, NO, NO, YES, NO, NO]),
        (["schedule"], 2, [YES, NO, YES, NO, YES, NO]),
        (["change", "schedule"], 2, [YES, NO, YES, YES, NO, YES]),  # the count begins anew at each trade
        (["change", "schedule"], 1, [YES] * 6),
        (["schedule"], 9, [YES, NO, NO, NO, NO, NO]),
    ],
)
def test_change_and_schedule_by_hand(on, every, expected):
    assert rows(FLIP, rebalance_on=on, rebalance_every=every) == expected


# Half in MU, half in cash: MU at 12, 15 and 18 is 54.5 %, 60 % and 64.3 % of the whole.
RISING = [[10], [12], [15], [18], [18], [18]]


@pytest.mark.parametrize(
    ("drift", "expected"),
    [
        (0.04, [YES, YES, YES, YES, NO, NO]),  # 54.5 %, then 15/12 of the half: 55.6 %, then 54.5 %
        (0.05, [YES, NO, YES, NO, NO, NO]),  # 60 %, then 54.5 % stays
        (0.12, [YES, NO, NO, YES, NO, NO]),
        (0.2, [YES, NO, NO, NO, NO, NO]),
    ],
)
def test_drift_by_hand(drift, expected):
    assert rows({"MU": [0.5] * 6}, RISING, rebalance_on=["drift"], drift=drift) == expected


def test_a_change_is_traded_as_drift_where_only_drift_counts():
    assert rows(FLIP, [[1, 1]] * 6, rebalance_on=["drift"]) == [YES, NO, NO, YES, NO, NO]


def test_the_band_keeps_small_orders_back():
    targets = {"MU": [0.5, 0.52, 0.58, 0.58, 0.5, 0.5]}
    flat = [[10]] * 6
    assert rows(targets, flat, rebalance_on=["change"], no_trade_band=0.05) == [YES, NO, YES, NO, YES, NO]
    assert rows(targets, flat, rebalance_on=["change"], no_trade_band=0.1) == [YES, NO, NO, NO, NO, NO]
    assert rows(targets, flat, rebalance_on=["change"]) == [YES, YES, YES, NO, YES, NO]


def test_what_lies_exactly_on_the_band_or_on_the_drift_stays():
    targets, flat = {"MU": [0.5, 0.75, 0.5, 1.0]}, [[10]] * 4
    assert rows(targets, flat, rebalance_on=["change"], no_trade_band=0.25) == [YES, NO, NO, YES]
    assert rows(targets, flat, rebalance_on=["drift"], drift=0.25) == [YES, NO, NO, YES]


def test_the_band_holds_for_the_schedule_too():
    options = {"rebalance_on": ["schedule"], "rebalance_every": 2, "no_trade_band": 0.08}
    assert rows({"MU": [0.5] * 6}, RISING, **options) == [YES, NO, YES, NO, NO, NO]


def test_drifted_by_hand():
    """Half in MU that grows by a half, a fifth short in SNDK that doubles, the rest in cash."""
    found = drifted(np.array([0.5, -0.2]), np.array([0.5, 1.0]))
    np.testing.assert_allclose(found, [0.75 / 1.05, -0.4 / 1.05])


def test_a_missing_price_is_no_drift():
    assert rows({"MU": [0.5] * 3}, [[np.nan], [12], [12]], rebalance_on=["drift"]) == [YES, NO, NO]


def booked(targets, prices, config):
    """Units of each asset and cash, kept from trade to trade."""
    units, cash, since, answer = None, 0.0, 0, []
    for row, (target, price) in enumerate(zip(targets, prices, strict=True)):
        if units is None:
            trade = True
        else:
            value = cash + float(units @ price)
            gap = np.abs(units * price / value - target).max()
            since += 1
            wanted = (
                ("change" in config.rebalance_on and (target != targets[row - 1]).any())
                or ("schedule" in config.rebalance_on and since >= config.rebalance_every)
                or ("drift" in config.rebalance_on and gap > config.drift)
            )
            trade = wanted and gap > config.no_trade_band
        if trade:
            units, cash, since = target / price, 1.0 - target.sum(), 0
        answer.append(bool(trade))
    return answer


@settings(max_examples=60, deadline=None)
@given(
    on=st.sets(st.sampled_from(["change", "schedule", "drift"]), min_size=1),
    every=st.integers(1, 8),
    drift=st.floats(0.005, 0.1),
    band=st.sampled_from([0.0, 0.01, 0.04]),
    seed=st.integers(0, 999),
)
def test_rows_against_a_book_of_units_and_cash(on, every, drift, band, seed):
    prices = random_prices("2024-01-02", "2024-03-28", ["MU", "SNDK"], seed=seed).to_numpy()
    mixes = np.array([[0.5, 0.5], [0.2, 0.6], [0.5, -0.3]])
    targets = mixes[np.repeat(np.random.default_rng(seed).integers(0, 3, 20), 4)[: len(prices)]]
    config = StrategyConfig(rebalance_on=tuple(on), rebalance_every=every, drift=drift, no_trade_band=band)
    found = rebalance_rows(pd.DataFrame(targets), config, lambda: prices).tolist()
    if not config.watches_drift:  # a change or the schedule is traded even where it trades nothing
        config = config.model_copy(update={"no_trade_band": -1.0})
    assert found == booked(targets, prices, config)


def test_scaling_the_prices_moves_no_order():
    prices = random_prices("2024-01-02", "2024-03-28", ["MU", "SNDK"]).to_numpy()
    targets = {"MU": [0.5] * len(prices), "SNDK": [0.5] * len(prices)}
    plain = rows(targets, prices, rebalance_on=["drift"], drift=0.02)
    assert rows(targets, prices * 512, rebalance_on=["drift"], drift=0.02) == plain
    assert 1 < sum(plain) < len(plain)
