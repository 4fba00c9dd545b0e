"""From the outcomes of trials to checks: where a leak begins, through which series, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .locate import ALL, moves, offending_series
from .nodes import Difference, Nodes, has_value, origins
from .plan import Trial
from .result import Check
from .subjects import Case
from .trials import Outcome

EXPORT = "paper"
Key = tuple[str, str]  # node and check


def checks_of(made: Sequence[Outcome], case: Case, *, most: int = ALL) -> Iterator[Check]:
    """One check for each node and kind of trial; of a leak through many series no more than `most` are looked for."""
    counts = Counter(_key(node, outcome.trial) for outcome in made for node in outcome.compared)
    begun, followed = _moves(made, case.reference)
    blamed: dict[str, tuple[str, ...]] = {}
    for key, count in counts.items():
        if key in begun:
            leak = _leak(*begun[key], count, case, blamed.get(key[0], ()), most)
            blamed[key[0]] = leak.series
            yield leak
        elif key in followed:
            yield Check(*key, "follows", count, followed[key].first)
        else:
            yield Check(*key, "pass", count)


def refusals(made: Sequence[Outcome], case: Case) -> Iterator[Check]:
    """A smell where the subject gives no answer once the future is cut off, although it has one with the future there.

    It proves nothing, as a function may need more rows than are left; but what comes later decided whether it answers.
    """
    cuts = [outcome for outcome in made if outcome.trial.check == "prefix invariance"]
    node = case.subject.main
    silent = {each.trial.change.at: each.refused for each in cuts if each.refused}
    silent = {at: why for at, why in silent.items() if has_value(case.reference[node], at)}
    if silent:
        first = min(silent)
        note = f"Gives no answer in {len(silent)} of {len(cuts)} cuts, although the full run has one: {silent[first]}"
        yield Check(node, "prefix invariance", "smell", 0, first, note=note)


def in_flow(rows: Sequence[Check], nodes: Nodes) -> tuple[Check, ...]:
    """`rows` in the order of the flow."""
    place = {name: number for number, name in enumerate(nodes)}
    return tuple(sorted(rows, key=lambda row: place.get(row.node, -1)))


def _key(node: str, trial: Trial) -> Key:
    """An export from a cut world is what the paper path would have told on that day."""
    replayed = node == EXPORT and trial.check == "prefix invariance"
    return node, "incremental = batch" if replayed else trial.check


def _moves(
    made: Sequence[Outcome], reference: Nodes
) -> tuple[dict[Key, tuple[Difference, Trial]], dict[Key, Difference]]:
    """The earliest move of each node that began there, with its trial; and of each node that only followed."""
    begun: dict[Key, tuple[Difference, Trial]] = {}
    followed: dict[Key, Difference] = {}
    for outcome in made:
        begins = origins(outcome.moved, reference)
        for difference in outcome.moved:
            key = _key(difference.node, outcome.trial)
            if difference.node not in begins:
                followed.setdefault(key, difference)
            elif key not in begun or difference.first < begun[key][0].first:
                begun[key] = difference, outcome.trial
    return begun, followed


def _leak(difference: Difference, trial: Trial, count: int, case: Case, hint: tuple[str, ...], most: int) -> Check:
    remembers = trial.check == "memory" or not moves(trial, difference.node, case)
    series = () if remembers else offending_series(trial, difference.node, case, hint=hint, most=most)
    note = "Another answer where earlier calls were about other worlds: it remembers them." if remembers else ""
    if len(series) >= most:
        note = f"No more than {most} series were looked for: a deeper audit names all."
    return Check(
        node=difference.node,
        check=trial.check,
        verdict="leak",
        comparisons=count,
        first=difference.first,
        series=series,
        column=difference.column,
        expected=difference.expected,
        found=difference.found,
        note=note,
    )
