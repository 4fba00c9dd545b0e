"""The quality gates that every run and every signal passes before anything is computed."""

from __future__ import annotations

from .data.findings import Finding
from .data.market import Market
from .data.quality import check_market
from .decisions import refuse_unknown_assets
from .errors import DataError
from .study import Study


def pass_gates(study: Study, market: Market) -> tuple[Finding, ...]:
    """Warnings and notes about the data, worst first.

    Raises
    ------
    ConfigError
        The market lacks a ticker of the study.
    DataError
        A gate found an error: a result would be wrong.
    """
    refuse_unknown_assets(study, market)
    findings = tuple(check_market(market, study.tickers))
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        first, more = errors[0], f" (and {len(errors) - 1} more errors)" if len(errors) > 1 else ""
        raise DataError(
            f"The data does not pass the quality gates{more}: {first.subject}, {first.dates or 'everywhere'}",
            received=first.message.rstrip("."),
            expected="no errors in tidegate data check",
            remedy=first.remedy,
        )
    return findings
