"""How a run is told at the terminal: a few lines, the doubts among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ..causality.result import words
from .check_report import warnings

if TYPE_CHECKING:
    from ..backtests.evidence import Evidence
    from ..result import RunResult

_COLUMNS = {
    "cagr": "CAGR",
    "volatility": "vol.",
    "sharpe": "Sharpe",
    "max_drawdown": "max dd",
    "turnover": "turnover",
    "cost_drag": "costs",
}
_RATIOS = {"sharpe", "turnover"}


def show(result: RunResult, folder: Path, *, quiet: bool) -> None:
    """Print figures, evidence and where the pages are; only the folder when quiet."""
    console = Console(highlight=False, soft_wrap=True)
    if quiet:
        console.print(str(folder))
        return
    if result.market.provenance.synthetic:
        console.print("[yellow]Synthetic economy: every number below is made up.[/yellow]")
    console.print(_performance_table(result))
    for sentence in _sentences(result):
        console.print(sentence)
    console.print("Open in a browser:")
    for page in ("regime.html", "tearsheet.html"):
        console.print(f"  {(folder / page).resolve()}")


def _performance_table(result: RunResult) -> Table:
    value = result.portfolios["strategy"].value
    title = f"{result.study.name}, {value.index[0]:%Y-%m-%d} to {value.index[-1]:%Y-%m-%d}, after costs"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("portfolio", no_wrap=True)
    for heading in _COLUMNS.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for name, figures in result.performance.items():
        shown = figures.as_dict()
        numbers = (f"{shown[key]:.2f}" if key in _RATIOS else f"{shown[key]:.1%}" for key in _COLUMNS)
        table.add_row(name.replace("_", " "), *numbers)
    return table


def _sentences(result: RunResult) -> list[str]:
    gap, evidence = result.evidence.sharpe_difference, result.evidence
    interval = f"95 % interval {gap.low:+.2f} to {gap.high:+.2f}"
    verdict = "timing is not shown" if gap.low <= 0 <= gap.high else f"the interval excludes zero, {_side(gap.low)}"
    chosen, baskets = [], result.baskets
    if baskets is not None:
        chosen = [
            f"Names chosen with hindsight: Sharpe {baskets.sharpe:.2f}; with {baskets.draws} random baskets "
            f"{baskets.median:.2f} in the middle ({baskets.low:.2f} to {baskets.high:.2f}), p = {baskets.p_value:.3f}."
        ]
    audit = "passed" if result.audit.passed else "FAILED"
    leaks = [f"  Leak: {words(leak)}" for leak in result.audit.leaks]
    return [
        f"Sharpe difference to the constant mix {gap.value:+.2f}, {interval}: {verdict}.",
        f"Circular shifts of the regime path that did as well: p = {evidence.timing_p_value:.3f}. "
        f"PSR {evidence.psr:.3f}, DSR {evidence.dsr:.3f} over {_trials(evidence)}.",
        *chosen,
        f"Causality audit {audit}, {result.audit.checks} checks.",
        *leaks,
        f"Quality gates passed with {warnings(result.findings)}; `tidegate data check` shows them.",
    ]


def _side(low: float) -> str:
    return "in favour of the strategy" if low > 0 else "against the strategy: timing cost money"


def _trials(evidence: Evidence) -> str:
    if evidence.trials == 1:
        return "1 trial"
    return f"{evidence.trials} trials ({evidence.effective_trials} effective: {evidence.dsr_effective:.3f})"
