"""The borrow fee by hand: calendar days, the session before, shorts only."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.backtests.borrow import after_fees, borrow_fees, borrow_rates
from tidegate.backtests.config import ClassCost, CostConfig

FRIDAY = pd.DatetimeIndex(["2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09"])  # Thursday, Friday, Monday, Tuesday


def test_by_hand():
    """Short 30 % at 3.65 % a year from Friday on: three days to Monday cost 0.3 * 0.0365 * 3 / 365."""
    weights = np.array([[0.5, 0.5], [-0.3, 0.7], [-0.4, 0.7], [0.0, 1.0]])
    fees = borrow_fees(weights, FRIDAY, np.array([0.0365, 0.10]))
    assert fees.tolist() == pytest.approx([0.0, 0.0, 0.3 * 3e-4, 0.4 * 1e-4], abs=1e-18)


def test_each_short_pays_its_own_rate_and_longs_do_not_help():
    weights = np.array([[-0.1, -0.2, 0.9]] * 2)
    fees = borrow_fees(weights, FRIDAY[:2], np.array([0.365, 0.73, 7.3]))
    assert fees.tolist() == pytest.approx([0.0, 1e-4 + 4e-4])


def test_the_first_session_owes_nothing():
    assert borrow_fees(np.array([[-1.0]]), FRIDAY[:1], np.array([0.5])).tolist() == [0.0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 2), min_size=4, max_size=4), st.floats(0, 1))
def test_longs_pay_nothing(weights, rate):
    assert not borrow_fees(np.array(weights)[:, None], FRIDAY, np.array([rate])).any()


def test_the_rate_is_that_of_the_class():
    costs = CostConfig(etf=ClassCost(fee_bps=1, spread_bps=2, borrow_bps=30))
    rates = borrow_rates(pd.Index(["BTC-USD", "MU", "IGV", "BIL", "UNHEARD"]), costs)
    assert rates.tolist() == pytest.approx([0.10, 0.005, 0.003, 0.005, 0.005])


def test_fees_compound():
    value = after_fees(np.array([100.0, 110.0, 121.0]), np.array([0.0, 0.1, 0.5]))
    assert value.tolist() == pytest.approx([100.0, 110.0 * 0.9, 121.0 * 0.9 * 0.5])
