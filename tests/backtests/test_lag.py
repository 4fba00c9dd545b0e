import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds import days
from tidegate.backtests.lag import fill_sessions
from tidegate.data.clock import decision_instants, session_closes
from tidegate.errors import LookaheadError

SESSIONS = days("2025-06-23", "2025-07-10")


def fills(instant, lag):
    return fill_sessions(
        pd.DatetimeIndex([pd.Timestamp(instant, tz="America/New_York")]).tz_convert("UTC"), SESSIONS, lag=lag
    )[0]


@pytest.mark.parametrize(
    ("instant", "lag", "expected"),
    [
        ("2025-06-26 17:00", 1, "2025-06-27"),
        ("2025-06-26 17:00", 2, "2025-06-30"),
        ("2025-07-03 17:00", 1, "2025-07-07"),  # Independence Day and a weekend
        ("2025-06-26 16:00", 1, "2025-06-27"),  # at the very close it is too late for that close
        ("2025-06-26 15:59", 1, "2025-06-26"),
        ("2025-07-03 13:00", 1, "2025-07-07"),  # an early close
    ],
)
def test_fill(instant, lag, expected):
    assert fills(instant, lag) == pd.Timestamp(expected)


def test_no_session_left_is_pending():
    assert fills("2025-07-10 17:00", 1) is pd.NaT


def test_no_lag_is_refused():
    with pytest.raises(LookaheadError, match="received 0"):
        fills("2025-06-26 17:00", 0)


@given(lag=st.integers(1, 10), every=st.sampled_from(["weekly", "daily"]))
def test_a_fill_closes_after_its_decision(lag, every):
    decisions = decision_instants(SESSIONS[0], SESSIONS[-1], every=every)
    sessions = fill_sessions(decisions, SESSIONS, lag=lag)
    known = sessions.notna()
    assert (session_closes(sessions[known]) > decisions[known]).all()
    assert not np.asarray(known)[-1] or lag == 1
