"""What the pages show of a run: from a result to the content that `reports` renders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .caveats import caveats
from .data.policy_events import policy_events
from .reports import charts
from .reports.regime_page import RegimePage, render_regime_page
from .reports.tearsheet import Tearsheet, render_tearsheet
from .rivals import absent

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from .backtests.result import Backtest
    from .result import RunResult
    from .signals.config import SignalConfig


def equity_figure(result: RunResult) -> go.Figure:
    """Growth of the strategy and its rivals under the called regimes."""
    sessions = result.bills.index
    return charts.equity_chart(
        result.portfolios["strategy"], _rivals(result), result.regime_by_session, window=(sessions[0], sessions[-1])
    )


_DRAWN = ("constant_mix", "speculative", "near_cash_flow")  # more lines than four tell nothing; the table has them all


def _rivals(result: RunResult) -> dict[str, Backtest]:
    return {name: result.portfolios[name] for name in _DRAWN if name in result.portfolios}


def notes_of(result: RunResult) -> tuple[str, ...]:
    """What a reader must know before believing a number, one sentence each."""
    missing = [f"{name}: {reason}" for name, reason in result.decisions.waterline.missing.items()]
    unmeasured = (f"Not measured at the last decision: {'; '.join(missing)}.",) if missing else ()
    lacking = ", ".join(name.replace("_", " ") for name in absent(result.study, result.portfolios))
    unshown = (f"Rivals for which the data do not reach from the first decision on: {lacking}.",) if lacking else ()
    return (*caveats(result.study, result.market), *unmeasured, *unshown)


def _thresholds(config: SignalConfig) -> tuple[float, float] | None:
    return (config.regime.abundant_enter, config.regime.abundant_leave) if config.classifier == "schmitt" else None


def tearsheet(result: RunResult) -> str:
    """The quantstats tearsheet of the strategy against the constant mix, as HTML."""
    strategy, mix = result.portfolios["strategy"], result.portfolios["constant_mix"]
    failed = () if result.audit.passed else ("The causality audit failed: numbers on this page may know the future.",)
    return render_tearsheet(
        Tearsheet(
            title=result.study.title or result.study.name,
            notes=(*failed, *notes_of(result)),
            synthetic=result.market.provenance.synthetic,
            returns=strategy.returns,
            benchmark=mix.returns,
            bill_returns=result.bills,
            performance=result.performance["strategy"],
            benchmark_performance=result.performance["constant_mix"],
        )
    )


def regime_page(result: RunResult) -> str:
    """The regime page as HTML."""
    summary = result.summary()
    return render_regime_page(
        RegimePage(
            study=result.study.name,
            title=result.study.title or result.study.name,
            description=result.study.description,
            synthetic=result.market.provenance.synthetic,
            notes=notes_of(result),
            waterline=result.decisions.waterline,
            strategy=result.portfolios["strategy"],
            rivals=_rivals(result),
            sleeves=result.study.sleeves.assets(),
            regime_by_session=result.regime_by_session,
            true_regime=result.market.true_regime,
            bill_returns=result.bills,
            evidence=summary["evidence"] | summary.get("hindsight", {}),
            audit=summary["audit"],
            performance=summary["performance"],
            target={str(asset): float(weight) for asset, weight in result.target_weights().iloc[-1].items()},
            thresholds=_thresholds(result.study.signal),
            events=None if result.market.provenance.synthetic else policy_events(),
            provenance={
                "source": result.market.provenance.source,
                "data hash": result.market.digest,
                "configuration hash": result.study.config_hash,
            },
        )
    )
