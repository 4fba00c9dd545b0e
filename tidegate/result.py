"""The result of a run: frozen frames that summarise, plot and write themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .backtests.evidence import Evidence
from .backtests.performance import Performance
from .backtests.result import Backtest
from .causality.result import Audit
from .data.findings import Finding
from .data.market import Market
from .decisions import Decisions
from .hindsight import Baskets
from .plain import plain
from .signals.result import REGIMES
from .study import Study

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class RunResult:
    """Everything one run of a study on a market produced.

    Attributes
    ----------
    study, market : Study, Market
        What was run, on what.
    findings : tuple of Finding
        What the quality gates saw, worst first; errors refuse a run.
    decisions : Decisions
        Waterline, exposures and target weights.
    portfolios : Mapping of str to Backtest
        ``strategy``, ``constant_mix``, and the other rivals (see `rivals.plans`).
    performance : Mapping of str to Performance
        Measured figures of each portfolio.
    bills : Series
        Simple daily returns of bills on the sessions of the backtest.
    regime_by_session : Series of str
        Regime in force at each session's close.
    evidence : Evidence
        What chance alone would have shown.
    audit : Audit
        The quick causality audit.
    baskets : Baskets or None
        The study with other names, where its own were chosen with hindsight.
    """

    study: Study
    market: Market
    findings: tuple[Finding, ...]
    decisions: Decisions
    portfolios: Mapping[str, Backtest]
    performance: Mapping[str, Performance]
    bills: pd.Series[float]
    regime_by_session: pd.Series[str]
    evidence: Evidence
    audit: Audit
    baskets: Baskets | None = None

    @property
    def portfolio(self) -> Any:
        """The strategy's vectorbt portfolio, to explore."""
        return self.portfolios["strategy"].portfolio

    def summary(self) -> dict[str, Any]:
        """The figures of ``summary.json``: plain data, undefined numbers as None."""
        content: dict[str, Any] = plain(
            {
                "schema": 1,
                "study": self.study.name,
                "config_hash": self.study.config_hash,
                "synthetic": self.market.provenance.synthetic,
                "data": self._data(),
                "regime": self._regime(),
                "performance": {name: figures.as_dict() for name, figures in self.performance.items()},
                "evidence": self.evidence.as_dict(),
                "audit": self.audit.as_dict(),
                **({"hindsight": {"baskets": self.baskets.as_dict()}} if self.baskets else {}),
            }
        )
        return content

    def _data(self) -> dict[str, Any]:
        return {
            "source": self.market.provenance.source,
            "hash": self.market.digest,
            "first_session": f"{self.market.sessions[0]:%Y-%m-%d}",
            "last_session": f"{self.market.sessions[-1]:%Y-%m-%d}",
            "pseudo_pit": sorted(self.market.releases.pseudo_pit),
        }

    def _regime(self) -> dict[str, Any]:
        regime = self.decisions.regime
        path = regime.to_numpy()
        return {
            "current": path[-1],
            "as_of": regime.index[-1].isoformat(),
            "flips": int((path[1:] != path[:-1]).sum()),
            "share": {name: float((regime == name).mean()) for name in REGIMES},
        }

    def target_weights(self) -> pd.DataFrame:
        """Target weights at each decision, with the rest as CASH; as written to ``weights.parquet``."""
        targets = self.decisions.targets.copy()
        targets["CASH"] = (1.0 - targets.sum(axis="columns")).clip(lower=0.0).round(12)
        return targets

    def plot(self) -> go.Figure:
        """Growth of the strategy and its rivals under the called regimes; shows nothing by itself."""
        from .pages import equity_figure

        return equity_figure(self)

    def write(self, folder: str | Path) -> Path:
        """Write pages, tables and manifest into `folder`, all or nothing.

        Raises
        ------
        ConfigError
            The folder cannot be written, or holds something that is not a run of tidegate.
        """
        from .output import write_run

        return write_run(self, Path(folder))

    def _repr_html_(self) -> str:
        """A table of the measured figures, for notebooks."""
        table = pd.DataFrame({name: figures.as_dict() for name, figures in self.performance.items()}).T
        return str(table.style.format("{:.3f}").to_html())
