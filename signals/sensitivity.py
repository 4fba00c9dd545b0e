"""Sensitivity: how the waterline and its regime change when one choice behind them changes.

Every variant is shown beside the base. None is a candidate: the preset is what the thesis says, not the best row here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from ..data.market import Market
from ..data.releases import Releases
from .config import BLOCKS, CapexForm, RegimeConfig, SignalConfig
from .known import Known
from .regimes.registry import all_classifiers
from .registry import chosen_indicators
from .result import Waterline
from .waterline import measure_waterline

BASE = "base"
_LEVELS = ("scarce_enter", "scarce_leave", "abundant_enter", "abundant_leave", "override")


class Variant(NamedTuple):
    """One other choice: its name, the configuration, and a series taken from the data where that is the choice."""

    name: str
    config: SignalConfig
    without_series: str = ""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Waterline and regime under every variant.

    Attributes
    ----------
    levels : DataFrame, shape (decisions, variants)
        Waterlines; NaN where too little is measured. The first column is the base.
    regimes : DataFrame of str, shape (decisions, variants)
        Called regimes; missing before the first call.
    """

    levels: pd.DataFrame
    regimes: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """One row per variant.

        ``same``: share of decisions with the regime of the base, among those at which both have one (`decisions`).
        ``flips``: changes of the regime. ``correlation``: of the level with the base's, where both are known; NaN
        where it cannot be said. ``last``: the regime at the last decision.
        """
        both = self.regimes.notna().mul(self.regimes[BASE].notna(), axis="index")
        return pd.DataFrame(
            {
                "same": agreement(self.regimes)[BASE],
                "decisions": both.sum(),
                "flips": self.regimes.apply(flips),
                "correlation": self.levels.corrwith(self.levels[BASE]),
                "last": self.regimes.iloc[-1],
            }
        ).loc[list(self.levels.columns)]


def sensitivity(
    market: Market,
    sleeves: Mapping[str, Sequence[str]],
    config: SignalConfig,
    *,
    every: Literal["weekly", "daily"] = "weekly",
) -> Sensitivity:
    """Measure the waterline once as configured and once per variant.

    Parameters
    ----------
    market, sleeves, config, every
        As for `measure_waterline`; files of indicators that `config` names must have been loaded.

    Returns
    -------
    Sensitivity
        Information set of row t in every column: releases with ``released <= t`` and bars complete by t.
    """
    lines = {BASE: measure_waterline(market, sleeves, config, every=every)}
    for variant in variants(config):
        lines[variant.name] = _measured(market, variant, sleeves, every)
    return Sensitivity(
        pd.DataFrame({name: line.level for name, line in lines.items()}),
        pd.DataFrame({name: line.regime for name, line in lines.items()}),
    )


def _measured(
    market: Market, variant: Variant, sleeves: Mapping[str, Sequence[str]], every: Literal["weekly", "daily"]
) -> Waterline:
    data = without_series(market, variant.without_series) if variant.without_series else market
    return measure_waterline(data, sleeves, variant.config, every=every)


def variants(config: SignalConfig) -> tuple[Variant, ...]:
    """Everything that is varied, one choice at a time."""
    return (*_of_blocks(config), *_of_parameters(config), *_of_capex(config), *_of_series(config))


def _of_blocks(config: SignalConfig) -> Iterator[Variant]:
    for block in BLOCKS:
        weights = {**config.block_weights, block: 0.0}
        if 0.0 < sum(weights.values()) < sum(config.block_weights.values()):
            yield Variant(f"without {block}", _with(config, block_weights=weights))


def _of_parameters(config: SignalConfig) -> Iterator[Variant]:
    for factor in (0.5, 1.5):
        yield Variant(f"thresholds x {factor:g}", _with(config, regime=_scaled(config.regime, factor)))
    for weeks in (8, 26):
        yield Variant(f"changes over {weeks} weeks", _with(config, change_weeks=weeks))
    for weeks in (104, 520):
        least = min(weeks, config.min_history_weeks)  # a window may not be shorter than the history that is needed
        yield Variant(f"rolling {weeks} weeks", _with(config, rolling_weeks=weeks, min_history_weeks=least))
    for limit in (2.0, 4.0):
        yield Variant(f"winsorised at {limit:g}", _with(config, winsor=limit))


def _of_capex(config: SignalConfig) -> Iterator[Variant]:
    for form in get_args(CapexForm):
        if form != config.capex.form:
            yield Variant(f"capex form {form}", _with(config, capex=config.capex.model_copy(update={"form": form})))
    without = config.capex.model_copy(update={"without": (*config.capex.without, "ORCL")})
    yield Variant("without ORCL", _with(config, capex=without))


def _of_series(config: SignalConfig) -> Iterator[Variant]:
    for series in dict.fromkeys(name for entry in chosen_indicators(config) for name in entry.series):
        yield Variant(f"without {series}", config, without_series=series)


def _with(config: SignalConfig, **changes: Any) -> SignalConfig:
    return config.model_copy(update=changes)


def _scaled(regime: RegimeConfig, factor: float) -> RegimeConfig:
    """Every level of the trigger times `factor`."""
    return regime.model_copy(update={name: factor * getattr(regime, name) for name in _LEVELS})


def without_series(market: Market, series: str) -> Market:
    """The market without one series; ``capex:*`` names a whole family."""
    table, ids = market.releases.table, market.releases.table["series"]
    gone = ids.str.startswith(series[:-1]) if series.endswith(":*") else ids == series
    return replace(market, releases=Releases(table[~gone], market.releases.pseudo_pit - {series}))


def called_by_each(
    market: Market,
    sleeves: Mapping[str, Sequence[str]],
    config: SignalConfig,
    *,
    every: Literal["weekly", "daily"] = "weekly",
) -> pd.DataFrame:
    """The regime that each registered classifier calls on the same waterline, shape (decisions, classifiers).

    Their agreement is ``agreement(called_by_each(...))``. The statistical ones are fitted again and again: allow some
    seconds for twenty years.
    """
    level = measure_waterline(market, sleeves, config, every=every).level
    known = Known(market, pd.DatetimeIndex(level.index), sleeves, config, every)
    return pd.DataFrame({entry.name: entry.fit_predict_online(level, known) for entry in all_classifiers()})


def agreement(paths: pd.DataFrame) -> pd.DataFrame:
    """How often regime paths say the same.

    Parameters
    ----------
    paths : DataFrame of str, shape (decisions, paths)
        Regimes of classifiers or of variants; missing where there is none.

    Returns
    -------
    DataFrame, shape (paths, paths)
        Share of decisions with the same regime, among those at which both have one; NaN where that is none.
    """
    called = paths.notna().to_numpy()
    names = paths.astype(object).where(called, None).to_numpy()
    same = (names[:, :, None] == names[:, None, :]) & called[:, :, None] & called[:, None, :]
    both = called.T.astype(float) @ called.astype(float)
    share = np.divide(same.sum(axis=0), both, out=np.full(both.shape, np.nan), where=both > 0)
    return pd.DataFrame(share, index=paths.columns, columns=paths.columns)


def flips(regime: pd.Series[str]) -> int:
    """How often a regime path changes, its first call not counted."""
    called = regime.dropna().to_numpy(dtype=object)
    return int((called[1:] != called[:-1]).sum())
