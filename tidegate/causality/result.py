"""What an audit found: a frozen result that says how hard it looked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from .plan import chance_to_miss

Verdict = Literal["pass", "leak", "follows", "smell"]
SHARES = (0.1, 0.01, 0.001)
_NAMED = 6  # series in a line of words; the table has them all


@dataclass(frozen=True)
class Check:
    """One check of one node, over all its comparisons.

    Attributes
    ----------
    node, check : str
        What was checked, and how.
    verdict : {"pass", "leak", "follows", "smell"}
        ``follows``: the node moved because a node that it is computed from leaks. ``smell``: no proof, but look at it.
    comparisons : int
        How often.
    first : Timestamp or None
        First offending date (UTC).
    series : tuple of str
        Offending series.
    column : str
        Column of the node's table.
    expected, found : object
        The value that the true future gives, and the one that another future gives.
    note : str
        What a reader should know.
    """

    node: str
    check: str
    verdict: Verdict
    comparisons: int
    first: pd.Timestamp | None = None
    series: tuple[str, ...] = ()
    column: str = ""
    expected: Any = None
    found: Any = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as in ``summary.json``."""
        return {
            "node": self.node,
            "check": self.check,
            "verdict": self.verdict,
            "comparisons": self.comparisons,
            "first": None if self.first is None else self.first.isoformat(),
            "series": list(self.series),
            "column": self.column,
            "expected": _plain(self.expected),
            "found": _plain(self.found),
            "note": self.note,
        }


@dataclass(frozen=True, eq=False)
class Audit:
    """Result of a causality audit.

    Attributes
    ----------
    subject, depth : str
        What was audited, and how deep.
    rows : tuple of Check
        Every check, in the order of the flow.
    decisions : int
        Decisions at which the future could be cut.
    cuts : int
        Distinct decisions at which it was cut.
    cuts_of_indicators : int
        The same for indicators, which are asked for single decisions too.
    scrambles : int
        Scrambled futures.
    refused : tuple of str
        Why the subject gave nothing in some of these worlds; they prove nothing.
    rounded : int
        Comparisons that held but for rounding.
    tables : Mapping of str to DataFrame
        ``start``: today's answer with a later start of the data; ``vintages``: with true and with latest vintages;
        ``lag``: Sharpe ratio by execution lag. Only in an audit of a study that is not quick.
    """

    subject: str
    depth: str
    rows: tuple[Check, ...]
    decisions: int
    cuts: int
    cuts_of_indicators: int
    scrambles: int
    refused: tuple[str, ...] = ()
    rounded: int = 0
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether no leak was found."""
        return not self.leaks

    @property
    def leaks(self) -> tuple[Check, ...]:
        """Checks that prove a look ahead, each where it begins."""
        return tuple(row for row in self.rows if row.verdict == "leak")

    @property
    def smells(self) -> tuple[Check, ...]:
        """Checks that prove nothing but should be looked at."""
        return tuple(row for row in self.rows if row.verdict == "smell")

    @property
    def checks(self) -> int:
        """Comparisons made."""
        return sum(row.comparisons for row in self.rows)

    def chance_to_miss(self, share: float) -> float:
        """Chance, at most, that a leak went unseen which touches `share` of the decisions without regard to the cuts.

        See `plan.chance_to_miss`.
        """
        return chance_to_miss(share, cuts=self.cuts, decisions=self.decisions)

    def table(self) -> pd.DataFrame:
        """One row per node and check."""
        return pd.DataFrame([row.as_dict() for row in self.rows])

    def overview(self) -> pd.DataFrame:
        """Kinds of node by checks: how many comparisons held, or the worst verdict in capitals; empty where none."""
        table: dict[str, dict[str, str]] = {check: {} for check in dict.fromkeys(row.check for row in self.rows)}
        for kind in dict.fromkeys(_kind(row) for row in self.rows):
            for check, column in table.items():
                column[kind] = _cell([row for row in self.rows if _kind(row) == kind and row.check == check])
        return pd.DataFrame(table).rename_axis("node")

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as in ``summary.json``."""
        return {
            "passed": self.passed,
            "checks": self.checks,
            "subject": self.subject,
            "depth": self.depth,
            "decisions": self.decisions,
            "cuts": self.cuts,
            "cuts_of_indicators": self.cuts_of_indicators,
            "scrambles": self.scrambles,
            "refused": len(self.refused),
            "rounded": self.rounded,
            "chance_to_miss": {f"{share:g}": self.chance_to_miss(share) for share in SHARES},
            "overview": self.overview().to_dict("index"),
            "told": [f"{row.verdict.capitalize()}: {words(row)}" for row in (*self.leaks, *self.smells)],
            "table": [row.as_dict() for row in self.rows],
            "sensitivity": {name: _records(table) for name, table in self.tables.items()},
        }

    def summary(self) -> str:
        """A paragraph: the verdict, the effort, the power."""
        verdict = "passed" if self.passed else f"FAILED, {len(self.leaks)} leak(s)"
        power = ", ".join(f"{self.chance_to_miss(share):.1%} for {share:.1%}" for share in SHARES)
        lines = [
            f"Causality audit of {self.subject}: {verdict}. {self.checks} comparisons, the future cut at {self.cuts} "
            f"of {self.decisions} decisions and scrambled {self.scrambles} times; indicators alone were asked at "
            f"{self.cuts_of_indicators}.",
            f"Chance to miss a leak by the share of decisions that it touches: {power}.",
            *(f"{row.verdict.upper()} {words(row)}" for row in (*self.leaks, *self.smells)),
        ]
        if self.refused:
            lines.append(f"{len(self.refused)} changed worlds gave no answer and prove nothing; one: {self.refused[0]}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The table of the checks, for notebooks."""
        return str(self.table().to_html())


def _kind(row: Check) -> str:
    return row.node.partition(":")[0]


def _cell(rows: list[Check]) -> str:
    verdicts = {row.verdict for row in rows}
    worst = next((verdict for verdict in ("leak", "follows", "smell") if verdict in verdicts), None)
    return worst.upper() if worst else f"{sum(row.comparisons for row in rows):,}" if rows else ""


def words(row: Check) -> str:
    """A leak or a smell in one line."""
    parts = [f"{row.node}, {row.check}"]
    if row.first is not None:
        parts.append(f"first on {row.first:%Y-%m-%d %H:%M}")
    if row.series:
        parts.append(f"through {_named(row.series)}")
    if row.expected is not None or row.found is not None:
        parts.append(f"{_plain(row.expected)} became {_plain(row.found)}")
    return "; ".join(parts) + (f". {row.note}" if row.note else ".")


def _named(series: tuple[str, ...]) -> str:
    more = len(series) - _NAMED
    return ", ".join(series) if more <= 1 else f"{', '.join(series[:_NAMED])} and {more} more"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(value) for name, value in record.items()}
        for record in table.reset_index().to_dict("records")
    ]


def _plain(value: Any) -> Any:
    """`value` as JSON can hold it."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
