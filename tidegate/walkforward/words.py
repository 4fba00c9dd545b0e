"""A walk-forward in words: what choosing earned, against keeping what was written down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..backtests.evidence import Interval
from ..caveats import caveats
from .config import spelled
from .executed import HINDSIGHT, MEDIAN, MIX, PRESET, STITCHED
from .layout import WHOLE

if TYPE_CHECKING:
    from .result import WalkForward

CRITERIA = {"sharpe": "Sharpe ratio", "sortino": "Sortino ratio", "growth": "log growth a year"}


def sentences(result: WalkForward) -> tuple[str, ...]:
    """The most important one first: what choosing earned out of sample against simply keeping the preset."""
    return (
        _earned(result),
        _difference(result),
        _timing(result),
        _decay(result),
        _windows(result),
        _rivals(result),
        *_paths(result),
        f"{_number(len(result.checked.members), 'member')} run again one by one through vectorbt agree to "
        f"{result.checked.largest_difference:.0e}.",
    )


def notes(result: WalkForward) -> tuple[str, ...]:
    """What must be known before a figure is believed."""
    grid = (
        "The grid itself was written down knowing the past: a walk-forward takes the luck out of choosing from it, not "
        "out of writing it."
    )
    counted = (
        "Every distinct member is a trial in the ledger now: the deflated Sharpe ratio of each later run on these data "
        "answers for it."
    )
    own = (grid, counted if result.recorded else "", *_left_out(result))
    return (*(note for note in own if note), *caveats(result.plan.study, result.market))


def _left_out(result: WalkForward) -> tuple[str, str]:
    """Members that are not chosen, or no rivals, in words."""
    unrun = result.table["refused"] != ""
    short = int((~unrun & result.table[WHOLE].isna()).sum())
    return (
        f"Members that cannot be run on the whole span, and are never chosen: {unrun.sum():,}." if unrun.any() else "",
        f"Members not held throughout the span, and so neither the median one nor hindsight: {short:,}."
        if short
        else "",
    )


def _earned(result: WalkForward) -> str:
    own, preset = result.performance[STITCHED], result.performance[PRESET]
    first, last = result.bills.index[0], result.bills.index[-1]
    training = "all sessions before" if result.config.anchored else f"the {spelled(result.config.train_months)} before"
    members = _number(len(result.table), "member")
    return (
        f"Choosing among {members} by the {CRITERIA[result.config.criterion]} of {training} earned "
        f"{_percent(own.cagr)} a year out of sample (Sharpe {_ratio(own.sharpe)}, {first:%Y-%m} to {last:%Y-%m}); "
        f"simply keeping the preset earned {_percent(preset.cagr)} ({_ratio(preset.sharpe)})."
    )


def _difference(result: WalkForward) -> str:
    verdicts = "choosing is not shown to help, nor to harm", "evidence for choosing", "evidence against it"
    return f"Sharpe difference to the preset {_interval(result.sharpe_difference, verdicts)}"


def _timing(result: WalkForward) -> str:
    verdicts = "neither is shown to be better", "evidence against holding the mix", "evidence for holding the mix"
    mix = _ratio(result.performance[MIX].sharpe)
    return (
        f"Sharpe difference to the constant mix ({mix}), which holds the preset's average exposure and never times, "
        f"{_interval(result.mix_difference, verdicts)}"
    )


def _interval(found: Interval, verdicts: tuple[str, str, str]) -> str:
    """Value, interval, and one of three verdicts: none, above zero, below zero."""
    which = 1 if found.low > 0 else 2 if found.high < 0 else 0
    verb = "excludes" if which else "includes"
    told = f"{found.value:+.2f}, 95 % interval {found.low:+.2f} to {found.high:+.2f}"
    return f"{told}, which {verb} zero: {verdicts[which]}."


def _decay(result: WalkForward) -> str:
    found, name = result.decay, CRITERIA[result.config.criterion]
    beaten, ranks = found.beaten, found.rank_correlation
    beat = f", where they beat {beaten:.0%} of the other members (chance: 50%)" if math.isfinite(beaten) else ""
    kept = f"; ranks in training and test correlate by {ranks:+.2f} on average" if math.isfinite(ranks) else ""
    return (
        f"The chosen members had a mean {name} of {_ratio(found.train)} in training and {_ratio(found.test)} in the "
        f"test that followed{beat}{kept}."
    )


def _windows(result: WalkForward) -> str:
    count, apart = len(result.windows), result.disjoint
    over = f"{_number(count, 'window')} over {', '.join(result.plan.keys)}"
    if count == 1:
        return f"{over}: a single choice, which shows next to nothing."
    independent = f"At most {apart} of the trainings share no session: no more choices than that are independent."
    if apart == 1:
        independent = "All trainings share sessions: the choices are not independent."
    return f"{over}, {result.switches} of {count - 1} times another member than before. {independent}"


def _rivals(result: WalkForward) -> str:
    median, best = (result.performance[name].sharpe for name in (MEDIAN, HINDSIGHT))
    return (
        f"On the same sessions the median member has a Sharpe ratio of {_ratio(median)}; the member that was best over "
        f"the whole span, {_ratio(best)}: that is hindsight."
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


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "undefined"


def _percent(value: float) -> str:
    return f"{value:.1%}" if math.isfinite(value) else "undefined"
