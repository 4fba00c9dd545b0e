"""Changes of the future: what an audit does to everything that became public after an instant."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

CUT = "cut"
SCRAMBLES = {
    "noise": "values times log-normal noise",
    "sign": "signs flipped; prices mirrored at the last known one",
    "outlier": "every tenth value a thousand times as large",
    "missing": "a third of the values gone",
    "delete": "nothing any more",
    "duplicate": "values told twice, the second time otherwise; prices that stand still",
    "revise": "every past period revised, every adjusted close adjusted anew",
}
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """One change of everything that became public after an instant.

    Attributes
    ----------
    kind : str
        ``cut``, which ends the data, or one of `SCRAMBLES`.
    at : Timestamp
        The instant (UTC): what was public by then stays as it was.
    seed : int
        Seed of the noise.
    only : tuple of str or None
        Series that are changed; None: all.
    """

    kind: str
    at: pd.Timestamp
    seed: int = 0
    only: tuple[str, ...] | None = None

    def of(self, series: tuple[str, ...]) -> Change:
        """The same change of `series` alone; an end of the data becomes a deletion of these."""
        return replace(self, kind="delete" if self.kind == CUT else self.kind, only=series)

    def touches(self, series: str) -> bool:
        """Whether `series` is changed."""
        return self.only is None or series in self.only

    def generator(self) -> np.random.Generator:
        """The noise of this change."""
        return np.random.default_rng([self.seed, abs(self.at.value)])


def factors(kind: str, count: int, rng: np.random.Generator, *, positive: bool = False) -> Floats:
    """What `count` values are multiplied by; NaN: the value is gone."""
    if kind == "noise":
        return rng.lognormal(0.0, 1.0, count) * (1.0 if positive else rng.choice([-1.0, 1.0], count))
    if kind == "outlier":
        return np.where(rng.random(count) < 0.1, 1e3, 1.0)
    if kind == "missing":
        return np.where(rng.random(count) < 1 / 3, np.nan, 1.0)
    return np.full(count, np.nan if kind == "delete" else -1.0)


def changed_levels(values: Floats, late: Mask, change: Change, rng: np.random.Generator, *, positive: bool) -> Floats:
    """One column of levels with its `late` rows changed; positive columns stay positive.

    ``revise`` doubles or halves the whole column instead, as a later dividend or split does to adjusted closes: powers
    of two leave every ratio as it was, to the last bit.
    """
    new = values.copy()
    if change.kind == "revise":
        return new * float(rng.choice([0.25, 0.5, 2.0, 4.0]))
    if change.kind == "duplicate":
        new[late] = _last_known(values, late)
    elif change.kind == "sign" and positive:
        new[late] = _last_known(values, late) ** 2 / values[late]
    else:
        new[late] *= factors(change.kind, int(late.sum()), rng, positive=positive)
    return new


def _last_known(values: Floats, late: Mask) -> float:
    known = values[~late]
    known = known[np.isfinite(known)]
    return float(known[-1]) if len(known) else 1.0
