"""What a Sharpe ratio is worth: probabilistic and deflated Sharpe ratio, minimum track record length.

Sharpe ratios in this module are per period, not annualised. `kurtosis` is the raw fourth moment: 3 for a normal.
"""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_EULER = 0.5772156649015329


def sharpe_variance(sharpe: float, *, skew: float, kurtosis: float) -> float:
    """Variance of the Sharpe estimator times the number of observations (Mertens, 2002)."""
    return 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2


def probabilistic_sharpe(sharpe: float, count: int, *, skew: float, kurtosis: float, benchmark: float = 0.0) -> float:
    """Probability that the true Sharpe ratio exceeds `benchmark` (Bailey and Lopez de Prado, 2012, equation 9).

    Parameters
    ----------
    sharpe, benchmark : float
        Per-period Sharpe ratios.
    count : int
        Observations.
    skew, kurtosis : float
        Moments of the returns; NaN where the variance of the estimator would not be positive.
    """
    variance = sharpe_variance(sharpe, skew=skew, kurtosis=kurtosis)
    if variance <= 0 or count < 2:
        return math.nan
    return _NORMAL.cdf((sharpe - benchmark) * math.sqrt((count - 1) / variance))


def minimum_track_record(
    sharpe: float, *, skew: float, kurtosis: float, benchmark: float = 0.0, confidence: float = 0.95
) -> float:
    """Observations needed to claim at `confidence` that the Sharpe ratio exceeds `benchmark` (ibid., equation 11)."""
    if sharpe <= benchmark:
        return math.inf
    variance = sharpe_variance(sharpe, skew=skew, kurtosis=kurtosis)
    return 1.0 + variance * (_NORMAL.inv_cdf(confidence) / (sharpe - benchmark)) ** 2


def expected_maximum_sharpe(trials: float, *, deviation: float = 1.0) -> float:
    """Expected best Sharpe ratio of `trials` worthless strategies whose Sharpe ratios vary by `deviation`.

    Bailey and Lopez de Prado (2014), equation 1; zero for a single trial.
    """
    if trials <= 1:
        return 0.0
    above, far_above = _NORMAL.inv_cdf(1.0 - 1.0 / trials), _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    best = (1.0 - _EULER) * above + _EULER * far_above
    return deviation * best


def deflated_sharpe(
    sharpe: float, count: int, *, skew: float, kurtosis: float, trials: float, deviation: float
) -> float:
    """Probabilistic Sharpe ratio against the best that `trials` worthless strategies would show (ibid., equation 2)."""
    best = expected_maximum_sharpe(trials, deviation=deviation)
    return probabilistic_sharpe(sharpe, count, skew=skew, kurtosis=kurtosis, benchmark=best)
