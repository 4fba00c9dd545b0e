"""Print the tables of docs/strategies.md from a folder of real data.

python docs/strategies.py FOLDER

Everything here looks back: it judges strategies by what happened, and feeds nothing that decides.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

import tidegate as tg
from tidegate.backtests.engine import backtest
from tidegate.backtests.evidence import sharpe_difference
from tidegate.backtests.performance import measure
from tidegate.backtests.result import Backtest
from tidegate.decisions import exposed
from tidegate.pipeline import tradable_prices
from tidegate.reports.regime_table import earned_under, regime_table
from tidegate.rivals import plans
from tidegate.signals.result import REGIMES
from tidegate.strategies import asset_weights
from tidegate.study import Study

STUDIES = ("essay", "proxies", "long_history")
VARIANTS = {
    "tilt": {"kind": "tilt"},
    "spread": {"kind": "spread"},
    "toggle, vol_target": {"wrap": ("vol_target",)},
    "toggle, drawdown_brake": {"wrap": ("drawdown_brake",)},
}
HEADS = ("", "CAGR", "vol.", "max dd", "turnover", "costs", "Sharpe", *REGIMES, "to the constant mix", "95 % interval")


def main(folder: str) -> None:
    market = tg.load_market(folder)
    for name in STUDIES:
        result = tg.run(tg.Study.load(name), market)
        print(f"**{name}**. {span(result)}\n")
        print(table(result), "\n")
        print(luck(result), "\n")


def span(result: tg.RunResult) -> str:
    """From when to when, and how often each regime earned."""
    days = result.bills.index
    earned = earned_under(result.regime_by_session)
    shares = ", ".join(f"{regime} {np.mean(earned == regime):.0%}" for regime in REGIMES)
    return f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, {len(days)} sessions: {shares}."


def table(result: tg.RunResult) -> str:
    """The study's toggle, its variants and its rivals, each against a constant mix."""
    own = {"toggle": result.portfolios["strategy"], "constant mix": result.portfolios["constant_mix"]}
    rows = {"toggle": row(result, own["toggle"], own["constant mix"])}
    for name, changes in VARIANTS.items():
        rows[name] = row(result, *variant(result, changes))
    rows["constant mix"] = row(result, own["constant mix"], None)
    for name, portfolio in result.portfolios.items():
        if name not in ("strategy", "constant_mix"):
            rows[name.replace("_", " ")] = row(result, portfolio, own["constant mix"])
    return "\n".join(map(_line, [HEADS, ["---"] * len(HEADS), *([name, *cells] for name, cells in rows.items())]))


def variant(result: tg.RunResult, changes: Mapping[str, object]) -> tuple[Backtest, Backtest]:
    """Another strategy on the same regimes, and the constant mix at its own average exposure."""
    study = result.study.model_copy(update={"strategy": result.study.strategy.model_copy(update=changes)})
    view = replace(result.decisions.view, config=study.strategy)
    exposures = exposed(view)
    targets = asset_weights(exposures, result.decisions.shares)
    decided = replace(result.decisions, view=view, exposures=exposures, targets=targets)
    made = plans(study, result.market, decided)
    return _executed(study, result, made["strategy"]), _executed(study, result, made["constant_mix"])


def _executed(study: Study, result: tg.RunResult, plan: object) -> Backtest:
    orders = result.decisions.trades(plan.targets, plan.config)
    prices = tradable_prices(study, result.market)
    return backtest("variant", orders, prices, study.costs, study.execution, limits=plan.limits)


def row(result: tg.RunResult, portfolio: Backtest, null: Backtest | None) -> list[str]:
    bills = result.bills.loc[portfolio.value.index]
    figures = measure(portfolio, bill_returns=bills)
    by_regime = regime_table(portfolio.returns, result.regime_by_session, bills)["sharpe"]
    cells = [f"{figures.cagr:.1%}", f"{figures.volatility:.1%}", f"{figures.max_drawdown:.0%}"]
    cells += [f"{figures.turnover:.2f}", f"{figures.cost_drag:.2%}", f"{figures.sharpe:.2f}"]
    cells += [f"{by_regime[regime]:.2f}" for regime in REGIMES]
    return cells + (["", ""] if null is None else against(result, portfolio.returns - bills, null.returns - bills))


def against(result: tg.RunResult, own: pd.Series, null: pd.Series) -> list[str]:
    gap = sharpe_difference(own, null.loc[own.index], result.study.evidence)
    return [f"{gap.value:+.2f}", f"{gap.low:+.2f} to {gap.high:+.2f}"]


def luck(result: tg.RunResult) -> str:
    """The two tests by permutation: of the regime's dates, and of the names."""
    lines = [f"Circular shifts of the regime path that did at least as well: p = {result.evidence.timing_p_value:.2f}."]
    baskets = result.baskets
    if baskets is not None:
        lines.append(
            f"Random near-cash-flow baskets from {baskets.universe} names ({baskets.draws} draws): Sharpe ratio "
            f"{baskets.median:.2f} in the middle, {baskets.low:.2f} to {baskets.high:.2f} for nine tenths of them; the "
            f"study's own names {baskets.sharpe:.2f}, and {baskets.p_value:.0%} did at least as well."
        )
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(sys.argv[1])
