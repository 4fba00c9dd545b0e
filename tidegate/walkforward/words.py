"""A walk-forward in words: what choosing earned, against keeping what was written down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .executed import HINDSIGHT, MEDIAN, MIX, PRESET, STITCHED

if TYPE_CHECKING:
    from .result import WalkForward

CRITERIA = {"sharpe": "Sharpe ratio", "sortino": "Sortino ratio", "growth": "log growth a year"}


def sentences(result: WalkForward) -> tuple[str, ...]:
    """The most important one first: what choosing earned out of sample against simply keeping the preset."""
    return (
        _earned(result),
        _difference(result),
        _decay(result),
        _windows(result),
        _rivals(result),
        *_paths(result),
        f"{len(result.checked.members)} members run again one by one through vectorbt agree to "
        f"{result.checked.largest_difference:.0e}.",
    )


def notes(result: WalkForward) -> tuple[str, ...]:
    """What must be known before a figure is believed."""
    flagged = sorted(result.market.releases.pseudo_pit)
    hindsight = "The assets of this study were chosen knowing who won." if result.plan.study.hindsight else ""
    pseudo = f"Pseudo-PIT (one late vintage, release times by rule): {', '.join(flagged)}." if flagged else ""
    refused = int((result.table["refused"] != "").sum())
    unrun = f"{refused:,} members cannot be run on the whole span and are never chosen." if refused else ""
    grid = (
        "The grid itself was written down knowing the past: a walk-forward takes the luck out of choosing from it, not "
        "out of writing it."
    )
    return tuple(note for note in (grid, hindsight, unrun, pseudo, *result.market.provenance.notes) if note)


def _earned(result: WalkForward) -> str:
    own, preset = result.performance[STITCHED], result.performance[PRESET]
    first, last = result.bills.index[0], result.bills.index[-1]
    training = "all sessions before" if result.config.anchored else f"the {_years(result.config.train)} before"
    return (
        f"Choosing among {len(result.table):,} members by the {CRITERIA[result.config.criterion]} of {training} earned "
        f"{_percent(own.cagr)} a year out of sample (Sharpe {_ratio(own.sharpe)}, {first:%Y-%m} to {last:%Y-%m}); "
        f"simply keeping the preset earned {_percent(preset.cagr)} ({_ratio(preset.sharpe)})."
    )


def _difference(result: WalkForward) -> str:
    found = result.sharpe_difference
    verdict = "this includes zero: choosing is not shown to help, nor to harm"
    if found.low > 0:
        verdict = "this excludes zero, in favour of choosing"
    elif found.high < 0:
        verdict = "this excludes zero: choosing did harm"
    return f"Sharpe difference {found.value:+.2f}, 95 % interval {found.low:+.2f} to {found.high:+.2f}: {verdict}."


def _decay(result: WalkForward) -> str:
    found, name = result.decay, CRITERIA[result.config.criterion]
    return (
        f"The chosen members had a mean {name} of {_ratio(found.train)} in training and {_ratio(found.test)} in the "
        f"test that followed, where they beat {_share(found.beaten)} of the members (chance: 50 %); ranks in training "
        f"and test correlate by {_signed(found.rank_correlation)} on average."
    )


def _windows(result: WalkForward) -> str:
    count = len(result.windows)
    possible = f", {result.switches} of {count - 1} times another member than before" if count > 1 else ""
    return f"{count} windows over {', '.join(result.plan.keys)}{possible}: few independent choices."


def _rivals(result: WalkForward) -> str:
    mix, median, best = (result.performance[name].sharpe for name in (MIX, MEDIAN, HINDSIGHT))
    return (
        f"On the same sessions the constant mix has a Sharpe ratio of {_ratio(mix)}, the median member "
        f"{_ratio(median)}; the member that was best over the whole span, {_ratio(best)}: that is hindsight."
    )


def _paths(result: WalkForward) -> tuple[str, ...]:
    if result.paths is None:
        return ()
    found = result.paths.as_dict()
    spread = found["sharpe"]
    return (
        f"{found['paths']} paths of purged cross-validation have Sharpe ratios of {_ratio(spread['least'])} to "
        f"{_ratio(spread['most'])}, quartiles {_ratio(spread['q25'])}, {_ratio(spread['median'])} and "
        f"{_ratio(spread['q75'])}; the preset has {_ratio(found['preset'])} on the same sessions.",
    )


def _years(count: float) -> str:
    return f"{count:g} year{'' if count == 1 else 's'}"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "undefined"


def _signed(value: float) -> str:
    return f"{value:+.2f}" if math.isfinite(value) else "nothing that is defined"


def _percent(value: float) -> str:
    return f"{value:.1%}" if math.isfinite(value) else "undefined"


def _share(value: float) -> str:
    return f"{value:.0%}" if math.isfinite(value) else "an undefined share"
