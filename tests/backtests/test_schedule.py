import numpy as np
import pandas as pd

from tests.worlds import random_prices
from tidegate.backtests.config import ExecutionConfig
from tidegate.backtests.schedule import due_orders, order_schedule

PRICES = random_prices("2025-06-23", "2025-07-10", ["MU", "BIL"])


def decided(*instants):
    index = pd.DatetimeIndex([pd.Timestamp(instant, tz="America/New_York") for instant in instants]).tz_convert("UTC")
    return pd.DataFrame({"MU": [0.1 * k for k in range(1, len(instants) + 1)], "BIL": 0.5}, index=index)


def test_of_two_decisions_that_fill_together_the_later_counts():
    """Thursday's and Friday's decision around Independence Day both fill on Monday."""
    schedule = order_schedule(decided("2025-07-03 17:00", "2025-07-04 17:00"), PRICES, ExecutionConfig())
    assert schedule.index.tolist() == [pd.Timestamp("2025-07-07")]
    assert schedule["MU"].tolist() == [0.2]


def test_a_decision_without_a_later_session_is_pending():
    schedule = order_schedule(decided("2025-07-03 17:00", "2025-07-10 17:00"), PRICES, ExecutionConfig())
    assert schedule.index.tolist() == [pd.Timestamp("2025-07-07")]


def test_deferral_leaves_what_it_was_given():
    rows, priced = np.array([0]), np.array([[False], [True]])
    due = due_orders(np.array([[1.0]]), rows, priced, ExecutionConfig(missing_fill="defer"))
    assert (due.rows.tolist(), rows.tolist()) == ([1], [0])
