"""What a strategy may look at: bars complete by the decision, and nothing later."""

import numpy as np
import pandas as pd
import pytest

from tests.strategies.views import prices_of, view_of
from tests.worlds import random_prices

HOLES = prices_of(MU=[np.nan, 10, np.nan, 12], BIL=[1, 1, 1, 1])
MIXED = prices_of(**{"BTC-USD": [10, 11, 12, 18], "MU": [20, 22, 33, 33]})
BOTH = {"speculative": ["BTC-USD", "MU"], "near_cash_flow": ["MU"]}


def test_last_prices_by_hand():
    np.testing.assert_array_equal(view_of(HOLES).last_prices(["MU", "BIL"]), [[np.nan, 1], [10, 1], [10, 1], [12, 1]])


def test_last_prices_of_crypto_are_those_of_the_bar_that_is_over():
    found = view_of(MIXED, sleeves=BOTH).last_prices(["BTC-USD", "MU"])
    np.testing.assert_array_equal(found, [[np.nan, 20], [10, 22], [11, 33], [12, 33]])


def test_windows_by_hand():
    windows = view_of(prices_of(MU=[10, 11, 22, 11], BIL=[1] * 4)).windows(["MU"], 2)
    np.testing.assert_allclose(windows[0], [[np.nan]])
    np.testing.assert_allclose(windows[2], [[0.1], [1.0]])
    np.testing.assert_allclose(windows[3], [[1.0], [-0.5]])


def test_windows_end_where_every_bar_is_over():
    windows = view_of(MIXED, sleeves=BOTH).windows(["BTC-USD", "MU"], 5)
    assert [len(window) for window in windows] == [0, 1, 2, 3]
    np.testing.assert_allclose(windows[3][-1], [12 / 11 - 1, 0.5])


def test_index_by_hand():
    """Half and half, rebalanced at each session: 10 % and 10 %, then 9.09 % and 50 %."""
    index = view_of(MIXED, sleeves=BOTH).index_of("speculative", 5)
    assert index[0].tolist() == [1.0]
    np.testing.assert_allclose(index[3], [1, 1, 1.1, 1.1 * (1 + (1 / 11 + 0.5) / 2)])


def test_exposures_stand_on_the_decisions():
    view = view_of(HOLES)
    index = view.decisions
    found = view.exposures(pd.Series(1.0, index=index), pd.Series(0.0, index=index[::-1]))
    assert list(found.columns) == ["speculative", "near_cash_flow"]
    assert found.index.equals(index)
    assert found.notna().all(axis=None)


def test_since_keeps_the_rows_asked_for():
    view = view_of(HOLES, ["ABUNDANT", "NEUTRAL", "SCARCE", "SCARCE"], [1.0, 0.0, -1.0, -2.0])
    later = view.since(view.decisions[2:])
    assert later.regime.tolist() == ["SCARCE", "SCARCE"]
    assert later.level.tolist() == [-1.0, -2.0]
    assert {len(table) for table in later.shares.values()} == {2}
    np.testing.assert_array_equal(later.last_prices(["MU"]), view.last_prices(["MU"])[2:])


@pytest.mark.parametrize("row", [20, 40])
def test_the_future_is_not_seen(row):
    prices = random_prices("2024-01-02", "2024-03-28", ["BTC-USD", "MU"])
    other = prices.copy()
    other.iloc[row + 1 :] = 7.0
    other.loc[other.index[row], "BTC-USD"] = 7.0  # not over at 17:00
    one, two = view_of(prices, sleeves=BOTH), view_of(other, sleeves=BOTH)
    for ask in (
        lambda view: view.last_prices(["BTC-USD", "MU"])[row],
        lambda view: view.windows(["BTC-USD", "MU"], 10)[row],
        lambda view: view.index_of("speculative", 10)[row],
    ):
        np.testing.assert_array_equal(ask(one), ask(two))
        assert ask(one).size
