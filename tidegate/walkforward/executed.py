"""What is executed out of sample: the chosen members as one portfolio, and what it is judged against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..backtests.config import Limits
from ..backtests.engine import backtest
from ..backtests.result import Backtest
from ..data.market import Market
from ..pipeline import tradable_prices
from ..study import Study
from ..sweeps.graph import StudyGraph
from ..sweeps.memo import Memory
from ..sweeps.plan import Plan
from .rule import Rule, limits_of_all, stitch
from .windows import Window

STITCHED, PRESET, MIX, MEDIAN, HINDSIGHT = "walk_forward", "preset", "constant_mix", "median_member", "hindsight"


@dataclass(frozen=True, eq=False)
class Desk:
    """Where members are executed one by one, through vectorbt's own portfolio.

    Parameters
    ----------
    plan, market : Plan, Market
        Members, and what they are run on; costs and execution are the study's.
    memory : Memory
        Of what was computed for them.
    """

    plan: Plan
    market: Market
    memory: Memory

    @property
    def study(self) -> Study:
        """What the members were made from."""
        return self.plan.study

    def graph(self, member: int | None = None) -> StudyGraph:
        """A member, or the study itself."""
        study = self.study if member is None else self.plan.member(member)
        graph = StudyGraph(study, self.market, self.memory)
        _ = graph.gates
        return graph

    def rule(self, member: int | None = None) -> Rule:
        """Decisions of a member, or of the study itself."""
        return Rule.of(self.graph(member))

    def execute(self, name: str, trades: pd.DataFrame, limits: Limits) -> Backtest:
        """One portfolio, from its first fill to the last session."""
        prices = tradable_prices(self.study, self.market)
        return backtest(name, trades, prices, self.study.costs, self.study.execution, limits=limits)


def legs_of(members: Sequence[int], laid_out: Sequence[Window]) -> list[tuple[int, range]]:
    """Rows that each chosen member holds; one that is chosen again goes on, and nothing is traded for it."""
    legs: list[tuple[int, range]] = []
    for member, window in zip(members, laid_out, strict=True):
        if legs and legs[-1][0] == member:
            _, held = legs.pop()
            legs.append((member, range(held.start, window.test.stop)))
        else:
            legs.append((member, window.test))
    return legs


def execute_all(
    desk: Desk, members: Sequence[int], laid_out: Sequence[Window], rivals: Mapping[str, int]
) -> dict[str, Backtest]:
    """Execute the stitched targets and their rivals on the same sessions.

    Parameters
    ----------
    desk : Desk
        Where.
    members : sequence of int
        Chosen by each window.
    laid_out : sequence of Window
        The windows.
    rivals : Mapping of str to int
        Members to show beside it, by the name of the portfolio.

    Returns
    -------
    dict of str to Backtest
        The stitched portfolio first, then the study itself, the constant mix at its average exposure, and `rivals`. All
        of them enter with the first decision of the first chosen member that fills in the first test.
    """
    legs = [(desk.rule(member), held) for member, held in legs_of(members, laid_out)]
    trades = stitch(legs)
    entry = pd.Timestamp(trades.index[0])
    first, whole = legs[0][0], range(laid_out[0].test.start, laid_out[-1].test.stop)
    row = int(first.fills[first.targets.index.get_loc(entry)])
    beside = {PRESET: desk.rule(), MIX: Rule.mixed(desk.graph(), whole)}
    beside |= {name: desk.rule(member) for name, member in rivals.items()}
    made = {STITCHED: desk.execute(STITCHED, trades, limits_of_all([rule for rule, _ in legs]))}
    for name, rule in beside.items():
        made[name] = desk.execute(name, rule.entering(entry, row).trades(whole), rule.limits)
    return made
