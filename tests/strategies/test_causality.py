"""No strategy, wrapper or weighting knows what comes later, and one that does is caught at its node."""

from itertools import permutations

import pytest

import tidegate as tg
from tidegate.causality.change import CUT, Change
from tidegate.causality.nodes import origins
from tidegate.causality.plan import EFFORT, Trial, trials
from tidegate.causality.subjects import Case, flips, subject_of
from tidegate.causality.trials import evaluate
from tidegate.causality.worlds import world_of
from tidegate.strategies import all_strategies
from tidegate.strategies.wrappers.registry import all_wrappers

SHORT = ["clock.start=2013-06-01", "signal.history_start=2010-01-01"]
WRAPS = [wrap for count in range(len(all_wrappers()) + 1) for wrap in permutations(sorted(all_wrappers()), count)]
TIGHT = ["strategy.drawdown_brake={limit=0.05, release=0.02}", "strategy.trend.sessions=60"]
LEAK = '''
import pandas as pd

from tidegate.strategies import strategy


@strategy(source="A crystal ball")
def prophet(view):
    """Speculative where the last price of the sample is higher than today's.

    Requires prices. Sets exposures of 0 and 1.

    Information set: claims to be that of the row.
    """
    today = view.last_prices(["IGV"])[:, 0]
    share = pd.Series((EXPRESSION > today).astype(float), index=view.decisions)
    return view.exposures(speculative=share, near_cash_flow=1 - share)
'''


def audited(market, *settings):
    return tg.audit(tg.Study.load("proxies", [*SHORT, *settings]), market, depth="quick")


@pytest.mark.parametrize("wrap", WRAPS, ids="+".join)
@pytest.mark.parametrize("kind", [entry.name for entry in all_strategies()])
def test_every_strategy_and_wrapper_passes_the_audit(market, kind, wrap):
    found = audited(market, f"strategy.kind={kind}", f"strategy.wrap={list(wrap)}", *TIGHT)
    assert found.passed, found.summary()
    assert "strategy" in {row.node for row in found.rows}


@pytest.mark.parametrize("weighting", ["inverse_volatility", "momentum"])
def test_every_weighting_and_occasion_passes_the_audit(market, weighting):
    settings = [f"sleeves.{sleeve}.weighting={weighting}" for sleeve in ("speculative", "near_cash_flow")]
    settings += ["strategy.rebalance_on=['drift']", "strategy.no_trade_band=0.02", "strategy.idle=bills"]
    assert audited(market, *settings, "sleeves.speculative.cap=0.6").passed


@pytest.mark.usefixtures("own_registers")
@pytest.mark.parametrize(
    ("peek", "passed"), [('view.market.prices["IGV"].iloc[-1]', False), ('view.last_prices(["SMH"])[:, 0]', True)]
)
def test_a_strategy_that_reads_later_prices_is_caught(market, tmp_path, peek, passed):
    path = tmp_path / "prophet.py"
    path.write_text(LEAK.replace("EXPRESSION", peek), encoding="utf-8")
    found = audited(market, f"strategy.modules=['{path}']", "strategy.kind=prophet")
    assert found.passed == passed
    assert {leak.node for leak in found.leaks} == (set() if passed else {"strategy"})


@pytest.mark.usefixtures("own_registers")
def test_next_weeks_regime_is_caught_just_before_it_flips(market, tmp_path):
    """Where the regime stays, next week's is this week's: a leak that random cuts would mostly miss."""
    path = tmp_path / "prophet.py"
    begin, end = LEAK.index("    today"), LEAK.index("    return")
    rule = "    share = (view.regime.shift(-1).fillna(view.regime) == 'ABUNDANT').astype(float)\n"
    path.write_text(LEAK[:begin] + rule + LEAK[end:], encoding="utf-8")
    restless = ["signal.classifier=moving_average", "signal.moving_average.weeks=10"]  # Schmitt's never flips here
    study = tg.Study.load("proxies", [*SHORT, *restless, f"strategy.modules=['{path}']", "strategy.kind=prophet"])
    subject, world = subject_of(study), world_of(market)
    case = Case(subject, world, subject.nodes(world))
    turned = flips(case.reference["classifier"]).intersection(case.decisions)
    planned = trials(case.decisions, turned, EFFORT["default"], kinds=(), series=(), seed=0)
    cuts = {trial.change.at for trial in planned if trial.check == "prefix invariance"}
    share = case.reference["strategy"].table["speculative"]
    knows = [at for at, now, then in zip(share.index, share, share.shift(1), strict=True) if now != then][1:]
    assert knows
    assert set(knows) <= cuts
    outcome = evaluate(Trial("prefix invariance", Change(CUT, knows[0])), case)
    assert origins(outcome.moved, case.reference) == {"strategy"}
