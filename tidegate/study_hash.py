"""The hash of a study: it changes exactly when a result could."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import attrgetter, getitem
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from .data.assets import AssetClass, asset_class
from .strategies import all_strategies
from .user_modules import content_of

if TYPE_CHECKING:
    from .study import Study

# Parts that count, and which others say what of them is read. Words do not; the economy is data, with its own hash.
PARTS: Mapping[str, tuple[str, ...]] = {
    "clock": (),
    "costs": ("hindsight", "sleeves", "strategy"),
    "evidence": ("hindsight",),
    "execution": (),
    "hindsight": (),
    "signal": (),
    "sleeves": (),
    "strategy": (),
}
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
_UNORDERED = {"signal": ("drop", "capex.without"), "strategy": ("rebalance_on",)}
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
    return joined({part: text_of(part, study) for part in PARTS})


def joined(texts: Mapping[str, str]) -> str:
    """The hash of a study whose parts are these, as `text_of` gives them."""
    whole = ", ".join(f'"{part}": {texts[part]}' for part in sorted(texts))
    return hashlib.sha256(f"{{{whole}}}".encode()).hexdigest()


def text_of(part: str, study: Study) -> str:
    """What counts of one part, as JSON. It is a matter of this part and of those that `PARTS` names beside it."""
    seen = SimpleNamespace(**{each: getattr(study, each) for each in (part, *PARTS[part])})  # it can look at no other
    own = getattr(seen, part)
    return json.dumps(_counted(part, own, seen) if isinstance(own, BaseModel) else own, sort_keys=True)


def _counted(part: str, own: BaseModel, seen: SimpleNamespace) -> dict[str, Any]:
    content = own.model_dump(mode="json")
    for key in _unread(part, seen):
        _drop(content, key)
    for key in _UNORDERED.get(part, ()):
        _at(content, key).sort()
    if "modules" in content:
        content["modules"] = [hashlib.sha256(content_of(name)).hexdigest() for name in _files(part, seen)]
    return content


def _unread(part: str, seen: SimpleNamespace) -> Iterator[str]:
    """Parameters of a part that nothing reads."""
    if not _read_by_others(part, seen):
        for key, (switch, values) in _ONLY_WITH.items():
            if key.startswith(f"{part}.") and not _switched(seen, switch, values):
                yield key.removeprefix(f"{part}.")
    if part == "strategy" and not seen.strategy.bills_stand_in:
        yield "bills"
    if part == "costs":
        yield from set(get_args(AssetClass)) - _held_classes(seen)


def _files(part: str, seen: SimpleNamespace) -> tuple[str, ...]:
    """Files that somebody else's code stands in."""
    own: tuple[str, ...] = getattr(seen, part).modules
    return (*own, *_installed(seen.strategy.kind)) if part == "strategy" else own


def _installed(kind: str) -> list[str]:
    """Where a strategy stands, if an installed package brings it."""
    found = [] if kind in SHIPPED else [each for each in all_strategies() if each.name == kind]
    return [each.origin for each in found if Path(each.origin).is_file()]


def _held_classes(seen: SimpleNamespace) -> set[str]:
    """Classes of the assets that the study or a rival may hold; with hindsight, any that the data hold."""
    if seen.hindsight:
        return set(get_args(AssetClass))
    held = [asset for assets in seen.sleeves.assets().values() for asset in assets]
    bills = [seen.strategy.bills] if seen.strategy.bills_stand_in else []
    return {asset_class(asset) for asset in (*held, *bills, "SPY", "TLT")}


def _read_by_others(part: str, seen: SimpleNamespace) -> bool:
    """Whether everything of a part may be read, because somebody else's code is at work."""
    if part in {"strategy", "costs"}:
        return bool(seen.strategy.modules) or seen.strategy.kind not in SHIPPED
    return part == "signal" and bool(seen.signal.modules)


def _switched(seen: SimpleNamespace, switch: str, values: set[Any]) -> bool:
    value = attrgetter(switch)(seen)
    return bool(values.intersection(value if isinstance(value, tuple) else [value]))


def _at(content: dict[str, Any], key: str) -> Any:
    return reduce(getitem, key.split("."), content)


def _drop(content: dict[str, Any], key: str) -> None:
    path, _, leaf = key.rpartition(".")
    del (_at(content, path) if path else content)[leaf]
