"""The Schmitt trigger read backwards: which levels would flip the regime, and which single indicator could.

Both look one decision ahead: the next decision is taken to measure what this one did, but for what is said to move.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .config import RegimeConfig, SignalConfig

_RANK = {"SCARCE": 0, "NEUTRAL": 1, "ABUNDANT": 2}


@dataclass(frozen=True)
class Threshold:
    """A level beyond which another regime begins.

    Attributes
    ----------
    regime : str
        The regime that begins there.
    level : float
        The threshold, in units of the waterline; the threshold itself does not flip.
    distance : float
        `level` minus the waterline: how far it has to move, positive upwards.
    upwards : bool
        Whether the regime begins above `level` or below it.
    waits : int
        Decisions for which the minimum dwell still holds the present regime; 0 where the next one may flip.
    """

    regime: str
    level: float
    distance: float
    upwards: bool
    waits: int

    @property
    def crossed(self) -> bool:
        """Whether the waterline is beyond it already: the regime flips without any move once the dwell is over."""
        return self.distance < 0 if self.upwards else self.distance > 0


@dataclass(frozen=True)
class SingleFlip:
    """One indicator that would flip the regime alone.

    Attributes
    ----------
    indicator : str
        ``block.name``.
    standardised, needed : float
        Its standardised value (higher means more liquidity), and the value beyond which the regime flips while all
        others and the scale of the composite stay where they are.
    regime, waits
        What it flips to, and after how many decisions (see `Threshold`).
    """

    indicator: str
    standardised: float
    needed: float
    regime: str
    waits: int


def thresholds(level: float, regime: str, waits: int, config: RegimeConfig) -> tuple[Threshold, ...]:
    """Levels at which `regime` would end, nearest first.

    Parameters
    ----------
    level : float
        The waterline; not NaN.
    regime : {"ABUNDANT", "NEUTRAL", "SCARCE"}
        The present regime: it decides which thresholds apply.
    waits : int
        Decisions for which the minimum dwell still holds it. While there are any, the override is listed too.
    config : RegimeConfig
        Levels of entry and exit.
    """
    found = [
        Threshold(other, line, line - level, _RANK[other] > _RANK[regime], wait)
        for (other, line), wait in _lines(regime, waits, config).items()
    ]
    return tuple(sorted(found, key=lambda threshold: abs(threshold.distance)))


def _lines(regime: str, waits: int, config: RegimeConfig) -> dict[tuple[str, float], int]:
    """(regime that begins, threshold) -> decisions to wait."""
    lines = {}
    if regime == "SCARCE" and config.scarce_leave < config.abundant_enter:
        lines["NEUTRAL", config.scarce_leave] = waits
    if regime == "ABUNDANT" and config.abundant_leave > config.scarce_enter:
        lines["NEUTRAL", config.abundant_leave] = waits
    if regime != "ABUNDANT":
        lines["ABUNDANT", config.abundant_enter] = waits
    if regime != "SCARCE":
        lines["SCARCE", config.scarce_enter] = waits
    if regime != "SCARCE" and waits:
        lines["SCARCE", config.override] = 0
    return lines


def pending(found: Sequence[Threshold]) -> str | None:
    """The regime that the level calls for already and the dwell holds back: the last threshold it crossed, if any."""
    return next((threshold.regime for threshold in found if threshold.crossed), None)


def slopes(
    indicators: Mapping[str, float], contributions: Mapping[str, float], config: SignalConfig
) -> dict[str, float]:
    """Change of the waterline per unit of each standardised indicator, at one decision.

    Parameters
    ----------
    indicators, contributions : Mapping of str to float
        Standardised values (NaN where not measured) and their contributions at the decision, by ``block.name``.
    config : SignalConfig
        Weights of the blocks.

    Returns
    -------
    dict of str to float
        Of the measured indicators with a weight: its share of the composite over the composite's expanding standard
        deviation. That scale is held at the decision's: it moves a little with the newest composite, which counts as
        one row among hundreds. Empty where every contribution is zero, for then the scale does not show.
    """
    measured = {name: name.partition(".")[0] for name, value in indicators.items() if not math.isnan(value)}
    counts, weights = Counter(measured.values()), {str(block): each for block, each in config.block_weights.items()}
    share = {name: weights.get(block, 0.0) / counts[block] for name, block in measured.items()}
    surest = max(share, key=lambda name: abs(contributions[name]))
    if not contributions[surest]:
        return {}
    scale = contributions[surest] / (indicators[surest] * share[surest])
    return {name: part * scale for name, part in share.items() if part}


def single_flips(
    indicators: Mapping[str, float], slope: Mapping[str, float], found: Sequence[Threshold], winsor: float
) -> tuple[SingleFlip, ...]:
    """Indicators that would flip the regime alone by moving within their winsorised range, nearest first.

    Parameters
    ----------
    indicators : Mapping of str to float
        Standardised values at the decision.
    slope : Mapping of str to float
        See `slopes`: the level is linear in each indicator.
    found : sequence of Threshold
        Those that are crossed already need no indicator and give none.
    winsor : float
        Standardised values end at plus and minus this.
    """
    flips = [
        SingleFlip(name, indicators[name], needed, threshold.regime, threshold.waits)
        for threshold in found
        if not threshold.crossed
        for name in slope
        if abs(needed := indicators[name] + threshold.distance / slope[name]) < winsor
    ]
    return tuple(sorted(flips, key=lambda flip: abs(flip.needed - flip.standardised)))
