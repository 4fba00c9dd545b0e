"""Why a decision came out as it did: what adds up to the waterline, what changed, and what would flip the regime."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..errors import ConfigError
from .composite import block_of
from .config import SignalConfig
from .explanation import Explanation
from .flip import pending, single_flips, slopes, thresholds
from .registry import all_indicators
from .result import Waterline

_NUMBERS = ("raw", "standardised", "contribution", "change")


def explain(waterline: Waterline, config: SignalConfig, decision: pd.Timestamp | None = None) -> Explanation:
    """Take one decision apart.

    Parameters
    ----------
    waterline : Waterline
        What was measured.
    config : SignalConfig
        What it was measured with.
    decision : Timestamp, optional
        One of ``waterline.decisions`` with a regime; the last when not given.

    Returns
    -------
    Explanation
        Information set: that of `decision`. Distances and single flips hold the scale of the composite (see
        `signals.flip.slopes`).

    Raises
    ------
    ConfigError
        `decision` is none of the waterline's, or no regime had been called by then.
    """
    row = _row(waterline, decision)
    told = _told(waterline, row)
    told["classifier"] = config.classifier
    waits = max(0, config.regime.min_dwell - told["decisions_in_force"]) if config.classifier == "schmitt" else None
    if math.isnan(told["level"]):
        return Explanation(**told, dwell_left=waits, note=_held(told))
    if waits is None:
        return Explanation(**told, note=_without_thresholds(config.classifier))
    found = thresholds(told["level"], told["regime"], waits, config.regime)
    standard, parts = (told["indicators"][name].to_dict() for name in ("standardised", "contribution"))
    return Explanation(
        **told,
        dwell_left=waits,
        pending=pending(found),
        thresholds=found,
        single_flips=single_flips(standard, slopes(standard, parts, config), found, config.winsor),
    )


def _held(told: Mapping[str, Any]) -> str:
    return f"Too little is measured ({told['coverage']:.0%} of the weight): {told['regime']} is held."


def _without_thresholds(classifier: str) -> str:
    return f"The classifier '{classifier}' has no thresholds on the waterline: how near a flip is cannot be said."


def _row(waterline: Waterline, decision: pd.Timestamp | None) -> int:
    wanted = waterline.decisions[-1] if decision is None else decision
    row = int(waterline.decisions.get_indexer(pd.DatetimeIndex([wanted]))[0])
    if row >= 0 and not pd.isna(waterline.regime.iloc[row]):
        return row
    called = waterline.regime.dropna().index
    raise ConfigError(
        "Nothing to explain: the waterline calls no regime there",
        received=str(wanted),
        expected=f"one of its decisions from {called[0]} to {called[-1]}" if len(called) else "a called regime",
    )


def _spell(regime: pd.Series[str], row: int) -> dict[str, Any]:
    """The regime at `row` and how long it has lasted."""
    others = (regime.iloc[: row + 1] != regime.iloc[row]).to_numpy().nonzero()[0]
    first = int(others[-1]) + 1 if len(others) else 0
    before = regime.iloc[row - 1] if row and first == row else None
    return {
        "regime": str(regime.iloc[row]),
        "since": regime.index[first],
        "decisions_in_force": row + 1 - first,
        "flipped_from": None if pd.isna(before) else str(before),
    }


def _told(waterline: Waterline, row: int) -> dict[str, Any]:
    """What the waterline itself says of the decision at `row`."""
    now, before = _contributions(waterline, row), _contributions(waterline, row - 1)
    measured = waterline.indicators.notna()
    here, there = measured.iloc[row], measured.iloc[max(row - 1, 0)]
    names = [str(name) for name in waterline.indicators.columns]
    columns = (waterline.raw.iloc[row], waterline.indicators.iloc[row], now, now - before)
    table = pd.DataFrame(dict(zip(_NUMBERS, columns, strict=True)), index=names)
    reasons = waterline.missing if row == len(measured) - 1 else {}
    units = {entry.id: entry.unit for entry in all_indicators()}
    return {
        **_spell(waterline.regime, row),
        "decision": waterline.decisions[row],
        "level": float(waterline.level.iloc[row]),
        "fundamental": float(waterline.fundamental.iloc[row]),
        "coverage": float(waterline.coverage.iloc[row]),
        "previous": waterline.decisions[row - 1] if row else None,
        "change": float(waterline.level.iloc[row] - waterline.level.iloc[row - 1]) if row else math.nan,
        "indicators": table,
        "blocks": _by_block(table),
        "units": {name: units.get(name, "") for name in names},
        "entered": tuple(name for name in names if here[name] and not there[name]),
        "left": tuple(name for name in names if there[name] and not here[name]),
        "missing": {name: reasons.get(name, "no value at this decision") for name in names if not here[name]},
    }


def _contributions(waterline: Waterline, row: int) -> pd.Series[float]:
    """Contributions at `row`, 0 for indicators of a block without weight; NaN before the first row and where held."""
    names = waterline.indicators.columns
    if row < 0 or math.isnan(waterline.level.iloc[row]):
        return pd.Series(math.nan, index=names)
    return waterline.contributions.iloc[row].reindex(names, fill_value=0.0)


def _by_block(table: pd.DataFrame) -> pd.DataFrame:
    """Sums by block; NaN where the contributions are."""
    return table[["contribution", "change"]].groupby(block_of(table.T), sort=False).sum(min_count=1)
