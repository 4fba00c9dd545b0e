"""Event studies by hand."""

import numpy as np
import pandas as pd

from tidegate.signals.event_study import event_study

LEVEL = pd.Series([1.0, 2.0, 4.0, 8.0, 16.0], index=pd.date_range("2024-01-04 22:00", periods=5, freq="7D", tz="UTC"))


def test_changes_since_the_last_decision_before_the_event():
    around = event_study(LEVEL, pd.DatetimeIndex(["2024-01-19"]), before=1, after=2)
    assert around.columns.tolist() == [-1, 0, 1, 2]
    assert around.iloc[0].tolist() == [-2.0, 0.0, 4.0, 12.0]


def test_an_event_on_the_day_of_a_decision_was_not_known_to_it():
    on_the_day = event_study(LEVEL, pd.DatetimeIndex(["2024-01-18"]), before=0, after=1)
    assert on_the_day.iloc[0].tolist() == [0.0, 2.0]  # from the 11th to the 18th


def test_events_outside_the_sample_and_its_edges():
    days = pd.DatetimeIndex(["2023-12-01", "2024-01-06", "2024-03-01"])
    around = event_study(LEVEL, days, before=1, after=5)
    assert around.index.tolist() == [days[1]]
    np.testing.assert_array_equal(around.iloc[0], [np.nan, 0.0, 1.0, 3.0, 7.0, 15.0, np.nan])


def test_unknown_levels_are_passed_over():
    holed = LEVEL.copy()
    holed.iloc[2] = np.nan
    around = event_study(holed, pd.DatetimeIndex(["2024-01-19"]), before=0, after=2)
    np.testing.assert_array_equal(around.iloc[0], [0.0, np.nan, 6.0])
