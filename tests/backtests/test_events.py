"""What the event loop takes, and what it refuses to take."""

import numpy as np
import pandas as pd
import pytest

from tests.worlds import days
from tidegate.backtests.events import Events, Tape, Terms
from tidegate.errors import DataError

SESSIONS = days("2024-01-04", "2024-01-09")  # Thursday to Tuesday
BILLS = pd.DataFrame({"accrued": [np.nan, 1e-4, 2e-4, 3e-4], "opening": 5e-4}, index=SESSIONS)


def tape_of(closes):
    return Tape.of(pd.DataFrame({"MU": closes}, index=SESSIONS), BILLS)


def test_portfolios_are_packed_one_after_the_other():
    events = Events.of([([0, 2], [[0.5, 0.0], [0.0, np.nan]]), ([], []), ([1], [[0.1, 0.2]])], assets=2)
    assert events.rows.tolist() == [0, 2, 1]
    assert events.starts.tolist() == [0, 2, 2, 3]
    np.testing.assert_array_equal(events.weights, [[0.5, 0.0], [0.0, np.nan], [0.1, 0.2]])
    assert events.portfolios == 3


def test_no_portfolio_is_none():
    assert Events.of([], assets=3).portfolios == 0


@pytest.mark.parametrize("rows", [[2, 1], [1, 1], [-1, 0]])
def test_rows_ascend_within_a_portfolio(rows):
    with pytest.raises(DataError, match="ascend within a portfolio"):
        Events.of([([0], [[1.0]]), (rows, [[1.0], [1.0]]), ([0], [[1.0]])], assets=1)


@pytest.mark.parametrize("starts", [[0, 1], [1, 2], [0, 2, 1, 2], []])
def test_starts_share_out_all_events(starts):
    with pytest.raises(DataError, match="starts"):
        Events(np.array([0, 1]), np.ones((2, 1)), np.array(starts, dtype=np.int64))


def test_each_event_has_its_weights():
    with pytest.raises(DataError, match="one row for each event"):
        Events(np.array([0, 1]), np.ones((3, 1)), np.array([0, 2]))


def test_a_hole_is_valued_at_the_last_price_and_the_time_before_listing_at_none():
    np.testing.assert_array_equal(tape_of([np.nan, 10.0, np.nan, 11.0]).closes[:, 0], [np.nan, 10.0, 10.0, 11.0])


def test_a_tape_knows_its_days_and_its_bills():
    tape = tape_of([1.0, 2.0, 3.0, 4.0])
    assert tape.days.tolist() == [0, 1, 4, 5]
    np.testing.assert_array_equal(tape.accrued, [np.nan, 1e-4, 2e-4, 3e-4])
    assert tape.opening.tolist() == [5e-4] * 4


@pytest.mark.parametrize("price", [0.0, -1.0, np.inf])
def test_a_price_is_above_zero(price):
    with pytest.raises(DataError, match="prices above zero"):
        tape_of([1.0, price, 1.0, 1.0])


def test_a_tape_has_no_holes():
    with pytest.raises(DataError, match="no hole"):
        Tape(np.array([[1.0], [np.nan]]), SESSIONS[:2], np.zeros(2), np.zeros(2))


def test_terms_alike_are_rows_of_the_same():
    terms = Terms.alike(2, rates=np.array([0.1, 0.2]), borrow=np.array([0.0, 0.5]), capital=7.0)
    assert terms.rates.tolist() == [[0.1, 0.2]] * 2
    assert terms.borrow.tolist() == [[0.0, 0.5]] * 2
    assert terms.capital.tolist() == [7.0, 7.0]


@pytest.mark.parametrize(("rate", "borrow", "capital"), [(-0.1, 0.0, 1.0), (0.0, np.nan, 1.0), (0.0, 0.0, 0.0)])
def test_terms_that_nobody_offers_are_refused(rate, borrow, capital):
    with pytest.raises(DataError, match="event loop"):
        Terms.alike(1, rates=np.array([rate]), borrow=np.array([borrow]), capital=capital)
