"""Which series carry a leak: change them one group after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable

from .change import Change
from .plan import Trial
from .subjects import Case
from .trials import evaluate

END = "the end of the data"
ALL = sys.maxsize
Group = tuple[str, ...]


def offending_series(trial: Trial, node: str, case: Case, *, hint: Group = (), most: int = ALL) -> Group:
    """Series whose change alone moves the past of `node`, as in `trial`; `END` where only the length of the data does.

    Once `most` are found no more are looked for. A `hint`, the series that another trial of the node blamed, is tried
    first, and is the answer where it suffices. Changes are tried on half of the series, and on halves of those halves
    that move something: a leak of k series out of n takes some k log2(n) evaluations. Where it is enough that decisions
    end at the change, they go on to the last one: what moves whatever changes, or nothing does, blames nobody.
    """
    candidates = trial.change.only or case.world.series
    ends_with_it = moves(Trial("future scramble", trial.change.of(())), node, case)
    to = case.end if ends_with_it else None
    for kind in dict.fromkeys((trial.change.of(()).kind, "noise")):
        change = Change(kind, trial.change.at, trial.change.seed)

        def carries(group: Group, change: Change = change) -> bool:
            return moves(Trial("future scramble", change.of(group), to), node, case)

        if hint and carries(hint):
            return hint
        if carries(candidates):
            return _narrowed(candidates, carries, most)
    return (END,)


def moves(trial: Trial, node: str, case: Case) -> bool:
    """Whether `trial`, made here, moves the past of `node`."""
    return any(difference.node == node for difference in evaluate(trial, case).moved)


def _narrowed(group: Group, carries: Callable[[Group], bool], most: int) -> Group:
    if len(group) == 1:
        return group
    found: Group = ()
    for half in (group[: len(group) // 2], group[len(group) // 2 :]):
        if len(found) < most and carries(half):
            found += _narrowed(half, carries, most - len(found))
    return found or _together(group, carries)


def _together(group: Group, carries: Callable[[Group], bool]) -> Group:
    """The series that move something only together: whatever is not missed is taken away."""
    size = len(group) // 2
    while size:
        rests = (group[:start] + group[start + size :] for start in range(0, len(group), size))
        smaller = next((rest for rest in rests if rest and carries(rest)), None)
        if smaller is None:
            size //= 2
        else:
            group = smaller
    return group
