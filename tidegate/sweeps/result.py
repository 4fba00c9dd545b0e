"""The result of a sweep: a table of all members, and what may be said about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..backtests.performance import SESSIONS_PER_YEAR, Performance
from ..backtests.sharpe_statistics import deflated_sharpe
from .check import TOLERANCE, Checked
from .folder import SweepFolder
from .plan import Plan

if TYPE_CHECKING:
    import plotly.graph_objects as go

_QUANTILES = {"least": 0.0, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "most": 1.0}


@dataclass(frozen=True, eq=False)
class SweepResult:
    """Everything a sweep measured.

    Attributes
    ----------
    plan : Plan
        Study and grid.
    folder : SweepFolder
        Where it is written.
    preset : Performance
        Of the study itself, on the same market.
    checked : Checked
        Members that were run again through vectorbt's own portfolio.
    seconds : float
        This call took; what earlier, interrupted calls took is not in it.
    """

    plan: Plan
    folder: SweepFolder
    preset: Performance
    checked: Checked
    seconds: float

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a member: ``member``, the swept parameters, ``config_hash``, ``refused``, and the figures."""
        return self.folder.table()

    def curves(self) -> pd.DataFrame:
        """Value of each member at each session from its first fill on, USD; shape (sessions, members), NaN before.

        Raises
        ------
        ConfigError
            The sweep was not asked to keep them.
        """
        return self.folder.curves()

    @property
    def ran(self) -> pd.DataFrame:
        """Members that could be run."""
        return self.table[self.table["refused"] == ""]

    def summary(self) -> dict[str, Any]:
        """Plain data: how the members are distributed, where the study itself stands, what the best is worth."""
        sharpe = self.ran["sharpe"].dropna()
        return {
            "schema": 1,
            "study": self.plan.study.name,
            "parameters": list(self.plan.keys),
            "sample": self.plan.grid.sample,
            "members": len(self.table),
            "refused": int((self.table["refused"] != "").sum()),
            "distinct": int(self.ran["config_hash"].nunique()),
            "sharpe": {name: _number(sharpe.quantile(share)) for name, share in _QUANTILES.items()},
            "preset": {
                "sharpe": _number(self.preset.sharpe),
                "above": _number((sharpe < self.preset.sharpe - TOLERANCE).mean()),
            },
            "best": self._best(),
            "checked": {
                "members": list(self.checked.members),
                "largest_difference": self.checked.largest_difference,
            },
        }

    def _best(self) -> dict[str, Any]:
        """The best of many is lucky: what remains of its Sharpe ratio after that; which one it is, is not said."""
        defined = self.ran.dropna(subset="sharpe")
        if defined.empty:
            return {"sharpe": None, "dsr": None}
        distinct = defined.drop_duplicates("config_hash")
        best = defined.nlargest(1, "sharpe").to_dict("records")[0]
        year = math.sqrt(SESSIONS_PER_YEAR)
        dsr = deflated_sharpe(
            float(best["sharpe"]) / year,
            int(best["sessions"]),
            skew=float(best["skew"]),
            kurtosis=float(best["kurtosis"]),
            trials=len(distinct),
            deviation=float(distinct["sharpe"].std(ddof=1)) / year if len(distinct) > 1 else 0.0,
        )
        return {"sharpe": _number(best["sharpe"]), "dsr": _number(dsr)}

    def plot(self) -> go.Figure:
        """Sharpe ratio against each swept parameter, all members; shows nothing by itself."""
        from .page import figure

        return figure(self)

    def _repr_html_(self) -> str:
        """The quartiles of the figures, for notebooks."""
        return str(self.ran.drop(columns="member").describe().to_html())


def _number(value: Any) -> float | None:
    number = float(value)
    return number if np.isfinite(number) else None
