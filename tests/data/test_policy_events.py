"""The dated facts: well-formed, and out of reach of everything that decides."""

import ast
from pathlib import Path

from tidegate.data.clock import sessions
from tidegate.data.policy_events import policy_events

ROOT = Path(__file__).parents[2]


def test_the_table_is_well_formed():
    events = policy_events()
    assert events.index.is_monotonic_increasing
    assert events.index.is_unique
    assert set(events["direction"]) == {"easing", "tightening", "stress"}
    assert events.notna().all(axis=None)
    assert (events["event"].str.len() < 90).all()


def test_known_dates():
    """From the Federal Reserve's own calendar of statements."""
    events = policy_events()
    for day, word in {"2008-11-25": "QE1", "2019-09-17": "Repo", "2022-05-04": "QT", "2020-03-23": "limit"}.items():
        assert word in events.loc[day, "event"]
    off = events.index.difference(sessions(events.index[0], events.index[-1]))
    assert [f"{day:%Y-%m-%d}" for day in off] == ["2020-03-15", "2023-03-12"]  # both were Sundays


def test_nothing_that_decides_reads_them():
    for folder in ("signals", "strategies", "backtests", "paper"):
        for path in (ROOT / folder).rglob("*.py"):
            names = [
                node.module or "" for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
            ]
            assert not [name for name in names if "policy_events" in name], path
