"""One study on one market: decide, execute, weigh, audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from .backtests.bills import bill_returns
from .backtests.config import ExecutionConfig
from .backtests.delisting import with_last_prices
from .backtests.engine import backtest
from .backtests.evidence import Tried, shifts_of, weigh_evidence
from .backtests.lag import fill_sessions
from .backtests.many import simulate_many
from .backtests.performance import measure
from .backtests.result import Backtest
from .backtests.schedule import order_schedule
from .causality.audit import audit
from .causality.result import Audit
from .data.market import Market
from .decisions import Decisions, decide
from .gates import pass_gates
from .hindsight import proxies_plan, weigh_baskets
from .ledger import Ledger, Trial, chosen_ledger, effective_trials
from .ledger.of_run import trial_of_run
from .result import RunResult
from .rivals import Plan, plans
from .strategies import asset_weights
from .study import Study

Step = Callable[[str], None]
STEPS = ("measuring the waterline", "executing orders", "weighing the evidence", "auditing causality")


def run(
    study: Study,
    market: Market,
    *,
    ledger: Ledger | Literal["home"] | None = "home",
    step: Step = lambda name: None,
    jobs: int = 0,
) -> RunResult:
    """Backtest a study, its rivals and its luck.

    Parameters
    ----------
    study : Study
        Configuration.
    market : Market
        Data (see `load_market`).
    ledger : Ledger or None, optional
        Where the run is recorded, and the trials that it has to answer for are counted; by default the one of this
        machine's user (see `Ledger.at_home`). None records nothing and counts the run alone.
    step : callable
        Told the name of each of `STEPS` as it begins.
    jobs : int
        Further processes, which audit beside all else; 0 audits here, at the end.

    Returns
    -------
    RunResult

    Raises
    ------
    ConfigError, DataError
        The study cannot be run on this market, or the ledger cannot be written; the message says why.
    """
    book = chosen_ledger(ledger)
    if book is not None:
        book.prepare()
    step(STEPS[0])
    findings = pass_gates(study, market)
    decisions = decide(study, market)
    with _audited(study, market, decisions, jobs) as audited:
        step(STEPS[1])
        prices = tradable_prices(study, market)
        portfolios = _portfolios(study, market, prices, decisions)
        bills = bill_returns(market.releases, pd.DatetimeIndex(portfolios["strategy"].value.index))
        performance = {name: measure(portfolio, bill_returns=bills) for name, portfolio in portfolios.items()}
        trial = trial_of_run(
            study, market, portfolios["strategy"].returns, bills=bills, figures=performance["strategy"]
        )
        tried = _tried(trial, book)
        step(STEPS[2])
        strategy, mix = (portfolios[name].returns - bills for name in ("strategy", "constant_mix"))
        shifted = _shifted(study, prices, decisions, bills.index).sub(bills, axis="index")
        evidence = weigh_evidence(strategy, mix, shifted, tried=tried, config=study.evidence)
        step(STEPS[3])
        return RunResult(
            study=study,
            market=market,
            findings=findings,
            decisions=decisions,
            portfolios=portfolios,
            performance=performance,
            bills=bills,
            regime_by_session=_regime_by_session(decisions, pd.DatetimeIndex(bills.index), study.execution),
            evidence=evidence,
            baskets=weigh_baskets(study, market, decisions, prices, bills) if study.hindsight else None,
            audit=audited(),
        )


@contextmanager
def _audited(study: Study, market: Market, decisions: Decisions, jobs: int) -> Iterator[Callable[[], Audit]]:
    """What gives the quick audit: made when it is asked for, or from now on by other processes."""
    quick = partial(audit, study, market, decisions, depth="quick", jobs=jobs)
    if jobs == 0:
        yield quick
    else:
        with ThreadPoolExecutor(1) as waiting:
            yield waiting.submit(quick).result


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


def _shifted(study: Study, prices: pd.DataFrame, decisions: Decisions, sessions: pd.Index) -> pd.DataFrame:
    """Daily returns of the strategy on circularly shifted regime paths, costs re-run."""
    schedules = []
    for shift in shifts_of(len(decisions.exposures), study.evidence):
        path = np.roll(decisions.exposures.to_numpy(), shift, axis=0)
        exposures = pd.DataFrame(path, index=decisions.exposures.index, columns=decisions.exposures.columns)
        trades = decisions.trades(asset_weights(exposures, decisions.shares), study.strategy)
        schedules.append(order_schedule(trades, prices, study.execution))
    capital = study.execution.capital_usd
    values = simulate_many(schedules, prices, study.costs, capital=capital).loc[sessions]
    return values / values.shift(1).fillna(capital) - 1.0


def _tried(trial: Trial, ledger: Ledger | None) -> Tried:
    """Record the trial, and count it with those before it."""
    if ledger is None:
        return Tried(np.array([trial.sharpe]), effective=1)
    ledger.record([trial])
    counted = ledger.counted(trial)
    return Tried(counted.sharpes, effective_trials(counted.growth, trials=counted.trials))


def _regime_by_session(decisions: Decisions, sessions: pd.DatetimeIndex, execution: ExecutionConfig) -> pd.Series[str]:
    """The regime whose weights were held at each session's close."""
    fills = fill_sessions(pd.DatetimeIndex(decisions.regime.index), sessions, lag=execution.lag)
    in_force = pd.Series(decisions.regime.to_numpy(), index=fills)
    in_force = in_force[in_force.index.notna()]
    return in_force[~in_force.index.duplicated(keep="last")].reindex(sessions).ffill().rename("regime")
