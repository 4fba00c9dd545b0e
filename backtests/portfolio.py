"""vectorbt's portfolio on the exchange's clock: a year has 252 sessions, not 365 days."""

from __future__ import annotations

from typing import Any

import vectorbt as vbt

from .performance import SESSIONS_PER_YEAR

_YEAR = f"{SESSIONS_PER_YEAR} days"


class SessionPortfolio(vbt.Portfolio):  # type: ignore[misc]  # vectorbt is not typed
    """A `vectorbt.Portfolio` whose annualised figures count sessions.

    vectorbt takes each row for a day and a year for 365 of them, unless every call says otherwise: volatility and
    Sharpe ratio would be a fifth too large. A `year_freq` that is given still counts. Its drawdowns begin after the
    first fill, whose costs only `measure` counts.
    """

    def get_returns_acc(self, *args: Any, year_freq: Any = None, **kwargs: Any) -> Any:
        """Returns accessor; see `vectorbt.Portfolio.get_returns_acc`."""
        return super().get_returns_acc(*args, year_freq=year_freq or _YEAR, **kwargs)

    @property
    def returns_acc(self) -> Any:
        """`get_returns_acc` with default arguments."""
        return self.get_returns_acc()

    def get_qs(self, *args: Any, year_freq: Any = None, **kwargs: Any) -> Any:
        """Quantstats adapter; see `vectorbt.Portfolio.get_qs`."""
        return super().get_qs(*args, year_freq=year_freq or _YEAR, **kwargs)

    @property
    def stats_defaults(self) -> Any:
        """Defaults of `stats`."""
        defaults = super().stats_defaults
        return {**defaults, "settings": {**defaults["settings"], "year_freq": _YEAR}}
