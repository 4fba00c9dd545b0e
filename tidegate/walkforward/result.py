"""The result of a walk-forward: what choosing in time earned, and what it promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..backtests.evidence import Interval, sharpe_difference
from ..backtests.performance import Performance, measure
from ..backtests.result import Backtest
from ..data.market import Market
from ..plain import plain
from ..sweeps.check import Checked
from ..sweeps.folder import SweepFolder
from ..sweeps.plan import Plan
from .choice import Decay
from .config import WalkConfig
from .executed import MIX, PRESET, STITCHED
from .paths import Paths

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class WalkForward:
    """Everything a walk-forward made.

    Attributes
    ----------
    plan, config, market : Plan, WalkConfig, Market
        Study and grid, windows and criterion, data.
    folder : SweepFolder
        Where it is written.
    windows : DataFrame
        See `choices`.
    portfolios : Mapping of str to Backtest
        On the sessions of the tests: ``walk_forward`` (the targets of the chosen members, stitched and executed as one
        portfolio), ``preset`` (the study itself), ``constant_mix`` (at the preset's average exposure),
        ``median_member`` and ``hindsight``, the member that was best over the whole span: chosen afterwards.
    bills : Series, shape (sessions,)
        Simple daily returns of bills.
    rivals : Mapping of str to int
        Member behind ``median_member`` and ``hindsight``.
    paths : Paths or None
        Where they were asked for.
    checked : Checked
        Members that were run again through vectorbt's own portfolio.
    recorded : bool
        Whether the ledger knows the members.
    seconds : float
        This call took.
    """

    plan: Plan
    config: WalkConfig
    market: Market
    folder: SweepFolder
    windows: pd.DataFrame
    portfolios: Mapping[str, Backtest]
    bills: pd.Series[float]
    rivals: Mapping[str, int]
    paths: Paths | None
    checked: Checked
    recorded: bool
    seconds: float

    @property
    def returns(self) -> pd.DataFrame:
        """Simple daily returns out of sample, shape (sessions, portfolios)."""
        return pd.DataFrame({name: portfolio.returns for name, portfolio in self.portfolios.items()})

    @cached_property
    def performance(self) -> dict[str, Performance]:
        """Figures out of sample, by portfolio."""
        return {name: measure(portfolio, bill_returns=self.bills) for name, portfolio in self.portfolios.items()}

    @cached_property
    def sharpe_difference(self) -> Interval:
        """Annual Sharpe ratio of the stitched portfolio minus that of the preset, with its bootstrap interval."""
        return self._difference_to(PRESET)

    @cached_property
    def mix_difference(self) -> Interval:
        """The same minus that of the constant mix, which never times."""
        return self._difference_to(MIX)

    def _difference_to(self, rival: str) -> Interval:
        stitched, other = (self.portfolios[name].returns - self.bills for name in (STITCHED, rival))
        return sharpe_difference(stitched, other, self.plan.study.evidence)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a member, as in a sweep, and its criterion over each training and test."""
        return self.folder.table()

    @cached_property
    def decay(self) -> Decay:
        """What is left of what the trainings promised."""
        return Decay.of(self.windows)

    @property
    def switches(self) -> int:
        """How often another member was chosen than in the window before."""
        members = self.windows["member"].to_numpy()
        return int((members[1:] != members[:-1]).sum())

    @property
    def disjoint(self) -> int:
        """How many of the trainings, at most, have no session in common."""
        count, end = 0, pd.Timestamp.min
        for first, last in zip(self.windows["train_first"], self.windows["train_last"], strict=True):
            if first > end:
                count, end = count + 1, last
        return count

    def summary(self) -> dict[str, Any]:
        """Plain data, as in ``summary.json``: undefined numbers as None."""
        refused = self.table["refused"] != ""
        sessions = self.bills.index
        content: dict[str, Any] = plain(
            {
                "schema": 1,
                "study": self.plan.study.name,
                "config_hash": self.plan.study.config_hash,
                "synthetic": self.market.provenance.synthetic,
                "data": {"source": self.market.provenance.source, "hash": self.market.digest},
                "walkforward": self.config.model_dump(mode="json"),
                "parameters": list(self.plan.keys),
                "members": len(refused),
                "refused": int(refused.sum()),
                "windows": len(self.windows),
                "switches": self.switches,
                "disjoint_trainings": self.disjoint,
                "out_of_sample": {
                    "first": f"{sessions[0]:%Y-%m-%d}",
                    "last": f"{sessions[-1]:%Y-%m-%d}",
                    "sessions": len(sessions),
                },
                "performance": {name: figures.as_dict() for name, figures in self.performance.items()},
                "rivals": dict(self.rivals),
                "sharpe_difference": asdict(self.sharpe_difference),
                "mix_difference": asdict(self.mix_difference),
                "decay": self.decay.as_dict(),
                "paths": None if self.paths is None else self.paths.as_dict(),
                "checked": {**asdict(self.checked), "members": list(self.checked.members)},
            }
        )
        return content

    def plot(self) -> go.Figure:
        """The chosen value of each parameter by window; shows nothing by itself."""
        from .page import stability

        return stability(self)

    def _repr_html_(self) -> str:
        """The windows, for notebooks."""
        return str(self.windows.to_html(index=False))
