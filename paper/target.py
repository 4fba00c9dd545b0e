"""The target portfolio: what to hold after a decision, as a file that people and machines can read."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

CASH = "CASH"
_DIGITS = 10


@dataclass(frozen=True)
class Target:
    """Target weights of one decision.

    Attributes
    ----------
    study, config_hash, data_hash : str
        What decided, and on what.
    synthetic : bool
        True when the data were made up.
    as_of : Timestamp
        The decision (UTC): nothing public later was used.
    last_session : str
        Newest exchange session in the data.
    regime : str
        Regime called at the decision.
    waterline : float or None
        Its level; None where coverage was too thin and the previous regime was held.
    weights : Mapping of str to float
        Assets with a weight, and an explicit CASH row; they sum to 1.
    pseudo_pit : tuple of str
        Series whose release times come from a rule.
    """

    study: str
    config_hash: str
    data_hash: str
    synthetic: bool
    as_of: pd.Timestamp
    last_session: str
    regime: str
    waterline: float | None
    weights: Mapping[str, float]
    pseudo_pit: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as in ``target.json``."""
        return {
            "schema": 1,
            "study": self.study,
            "config_hash": self.config_hash,
            "data_hash": self.data_hash,
            "synthetic": self.synthetic,
            "as_of": self.as_of.isoformat(),
            "last_session": self.last_session,
            "regime": self.regime,
            "waterline": self.waterline,
            "pseudo_pit": list(self.pseudo_pit),
            "weights": dict(self.weights),
        }

    def as_csv(self) -> str:
        """Two columns, ``asset`` and ``weight``; the last row is CASH."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("asset", "weight"))
        writer.writerows((asset, repr(weight)) for asset, weight in self.weights.items())
        return text.getvalue()


def with_cash(weights: Mapping[str, float]) -> dict[str, float]:
    """Non-zero weights, rounded to ten digits, and CASH for what is missing to 1: the sum is 1 to 1e-9."""
    held = {asset: round(float(weight), _DIGITS) for asset, weight in weights.items() if weight > 0}
    return {**held, CASH: max(0.0, round(1.0 - sum(held.values()), _DIGITS))}
