"""The hash of a study: it changes exactly when a result could."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from .data.assets import AssetClass, asset_class
from .strategies import all_strategies
from .user_modules import content_of

if TYPE_CHECKING:
    from .study import Study

_WORDS = {"name", "title", "description", "economy"}  # the economy is data, and has a hash of its own
_ONLY_WITH: Mapping[str, tuple[str, set[Any]]] = {  # parameters that are read only where a switch says so
    "signal.jump": ("signal.classifier", {"jump"}),
    "signal.markov": ("signal.classifier", {"markov"}),
    "signal.moving_average": ("signal.classifier", {"moving_average"}),
    "signal.capex.gamma": ("signal.capex.form", {"B"}),
    "signal.capex.multiplier": ("signal.capex.form", {"B"}),
    "signal.capex.displacement": ("signal.capex.form", {"B"}),
    "signal.capex.phi": ("signal.capex.form", {"C"}),
    "sleeves.speculative.lookback": ("sleeves.speculative.weighting", {"inverse_volatility", "momentum"}),
    "sleeves.near_cash_flow.lookback": ("sleeves.near_cash_flow.weighting", {"inverse_volatility", "momentum"}),
    "strategy.tilt": ("strategy.kind", {"tilt"}),
    "strategy.spread": ("strategy.kind", {"spread"}),
    "strategy.drawdown_brake": ("strategy.wrap", {"drawdown_brake"}),
    "strategy.drift": ("strategy.rebalance_on", {"drift"}),
    "costs.crypto.borrow_bps": ("strategy.kind", {"spread"}),
    "costs.equity.borrow_bps": ("strategy.kind", {"spread"}),
    "costs.etf.borrow_bps": ("strategy.kind", {"spread"}),
    "costs.bills.borrow_bps": ("strategy.kind", {"spread"}),
    "evidence.baskets": ("hindsight", {True}),
}
SHIPPED = {"toggle", "tilt", "spread", "trend"}  # strategies of which it is known what they read and who goes short


def config_hash(study: Study) -> str:
    """SHA-256 of every parameter that can change a result, defaults included.

    Words are left out, and parameters that nothing reads under the study's switches; a user's own files count by
    content, and so does the file of a strategy that an installed package brings.

    Raises
    ------
    ConfigError
        A file that the study names cannot be read.
    """
    content = study.model_dump(mode="json", exclude=_WORDS)
    free = _read_by_others(study)
    for key, (switch, values) in _ONLY_WITH.items():
        if not _switched(content, switch, values) and key.partition(".")[0] not in free:
            _drop(content, key)
    if not study.strategy.bills_stand_in:
        _drop(content, "strategy.bills")
    for unordered in (
        content["strategy"]["rebalance_on"],
        content["signal"]["drop"],
        content["signal"]["capex"]["without"],
    ):
        unordered.sort()
    for unheld in set(content["costs"]) - _held_classes(study):
        _drop(content, f"costs.{unheld}")
    for part in ("signal", "strategy"):
        content[part]["modules"] = [hashlib.sha256(content_of(name)).hexdigest() for name in content[part]["modules"]]
    content["strategy"]["modules"] += [hashlib.sha256(content_of(name)).hexdigest() for name in _installed(study)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _installed(study: Study) -> list[str]:
    """Where the study's strategy stands, if an installed package brings it."""
    kind = study.strategy.kind
    found = [] if kind in SHIPPED else [each for each in all_strategies() if each.name == kind]
    return [each.origin for each in found if Path(each.origin).is_file()]


def _held_classes(study: Study) -> set[str]:
    """Classes of the assets that the study or a rival may hold; with hindsight, any that the data hold."""
    if study.hindsight:
        return set(get_args(AssetClass))
    return {asset_class(asset) for asset in (*study.tickers, "SPY", "TLT")}


def _read_by_others(study: Study) -> set[str]:
    """Parts of which everything may be read, because somebody else's code is at work."""
    own = bool(study.strategy.modules) or study.strategy.kind not in SHIPPED
    return ({"strategy", "costs"} if own else set()) | ({"signal"} if study.signal.modules else set())


def _switched(content: Mapping[str, Any], key: str, values: set[Any]) -> bool:
    value: Any = content
    for step in key.split("."):
        value = value[step]
    return bool(values.intersection(value if isinstance(value, list) else [value]))


def _drop(content: dict[str, Any], key: str) -> None:
    *path, leaf = key.split(".")
    for step in path:
        content = content[step]
    del content[leaf]
