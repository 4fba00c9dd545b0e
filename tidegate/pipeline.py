"""One study on one market: decide, execute, weigh, audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from .backtests.bills import bill_returns
from .backtests.config import ExecutionConfig
from .backtests.delisting import with_last_prices
from .backtests.engine import backtest
from .backtests.evidence import Evidence, shifts_of, weigh_evidence
from .backtests.lag import fill_sessions
from .backtests.many import simulate_many
from .backtests.performance import measure
from .backtests.result import Backtest
from .backtests.schedule import order_schedule
from .causality.audit import audit
from .data.market import Market
from .decisions import Decisions, decide
from .gates import pass_gates
from .hindsight import proxies_plan, weigh_baskets
from .result import RunResult
from .rivals import Plan, plans
from .strategies import asset_weights
from .study import Study

Step = Callable[[str], None]
STEPS = ("measuring the waterline", "executing orders", "weighing the evidence", "auditing causality")


def run(study: Study, market: Market, *, step: Step = lambda name: None) -> RunResult:
    """Backtest a study, its rivals and its luck.

    Parameters
    ----------
    study : Study
        Configuration.
    market : Market
        Data (see `load_market`).
    step : callable
        Told the name of each of `STEPS` as it begins.

    Returns
    -------
    RunResult

    Raises
    ------
    ConfigError, DataError
        The study cannot be run on this market; the message says why.
    """
    step(STEPS[0])
    findings = pass_gates(study, market)
    decisions = decide(study, market)
    step(STEPS[1])
    prices = tradable_prices(study, market)
    portfolios = _portfolios(study, market, prices, decisions)
    bills = bill_returns(market.releases, pd.DatetimeIndex(portfolios["strategy"].value.index))
    step(STEPS[2])
    evidence = _evidence(study, prices, decisions, portfolios, bills)
    step(STEPS[3])
    return RunResult(
        study=study,
        market=market,
        findings=findings,
        decisions=decisions,
        portfolios=portfolios,
        performance={name: measure(portfolio, bill_returns=bills) for name, portfolio in portfolios.items()},
        bills=bills,
        regime_by_session=_regime_by_session(decisions, pd.DatetimeIndex(bills.index), study.execution),
        evidence=evidence,
        baskets=weigh_baskets(study, market, decisions, prices, bills) if study.hindsight else None,
        audit=audit(study, market, decisions, depth="quick"),
    )


def tradable_prices(study: Study, market: Market) -> pd.DataFrame:
    """Prices until the clock's end; what is delisted keeps the price at which it can be given back."""
    prices = market.prices.loc[: study.clock.end and pd.Timestamp(study.clock.end)]
    return with_last_prices(prices, delisting_return=study.execution.delisting_return)


def _portfolios(study: Study, market: Market, prices: pd.DataFrame, decisions: Decisions) -> dict[str, Backtest]:
    filled = prices.ffill()
    return {
        name: backtest(
            name,
            decisions.trades(plan.targets, plan.config),
            filled if plan.ungated else prices,
            study.costs,
            study.execution,
            limits=plan.limits,
        )
        for name, plan in _plans(study, market, decisions).items()
    }


def _plans(study: Study, market: Market, decisions: Decisions) -> dict[str, Plan]:
    """The strategy, its rivals, and where names were chosen with hindsight the same rules on names that were not."""
    proxies = proxies_plan(study, market, decisions) if study.hindsight else None
    return plans(study, market, decisions) | ({"proxies": proxies} if proxies else {})


def _evidence(
    study: Study,
    prices: pd.DataFrame,
    decisions: Decisions,
    portfolios: Mapping[str, Backtest],
    bills: pd.Series[float],
) -> Evidence:
    count = len(decisions.exposures)
    schedules = []
    for shift in shifts_of(count, study.evidence):
        path = np.roll(decisions.exposures.to_numpy(), shift, axis=0)
        exposures = pd.DataFrame(path, index=decisions.exposures.index, columns=decisions.exposures.columns)
        trades = decisions.trades(asset_weights(exposures, decisions.shares), study.strategy)
        schedules.append(order_schedule(trades, prices, study.execution))
    capital = study.execution.capital_usd
    values = simulate_many(schedules, prices, study.costs, capital=capital).loc[bills.index]
    shifted = values / values.shift(1).fillna(capital) - 1.0
    strategy, rival = portfolios["strategy"].returns, portfolios["constant_mix"].returns
    return weigh_evidence(strategy, rival, shifted, bills=bills, config=study.evidence)


def _regime_by_session(decisions: Decisions, sessions: pd.DatetimeIndex, execution: ExecutionConfig) -> pd.Series[str]:
    """The regime whose weights were held at each session's close."""
    fills = fill_sessions(pd.DatetimeIndex(decisions.regime.index), sessions, lag=execution.lag)
    in_force = pd.Series(decisions.regime.to_numpy(), index=fills)
    in_force = in_force[in_force.index.notna()]
    return in_force[~in_force.index.duplicated(keep="last")].reindex(sessions).ffill().rename("regime")
