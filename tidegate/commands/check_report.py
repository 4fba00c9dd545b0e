"""`tidegate data check`: findings gathered, shown and written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.findings import Finding
from ..data.load import load_market
from ..data.quality import check_market
from ..errors import DataError
from ..output_folder import whole_folder, write_json
from ..study import Study

if TYPE_CHECKING:
    from rich.console import Console

_MARK = "findings.json"
_COLOURS = {"error": "red", "warning": "yellow", "note": "dim"}


def check(study: Study, data: Sequence[str]) -> list[Finding]:
    """Findings on `data`: every file that cannot be read, then what `check_market` sees."""
    problems: list[DataError] = []
    market = load_market(list(data), economy=study.economy, assets=study.tickers, report=problems.append)
    unreadable = [Finding("error", "file", "", str(problem)) for problem in problems]
    return [*unreadable, *check_market(market, study.tickers)]


def warnings(findings: Sequence[Finding]) -> str:
    """How many warnings there are, in words."""
    count = sum(finding.severity == "warning" for finding in findings)
    return f"{count or 'no'} warning{'' if count == 1 else 's'}"


def is_bad(findings: Sequence[Finding]) -> bool:
    """Whether anything found makes a run wrong or impossible."""
    return any(finding.severity == "error" for finding in findings)


def write_findings(findings: Sequence[Finding], folder: Path) -> Path:
    """Write ``findings.json`` into `folder`."""
    with whole_folder(folder, mark=_MARK) as draft:
        write_json(draft / _MARK, {"schema": 1, "findings": [finding.as_dict() for finding in findings]})
    return folder


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print the findings, one line each, and their count."""
    from rich.markup import escape

    for finding in findings:
        colour = _COLOURS[finding.severity]
        head = " ".join(part for part in (finding.subject, finding.dates) if part)
        text = escape(" ".join(part for part in (finding.message, finding.remedy) if part))
        console.print(f"[{colour}]{finding.severity:<8}[/{colour}]{escape(head)}: {text}", soft_wrap=True)
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in _COLOURS}
    console.print(", ".join(f"{count} {severity}s" for severity, count in counts.items()))
