"""Findings: one thing each that a user of the data should know."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing a user of the data should know.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
        Errors make a run wrong or impossible; warnings may; notes only explain.
    subject : str
        Series, ticker or place.
    dates : str
        Where in time; empty when everywhere.
    message, remedy : str
        What was found and what to do.
    """

    severity: Severity
    subject: str
    dates: str
    message: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data."""
        return asdict(self)


def worst_first(findings: tuple[Finding, ...] | list[Finding]) -> list[Finding]:
    """`findings` by severity, otherwise in their order."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
