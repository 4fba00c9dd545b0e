"""What an explanation of a decision holds, as an object and as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from .flip import SingleFlip, Threshold


@dataclass(frozen=True, eq=False)
class Explanation:
    """One decision, taken apart.

    Attributes
    ----------
    decision : Timestamp
        The decision (UTC). Everything here is known by it.
    regime : str
        The regime in force after it.
    since : Timestamp
        The decision that called this regime.
    decisions_in_force : int
        How many decisions it has lasted, this one included.
    flipped_from : str or None
        The regime before, where this decision flipped it.
    classifier : str
        What called it.
    level, fundamental : float
        The waterline, and the same without the tells; NaN where too little is measured.
    coverage : float
        Measured share of the block weight.
    previous : Timestamp or None
        The decision before, which `change` compares with.
    change : float
        Change of `level` since then; NaN where either level is unknown.
    indicators : DataFrame, shape (indicators, 4)
        By ``block.name``: ``raw`` in natural units, ``standardised``, ``contribution`` to `level` and its ``change``.
        Contributions sum to `level` and changes to `change` to 1e-12; a change holds what the shift of weights and of
        the composite's scale did to it. What is not measured has NaN values and contributes 0; contributions are NaN
        where `level` is.
    blocks : DataFrame, shape (blocks, 2)
        Sums of ``contribution`` and ``change``.
    units : Mapping of str to str
        Unit of ``raw`` by indicator; one that begins with % is for the value times 100.
    entered, left : tuple of str
        Indicators with a value now and not at `previous`, and the other way round: where there are any, a part of
        ``change`` is a shift of weights.
    missing : Mapping of str to str
        Indicators without a value -> the reason, known in full at the last decision only.
    dwell_left : int or None
        Decisions for which the minimum dwell still holds the regime (the override apart); None for other classifiers.
    pending : str or None
        The regime that the level calls for already and the minimum dwell holds back.
    thresholds : tuple of Threshold
        Levels at which the regime would flip at the next decisions, nearest first.
    single_flips : tuple of SingleFlip
        Indicators that would flip it alone, nearest first; empty where none could.
    note : str
        Why there are no thresholds, where there are none.
    """

    decision: pd.Timestamp
    regime: str
    since: pd.Timestamp
    decisions_in_force: int
    flipped_from: str | None
    classifier: str
    level: float
    fundamental: float
    coverage: float
    previous: pd.Timestamp | None
    change: float
    indicators: pd.DataFrame
    blocks: pd.DataFrame
    units: Mapping[str, str]
    entered: tuple[str, ...]
    left: tuple[str, ...]
    missing: Mapping[str, str]
    dwell_left: int | None = None
    pending: str | None = None
    thresholds: tuple[Threshold, ...] = ()
    single_flips: tuple[SingleFlip, ...] = ()
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, fit for JSON: instants in ISO form, None for NaN."""
        plain = {name: value for name, value in vars(self).items() if name not in {"units", "indicators", "blocks"}}
        return {
            **{name: _plain(value) for name, value in plain.items()},
            "missing": dict(self.missing),
            "blocks": {str(name): _numbers(row) for name, row in self.blocks.iterrows()},
            "indicators": {
                str(name): {"unit": self.units[str(name)], **_numbers(row)} for name, row in self.indicators.iterrows()
            },
            "thresholds": [asdict(threshold) for threshold in self.thresholds],
            "single_flips": [asdict(flip) for flip in self.single_flips],
        }


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return list(value) if isinstance(value, tuple) else value


def _numbers(row: pd.Series[float]) -> dict[str, float | None]:
    return {str(name): _plain(float(value)) for name, value in row.items()}
