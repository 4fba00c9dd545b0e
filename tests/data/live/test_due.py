"""When an item is asked for again: hand-computed around releases, sessions, days and wrong clocks."""

import pandas as pd
import pytest

from tidegate.data.live.due import is_due, next_release
from tidegate.data.store.manifest import Entry


def at(text):
    return pd.Timestamp(text, tz="UTC")


def entry(kind, name, last, asked):
    return Entry(
        kind=kind, id=name, source="", fetched=at(asked), asked=at(asked), file="", sha256="", rows=1,
        first="2020-01-02", last=last,
    )  # fmt: skip


THANKSGIVING = ("prices", "MU", "2024-11-27", "2024-11-27 21:30")


@pytest.mark.parametrize(
    ("item", "released"),
    [
        (("prices", "MU", "2024-03-07", "2024-03-07 22:00"), "2024-03-08 21:00"),  # winter time
        (("prices", "MU", "2024-03-08", "2024-03-08 22:00"), "2024-03-11 20:00"),  # a weekend, then summer time
        (THANKSGIVING, "2024-11-29 18:00"),  # a holiday, then an early close
        (("prices", "BTC-USD", "2024-03-08", "2024-03-09 01:00"), "2024-03-10 00:00"),
        (("series", "WALCL", "2024-03-06", "2024-03-07 22:00"), "2024-03-14 20:30"),
        (("series", "GDP", "2024-01-01", "2024-05-01 12:00"), "2024-07-30 12:30"),
        (("series", "capex:NVDA", "2024-04-28", "2024-05-30 12:00"), "2024-05-31 12:00"),  # no rule can tell
    ],
)
def test_the_next_release(item, released):
    assert next_release(entry(*item)) == at(released)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2024-11-27 21:30", False),
        ("2024-11-28 20:00", False),  # no session, less than a day
        ("2024-11-28 21:29", False),
        ("2024-11-28 21:30", True),  # a day: histories may have changed
    ],
)
def test_a_day_is_the_longest_wait(now, due):
    assert is_due(entry(*THANKSGIVING), at(now)) is due


@pytest.mark.parametrize(("now", "due"), [("20:59", False), ("21:00", True)])
def test_a_bar_is_due_when_its_session_has_closed(now, due):
    assert is_due(entry("prices", "MU", "2024-03-07", "2024-03-08 15:00"), at(f"2024-03-08 {now}")) is due


@pytest.mark.parametrize(("now", "due"), [("21:16", False), ("21:19", False), ("21:20", True)])
def test_a_release_that_is_late_is_not_asked_for_every_minute(now, due):
    assert is_due(entry("prices", "MU", "2024-03-07", "2024-03-08 21:05"), at(f"2024-03-08 {now}")) is due


def test_what_was_never_stored_is_due():
    assert is_due(None, at("2024-03-08"))


def test_what_was_asked_in_the_future_is_due():
    assert is_due(entry("prices", "MU", "2024-03-07", "2030-01-01 00:00"), at("2024-03-07 22:00"))
