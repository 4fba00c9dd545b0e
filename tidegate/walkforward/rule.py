"""Rule: what one study holds when, cut and joined decision by decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..backtests.config import Limits
from ..rivals import limits_of
from ..strategies import asset_weights, constant_mix
from ..strategies.config import StrategyConfig
from ..strategies.rebalance import traded_rows
from ..sweeps.graph import StudyGraph
from ..sweeps.orders import target_weights

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rule:
    """The decisions of one study.

    Attributes
    ----------
    targets : DataFrame, shape (decisions, assets)
        Target weights.
    fills : ndarray of int64, shape (decisions,)
        Session row that fills each decision; the number of sessions where they end before it.
    prices : callable
        Gives the last known prices at each decision, shape (decisions, assets).
    config : StrategyConfig
        When targets are traded.
    limits : Limits
        What they may be.
    """

    targets: pd.DataFrame
    fills: Integers
    prices: Callable[[], Floats]
    config: StrategyConfig
    limits: Limits

    @classmethod
    def of(cls, graph: StudyGraph) -> Rule:
        """The decisions of a study as it is."""
        targets = pd.DataFrame(
            target_weights(graph), index=graph.held.value.dated.value, columns=list(graph.study.tickers)
        )
        return cls(targets, graph.fills.value, graph.last_prices, graph.study.strategy, limits_of(graph.study))

    @classmethod
    def mixed(cls, graph: StudyGraph, held: range) -> Rule:
        """The study's average exposure over the decisions that fill on the rows `held`, at each of its decisions."""
        rule, exposures = cls.of(graph), graph.exposures.value
        counted = exposures[rule._filled_in(held)]
        even = constant_mix(counted).iloc[:1].to_numpy().repeat(len(exposures), axis=0)
        mix = pd.DataFrame(even, index=exposures.index, columns=exposures.columns)
        return replace(rule, targets=asset_weights(mix, graph.held.value.shares)[list(rule.targets.columns)])

    def trades(self, held: range) -> pd.DataFrame:
        """Targets that send orders when only decisions that fill on the rows `held` count: the first of them does."""
        among = self._filled_in(held)
        targets = self.targets[among]
        if targets.empty:
            return targets
        return targets[traded_rows(targets.to_numpy(dtype=float), self.config, lambda: self.prices()[among])]

    def entering(self, decision: pd.Timestamp, row: int) -> Rule:
        """The same from `decision` on, which fills on `row`: there it sets what it had set last."""
        index = pd.DatetimeIndex(self.targets.index)
        begin = max(int(index.searchsorted(decision, side="right")) - 1, 0)
        return replace(
            self,
            targets=self.targets.iloc[begin:].set_axis(index[begin:].where(index[begin:] > decision, decision)),
            fills=np.maximum(self.fills[begin:], row),
            prices=lambda: self.prices()[begin:],
        )

    def _filled_in(self, held: range) -> npt.NDArray[np.bool_]:
        inside: npt.NDArray[np.bool_] = (self.fills >= held.start) & (self.fills < held.stop)
        return inside


def stitch(legs: Sequence[tuple[Rule, range]]) -> pd.DataFrame:
    """Targets that send orders when each rule holds on its rows and then hands over to the next.

    Parameters
    ----------
    legs : sequence of Rule and range
        Rows that follow one another. A decision counts where its fill session lies; the first one of each rule is
        traded, so that handing over costs what it costs.

    Returns
    -------
    DataFrame, shape (decisions, assets of all rules)
    """
    parts = [rule.trades(held) for rule, held in legs]
    return pd.concat([each for each in parts if len(each)]).fillna(0.0)


def limits_of_all(rules: Sequence[Rule]) -> Limits:
    """What a portfolio may be that follows now one of them, now another."""
    return Limits(gross=max(rule.limits.gross for rule in rules), shorts=any(rule.limits.shorts for rule in rules))
