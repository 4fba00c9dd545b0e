"""A sweep in words: where the study stands among its neighbours, never which of them to take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sentences(summary: Mapping[str, Any]) -> list[str]:
    """What the terminal and the page say of a sweep.

    Parameters
    ----------
    summary : Mapping
        As `SweepResult.summary` gives it.
    """
    checked = summary["checked"]
    alone = [f"Its Sharpe ratio after costs is {ratio(summary['sharpe']['median'])}."]
    return [
        _members(summary),
        *(_standing(summary) if summary["distinct"] > 1 else alone),
        f"{_number(len(checked['members']), 'member')} run again one by one through vectorbt agree to "
        f"{checked['largest_difference']:.0e}.",
    ]


def ratio(value: float | None) -> str:
    """A figure with two digits."""
    return "undefined" if value is None else f"{value:.2f}"


def _members(summary: Mapping[str, Any]) -> str:
    refused = f"; {summary['refused']:,} cannot be run" if summary["refused"] else ""
    counted = _number(summary["members"], "member")
    return f"{counted} over {', '.join(summary['parameters'])}, {summary['distinct']:,} distinct{refused}."


def _standing(summary: Mapping[str, Any]) -> list[str]:
    sharpe, preset = summary["sharpe"], summary["preset"]
    return [
        f"Sharpe ratio after costs: {ratio(sharpe['q05'])} to {ratio(sharpe['q95'])} for nine in ten, "
        f"{ratio(sharpe['median'])} in the middle.",
        f"The study itself has {ratio(preset['sharpe'])}: better than {_share(preset['above'])} of its neighbours.",
        f"None is proposed: the best of {summary['distinct']:,} tries is luck as well, and no estimate. `tidegate "
        "walkforward` says what choosing in time would have earned.",
    ]


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _share(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.0%}"
