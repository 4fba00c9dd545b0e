"""A trial: one study that was backtested on one data set, with its figures."""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..backtests.performance import SESSIONS_PER_YEAR, Performance
from ..errors import ConfigError

Kind = Literal["run", "sweep", "walkforward"]
METRICS = tuple(each.name for each in fields(Performance))
Months = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Trial:
    """One study that was backtested on one data set.

    Parameters
    ----------
    config_hash, data_hash : str
        Of the study (`Study.config_hash`) and of the market (`Market.digest`), 64 hexadecimal digits each.
    synthetic : bool
        True when any number of the data was made up.
    source : str
        Where the data came from (`Provenance.source`).
    study : str
        The study's name.
    base : Mapping
        A whole study as plain data (`study.as_mapping`). Members of one sweep share the same object.
    metrics : Mapping of str to float
        The figures of `Performance`, all of them; NaN where not defined.
    sessions : int
        Sessions of the backtest.
    first_month : str
        Calendar month of the first of `months`, as ``2005-01``.
    months : ndarray of float32, shape (months,)
        Log growth of the portfolio's value in each calendar month, without gaps; NaN where not defined.
    code_version : str
        The version of tidegate that backtested it.
    at : datetime
        When, with its time zone.
    kind : {"run", "sweep", "walkforward"}
        What it was backtested for.
    overrides : Mapping of str to object, optional
        Dotted key to value, as plain data: what the study has that `base` has not.
    skew, kurtosis : float, optional
        Moments of the daily excess returns; `kurtosis` is 3 for a normal.

    Raises
    ------
    ConfigError
        A hash, a month, the kind, the time or the set of figures is not what it should be.
    """

    config_hash: str
    data_hash: str
    synthetic: bool
    source: str
    study: str
    base: Mapping[str, Any]
    metrics: Mapping[str, float]
    sessions: int
    first_month: str
    months: Months
    code_version: str
    at: datetime
    kind: Kind = "run"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    skew: float = math.nan
    kurtosis: float = math.nan

    def __post_init__(self) -> None:
        _refuse_broken(self)

    @property
    def digest(self) -> bytes:
        """Hash of configuration and data together, 16 bytes: what the ledger knows the trial by."""
        return hashlib.sha256(f"{self.config_hash} {self.data_hash}".encode()).digest()[:16]

    @property
    def sharpe(self) -> float:
        """Sharpe ratio over bills of one session, not annualised; NaN where not defined."""
        return float(self.metrics["sharpe"]) / math.sqrt(SESSIONS_PER_YEAR)

    def whole_study(self) -> dict[str, Any]:
        """The study as it was backtested, as plain data: `base` with the overrides in their places."""
        whole = copy.deepcopy(dict(self.base))
        for key, value in self.overrides.items():
            *path, leaf = key.split(".")
            table = whole
            for step in path:
                table = table.setdefault(step, {})
            table[leaf] = value
        return whole


def monthly_growth(returns: pd.Series[float]) -> tuple[str, Months]:
    """Log growth in each calendar month, from the first to the last.

    Parameters
    ----------
    returns : Series, shape (sessions,)
        Simple daily returns, at least one; NaN is no growth.

    Returns
    -------
    str
        The first month, as ``2005-01``.
    ndarray of float32, shape (months,)
        NaN in a month in which everything was lost.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log1p(returns.fillna(0.0).to_numpy(dtype=float))
    months = pd.DatetimeIndex(returns.index).to_numpy().astype("datetime64[M]")
    sums = np.bincount((months - months[0]).astype(int), weights=growth)
    return str(months[0]), np.where(np.isfinite(sums), sums, np.nan).astype(np.float32)


def _refuse_broken(trial: Trial) -> None:
    for name in ("config_hash", "data_hash"):
        if not _is_hash(getattr(trial, name)):
            raise ConfigError(f"{name} of a trial", received=getattr(trial, name), expected="64 hexadecimal digits")
    if trial.kind not in get_args(Kind):
        raise ConfigError("kind of a trial", received=trial.kind, expected=f"one of {', '.join(get_args(Kind))}")
    if set(trial.metrics) != set(METRICS):
        raise ConfigError("metrics of a trial", received=sorted(trial.metrics), expected=", ".join(METRICS))
    if trial.at.tzinfo is None:
        raise ConfigError("at of a trial", received=str(trial.at), expected="a time with its time zone")
    try:
        np.datetime64(trial.first_month, "M")
    except ValueError:
        raise ConfigError("first_month of a trial", received=trial.first_month, expected="YYYY-MM") from None


def _is_hash(text: str) -> bool:
    try:
        return len(text) == 64 and len(bytes.fromhex(text)) == 32
    except ValueError:
        return False
