"""The statistical case for and against: is there timing, or only average exposure and luck?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .config import EvidenceConfig
from .sharpe_statistics import deflated_sharpe, probabilistic_sharpe

_YEAR = 252
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Tried:
    """What was tried before a result was chosen.

    Attributes
    ----------
    sharpes : ndarray, shape (trials,)
        Sharpe ratio over bills of one session (not annualised) of every study tried, the one at hand included; NaN
        where not defined.
    effective : int
        How many of them were different, from 1 to ``trials``.
    """

    sharpes: Floats
    effective: int

    @property
    def deviation(self) -> float:
        """Sample standard deviation of the Sharpe ratios that are defined; 0 with fewer than two."""
        known = self.sharpes[np.isfinite(self.sharpes)]
        return float(known.std(ddof=1)) if len(known) > 1 else 0.0


@dataclass(frozen=True)
class Evidence:
    """What chance alone would have shown.

    Attributes
    ----------
    sharpe_difference : Interval
        Annual Sharpe ratio (over bills) of the strategy minus that of the constant mix.
    timing_p_value : float
        Share of circularly shifted regime paths, costs re-run, that did at least as well; the path itself counts.
    psr : float
        Probability that the true Sharpe ratio over bills is above zero.
    dsr : float
        The same above the best Sharpe ratio that as many worthless trials would show.
    trials : int
        Studies counted as tried, this one included.
    effective_trials : int
        How many of them were different.
    dsr_effective : float
        `dsr` with the effective trials for the trials.
    """

    sharpe_difference: Interval
    timing_p_value: float
    psr: float
    dsr: float
    trials: int
    effective_trials: int
    dsr_effective: float

    def as_dict(self) -> dict[str, object]:
        """Plain data, as in ``summary.json``."""
        return asdict(self)


def annual_sharpe(excess: npt.NDArray[np.floating[Any]]) -> Floats:
    """Annualised Sharpe ratio of each column of excess returns, shape (sessions, ...); NaN where nothing varied."""
    mean = excess.mean(axis=0)
    deviation = excess.std(axis=0, ddof=1, mean=mean[np.newaxis])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(deviation > 0, mean / deviation * np.sqrt(_YEAR), np.nan)


def sharpe_difference(strategy: pd.Series[float], rival: pd.Series[float], config: EvidenceConfig) -> Interval:
    """Difference of annual Sharpe ratios with a stationary-bootstrap interval (Politis and Romano, 1994).

    Parameters
    ----------
    strategy, rival : Series, shape (sessions,)
        Daily excess returns over bills on the same sessions: both are resampled together.
    config : EvidenceConfig
        Seed, resamples, mean block length.
    """
    from arch.bootstrap import StationaryBootstrap

    pair = np.column_stack([strategy.to_numpy(), rival.to_numpy()])
    resamples = StationaryBootstrap(config.block_sessions, pair, seed=np.random.default_rng(config.seed))
    draws = resamples.apply(lambda rows: np.diff(annual_sharpe(rows)[::-1]), config.bootstrap)
    low, high = np.nanquantile(draws, [0.025, 0.975])
    value = float(np.diff(annual_sharpe(pair)[::-1])[0])
    return Interval(value, float(low), float(high))


def shifts_of(count: int, config: EvidenceConfig) -> npt.NDArray[np.int64]:
    """Distinct circular shifts, in decisions, drawn without replacement; never 0."""
    possible = np.arange(1, count)
    wanted = min(config.shifts, len(possible))
    return np.sort(np.random.default_rng(config.seed).choice(possible, wanted, replace=False))


def timing_p_value(actual: float, shifted: Floats) -> float:
    """One-sided p-value: how often a shifted path did at least as well, the actual one counted among them."""
    return float((1 + np.sum(shifted >= actual)) / (1 + len(shifted)))


def weigh_evidence(
    strategy: pd.Series[float],
    rival: pd.Series[float],
    shifted: pd.DataFrame,
    *,
    tried: Tried,
    config: EvidenceConfig,
) -> Evidence:
    """Weigh a strategy against chance.

    Parameters
    ----------
    strategy, rival : Series, shape (sessions,)
        Daily excess returns over bills of the strategy and of the constant mix.
    shifted : DataFrame, shape (sessions, shifts)
        Daily excess returns of the strategy on circularly shifted regime paths, costs re-run (see `shifts_of`).
    tried : Tried
        What the strategy was chosen from.
    config : EvidenceConfig
        Seed and number of resamples.
    """
    actual = float(annual_sharpe(strategy.to_numpy()))
    per_day, count = actual / np.sqrt(_YEAR), len(strategy)
    moments = {"skew": float(strategy.skew()), "kurtosis": float(strategy.kurt()) + 3.0}  # type: ignore[arg-type]
    trials, deviation = len(tried.sharpes), tried.deviation
    return Evidence(
        sharpe_difference=sharpe_difference(strategy, rival, config),
        timing_p_value=timing_p_value(actual, annual_sharpe(shifted.to_numpy())),
        psr=probabilistic_sharpe(per_day, count, **moments),
        dsr=deflated_sharpe(per_day, count, **moments, trials=trials, deviation=deviation),
        trials=trials,
        effective_trials=tried.effective,
        dsr_effective=deflated_sharpe(per_day, count, **moments, trials=tried.effective, deviation=deviation),
    )
