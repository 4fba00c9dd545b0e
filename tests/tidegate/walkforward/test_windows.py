import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tidegate as tg
from tidegate.walkforward.config import WalkConfig, refuse_misfits
from tidegate.walkforward.layout import Layout
from tidegate.walkforward.windows import partition, windows

from ...worlds import days

SESSIONS = days("2010-01-04", "2014-12-31")


def dates(rows, sessions=SESSIONS):
    return f"{sessions[rows[0]]:%Y-%m-%d}", f"{sessions[rows[-1]]:%Y-%m-%d}"


def test_rolling_windows_by_hand():
    found = windows(SESSIONS, range(len(SESSIONS)), WalkConfig(train=2, test=1, purge=3))

    assert [dates(each.test) for each in found] == [
        ("2012-01-04", "2013-01-03"),
        ("2013-01-04", "2014-01-03"),
        ("2014-01-06", "2014-12-31"),
    ]
    assert [dates(each.train) for each in found] == [
        ("2010-01-04", "2011-12-28"),  # 29th, 30th and 3 January are purged
        ("2011-01-04", "2012-12-28"),
        ("2012-01-04", "2013-12-30"),
    ]


def test_anchored_windows_begin_with_the_span():
    span = range(100, len(SESSIONS))

    found = windows(SESSIONS, span, WalkConfig(train=1.5, test=0.5, anchored=True))

    assert {each.train.start for each in found} == {100}
    assert [len(each.train) for each in found] == [each.test.start - 5 - 100 for each in found]


def test_a_stub_of_less_than_half_a_test_belongs_to_the_window_before():
    config = WalkConfig(train=2, test=1)
    before_half = SESSIONS.searchsorted(pd.Timestamp("2014-06-20"))
    after_half = SESSIONS.searchsorted(pd.Timestamp("2014-07-20"))

    assert dates(windows(SESSIONS, range(before_half), config)[-1].test)[0] == "2013-01-04"
    assert dates(windows(SESSIONS, range(after_half), config)[-1].test)[0] == "2014-01-06"


@pytest.mark.parametrize("train", [4.9, 10])
def test_too_short_data_are_refused_in_words(train):
    with pytest.raises(tg.ConfigError, match=r"too short.*2010-01-04 to 2014-12-31.*--train"):
        windows(SESSIONS, range(len(SESSIONS)), WalkConfig(train=train))


def test_a_purge_that_eats_the_training_is_refused():
    with pytest.raises(tg.ConfigError, match=r"purge leaves too little.*at least 21"):
        windows(SESSIONS, range(len(SESSIONS)), WalkConfig(train=0.25, purge=50))


def test_a_purge_must_exceed_the_lag():
    study = tg.Study.load("proxies", ["execution.lag=3"])
    refuse_misfits(WalkConfig(purge=4), study)
    with pytest.raises(tg.ConfigError, match="at least 4 sessions"):
        refuse_misfits(WalkConfig(purge=3), study)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"criterion": "luck"}, "criterion.*'luck'.*'sharpe', 'sortino' or 'growth'"),
        ({"train": 0}, "train"),
        ({"test_groups": 8}, "test_groups must be smaller than groups"),
        ({"groups": 30, "test_groups": 15}, "more than 1,000 trainings"),
        ({"trian": 3}, "Did you mean train"),
    ],
)
def test_an_impossible_configuration_is_refused_in_words(raw, words):
    with pytest.raises(tg.ConfigError, match=words):
        WalkConfig.of(raw)


@settings(deadline=None, max_examples=60)
@given(
    start=st.integers(0, 300),
    cut=st.integers(0, 200),
    train=st.sampled_from([0.25, 0.5, 1, 1.25]),
    test=st.sampled_from([1 / 12, 0.25, 0.5, 1]),
    anchored=st.booleans(),
    purge=st.integers(2, 30),
    paths=st.booleans(),
)
def test_every_set_is_a_union_of_segments_and_no_training_touches_its_test(
    start, cut, train, test, anchored, purge, paths
):
    span = range(start, len(SESSIONS) - cut)
    config = WalkConfig(train=train, test=test, anchored=anchored, purge=purge, paths=paths, groups=5, embargo=7)
    layout = Layout.of(SESSIONS, span, config)
    sets = layout.sets()

    segment = partition(np.array(list(sets.values())))
    for rows in sets.values():
        inside = set(segment[rows].tolist())
        assert -1 not in inside
        np.testing.assert_array_equal(np.isin(segment, list(inside)), rows)
    assert (segment[: span.start] == -1).all()
    assert (segment[span.stop :] == -1).all()
    numbers = segment[span.start : span.stop]
    assert (np.diff(numbers) >= 0).all()
    assert set(np.diff(numbers).tolist()) <= {0, 1}

    tiled = [row for window in layout.windows for row in window.test]
    assert tiled == list(range(layout.windows[0].test.start, span.stop))
    for window in layout.windows:
        assert window.train.start >= span.start
        assert window.test.start - window.train.stop == purge
        assert anchored == (window.train.start == span.start) or window is layout.windows[0]


def test_the_splits_of_the_paths_are_purged_and_embargoed():
    span = range(40, len(SESSIONS))
    splits = Layout.of(SESSIONS, span, WalkConfig(paths=True, groups=5, purge=4, embargo=9, train=1)).splits

    assert np.concatenate(splits.groups).tolist() == list(span)
    assert len(splits.trains) == 10
    assert splits.recombined.shape == (5, 4)
    for number, train in enumerate(splits.trains):
        tested = [group for group in range(5) if number in splits.recombined[group]]
        assert len(tested) == 2
        allowed = set(span)
        for rows in (splits.groups[group] for group in tested):
            allowed -= set(range(rows[0] - 4, rows[-1] + 1 + 4 + 9))
        assert set(train.tolist()) == allowed


def test_groups_too_short_for_purge_and_embargo_are_refused():
    with pytest.raises(tg.ConfigError, match=r"groups of the paths are too short.*--groups"):
        Layout.of(SESSIONS, range(400), WalkConfig(paths=True, groups=8, purge=20, embargo=30, train=0.5, test=0.5))
