"""The plan of an audit: where the future is cut, how it is changed, and what such a plan can miss."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from .change import CUT, Change

Depth = Literal["quick", "default", "deep"]
Places = int | Literal["monthly", "all"]
_FEWEST = 40  # spans where there are fewer months
CheckName = Literal["prefix invariance", "future scramble", "append invariance", "one decision alone", "memory"]


@dataclass(frozen=True)
class Trial:
    """One comparison of the past under two futures.

    ``to``, in an append, is the later of the two ends; in a scramble, how far decisions go on when not to the cut.
    """

    check: CheckName
    change: Change
    to: pd.Timestamp | None = None


@dataclass(frozen=True)
class Effort:
    """How much an audit tries.

    Attributes
    ----------
    cuts : int, "monthly" or "all"
        Random cuts, one in each of as many equal spans of decisions, or in each month, or at every decision.
    flips : bool
        Whether the future is cut at every flip too, and at the decision before it.
    scrambles : int
        Cuts at which the future is scrambled, for each kind of scramble.
    each_series : bool
        Whether each series is scrambled by itself too.
    appends : int
        Pairs of neighbouring decisions compared with each other.
    alone : int, "monthly" or "all"
        Decisions for which indicators are asked alone.
    kinds : int or None
        How many kinds of scramble; None: all.
    """

    cuts: Places
    flips: bool
    scrambles: int
    each_series: bool
    appends: int
    alone: Places
    kinds: int | None = None


EFFORT: dict[Depth, Effort] = {
    "quick": Effort(cuts=2, flips=False, scrambles=1, each_series=False, appends=0, alone=0, kinds=1),
    "default": Effort(cuts=24, flips=True, scrambles=2, each_series=False, appends=2, alone="monthly"),
    "deep": Effort(cuts="all", flips=True, scrambles=40, each_series=True, appends=20, alone="all"),
}
# A function of the user's own is seldom slow: a cut in every month, so that a leak of one month cannot hide.
FUNCTION_EFFORT: dict[Depth, Effort] = {
    **EFFORT,
    "default": Effort(cuts="monthly", flips=True, scrambles=4, each_series=False, appends=4, alone=0),
}


def trials(
    decisions: pd.DatetimeIndex,
    turned: pd.DatetimeIndex,
    effort: Effort,
    *,
    kinds: tuple[str, ...],
    series: tuple[str, ...],
    seed: int,
) -> list[Trial]:
    """Every trial of an audit.

    Parameters
    ----------
    decisions : DatetimeIndex
        Where the future may be cut, ascending.
    turned : DatetimeIndex
        Flips among them.
    effort : Effort
        How many.
    kinds, series : tuple of str
        Scrambles that make sense, and what can be scrambled by itself.
    seed : int
        Seed of the places and of the noise.
    """
    rng = np.random.default_rng(seed)
    cuts = spread(decisions, effort.cuts, rng)
    cuts = cuts.union(around(turned, decisions)) if effort.flips else cuts
    made = [Trial("prefix invariance", Change(CUT, at)) for at in cuts]
    for kind in kinds[: effort.kinds]:
        places = spread(decisions, effort.scrambles, rng)
        made += [Trial("future scramble", Change(kind, at, seed)) for at in places]
        if effort.each_series:
            middle = decisions[len(decisions) // 2]
            made += [Trial("future scramble", Change(kind, middle, seed, (name,))) for name in series]
    ends = spread(decisions[:-1], effort.appends, rng)
    following = decisions[decisions.get_indexer(ends) + 1] if len(ends) else ends
    made += [Trial("append invariance", Change(CUT, at), to) for at, to in zip(ends, following, strict=True)]
    made += [Trial("one decision alone", Change(CUT, at)) for at in spread(decisions, effort.alone, rng)]
    return made


def around(turned: pd.DatetimeIndex, decisions: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Flips, and the decision before each: what sees a flip one step ahead shows only there."""
    rows = decisions.get_indexer(turned)
    return decisions[np.unique(np.concatenate([rows, np.maximum(rows - 1, 0)]))]


def spread(decisions: pd.DatetimeIndex, places: Places, rng: np.random.Generator) -> pd.DatetimeIndex:
    """One random decision out of each of equal spans, or of each month (at least forty spans); or all of them."""
    months = decisions.year.to_numpy() * 12 + decisions.month.to_numpy()
    if places == "monthly" and len(np.unique(months)) < _FEWEST:
        places = _FEWEST
    if places == "all" or (places != "monthly" and places >= len(decisions)):
        return decisions
    if places == "monthly":
        edges = np.append(np.flatnonzero(np.diff(months, prepend=-1)), len(decisions))
    else:
        edges = np.linspace(0, len(decisions), places + 1).astype(int)
    return decisions[[int(rng.integers(low, high)) for low, high in itertools.pairwise(edges)]]


def chance_to_miss(share: float, *, cuts: int, decisions: int) -> float:
    """Chance, at most, that none of `cuts` decisions is one of those that a leak touches.

    Parameters
    ----------
    share : float
        Share of the decisions that the leak touches, in [0, 1].
    cuts, decisions : int
        Decisions at which the future was cut, out of how many.

    Notes
    -----
    A leak that reaches one decision ahead shows only at a cut of a decision that it touches. With one random cut in
    each of equal spans it is hardest to meet when it touches all spans alike, and is then missed with the chance
    ``(1 - share) ** cuts``: that holds for every leak. Cuts at flips are not random. Counted with the others, they keep
    the bound for leaks that lie without regard to the flips only: one that keeps away from all of them is met by the
    random cuts alone. Leaks that reach further ahead show at more cuts.
    """
    return 0.0 if cuts >= decisions else (1.0 - max(share, 1 / decisions)) ** cuts
