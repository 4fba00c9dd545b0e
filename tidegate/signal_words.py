"""The signal in sentences: what lifts the waterline, what moved it, what would flip the regime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from .signals.explanation import Explanation
from .signals.flip import SingleFlip

_WORTH_NAMING = 0.25  # of the strongest block
_FEW = 3  # single flips that a reader wants to see


def reading(explanation: Explanation) -> str:
    """Why the waterline stands where it does and what follows from it, in a few sentences."""
    if pd.isna(explanation.level):
        return explanation.note
    called = explanation.flipped_from
    return " ".join(
        sentence
        for sentence in (
            f"{_why(explanation)}{_how_far(explanation)}.",
            f"This decision flipped the regime from {called}." if called else "",
            _dwell(explanation),
            _moved(explanation),
            explanation.note,
        )
        if sentence
    )


def _why(explanation: Explanation) -> str:
    parts = explanation.blocks["contribution"].sort_values()
    named = parts[parts.abs() >= _WORTH_NAMING * parts.abs().max()]
    lifting, holding = list(named[named > 0].index[::-1][:2]), list(named[named < 0].index[:2])
    clauses = [
        f"{' and '.join(blocks)} {verb if len(blocks) == 1 and blocks[0] != 'tells' else plural}"
        for blocks, verb, plural in ((lifting, "lifts it", "lift it"), (holding, "holds it back", "hold it back"))
        if blocks
    ]
    sentence = ", ".join(clauses) or "nothing moves it"
    return sentence[0].upper() + sentence[1:]


def _how_far(explanation: Explanation) -> str:
    """Distance to the nearest threshold ahead, as a clause."""
    nearest = next((threshold for threshold in explanation.thresholds if not threshold.crossed), None)
    if nearest is None:
        return ""
    side = "below" if nearest.upwards else "above"
    event = f"{nearest.regime} begins" if nearest.regime != "NEUTRAL" else f"{explanation.regime} ends"
    return f"; {abs(nearest.distance):.2f} {side} the level at which {event}"


def _dwell(explanation: Explanation) -> str:
    left = explanation.dwell_left
    holds = f"the minimum dwell holds {explanation.regime} for {_decisions(left)}" if left else ""
    if explanation.pending:
        then = f"but {holds}" if left else "and the next decision flips unless it moves back"
        return f"It calls for {explanation.pending} already, {then}."
    return f"T{holds[1:]}." if left else ""


def _decisions(count: int | None) -> str:
    return f"{count} more decision{'' if count == 1 else 's'}"


def _moved(explanation: Explanation) -> str:
    """The change since the last decision, and the indicator that did most of it."""
    changes = explanation.indicators["change"].dropna()
    if changes.empty or not changes.any():
        return ""
    sense = 1.0 if explanation.change >= 0 else -1.0
    most = str((sense * changes).idxmax())
    verb = "rose" if explanation.change >= 0 else "fell"
    size = f"by {abs(explanation.change):.2f}" if round(explanation.change, 2) else "by less than 0.01"
    shift = "; some indicators came or went, which shifts weights" if explanation.entered or explanation.left else ""
    return (
        f"Since {explanation.previous:%Y-%m-%d} it {verb} {size}, "
        f"most of all through {most} ({signed(changes[most])}){shift}."
    )


def flip_lines(explanation: Explanation) -> list[str]:
    """What would flip the regime: the nearest single indicators, or that none could."""
    if explanation.note:
        return []
    if not explanation.single_flips:
        return ["No single indicator could flip the regime alone."]
    shown = explanation.single_flips[:_FEW]
    more = len(explanation.single_flips) - len(shown)
    head = f"Would flip the regime alone (standardised values; the nearest {len(shown)} of {len(shown) + more}):"
    return [head if more else "Would flip the regime alone (standardised values):", *map(_flip, shown)]


def _flip(flip: SingleFlip) -> str:
    side = "above" if flip.needed > flip.standardised else "below"
    wait = f" once the dwell is over ({_decisions(flip.waits)})" if flip.waits else ""
    return f"  {flip.indicator} from {signed(flip.standardised)} to {side} {signed(flip.needed)}: {flip.regime}{wait}"


def doubt_lines(explanation: Explanation, inputs: Mapping[str, str], pseudo_pit: Sequence[str]) -> list[str]:
    """What the signal lacks: indicators without a value, inputs that are stale or stood in for, late vintages."""
    missing = [f"  {name}: {reason}" for name, reason in explanation.missing.items()]
    named = " ".join(explanation.missing.values())
    notes = [f"  {series}: {words}" for series, words in inputs.items() if series not in named]
    late = [f"  {len(pseudo_pit)} series are pseudo-PIT (--json names them)"] if pseudo_pit else []
    lines = [*missing, *notes, *late]
    return ["Missing, stale or stood in for:", *lines] if lines else ["No input is missing or stale."]


def natural(value: float, unit: str) -> str:
    """A measure in its natural unit; one that begins with % is shown times 100.

    >>> natural(0.0123, "% of GDP"), natural(18.2, "points")
    ('1.23 % of GDP', '18.20 points')
    """
    shown = 100.0 * value if unit.startswith("%") else value
    if pd.isna(shown):
        return "-"
    digits = f"{shown:.3g}" if abs(shown) >= 1e5 else f"{shown:.{2 if abs(shown) >= 0.1 else 3}f}"
    return f"{digits} {unit}".rstrip()


def signed(value: float) -> str:
    """Two digits with a sign, never minus zero; a dash where nothing is known."""
    return "-" if pd.isna(value) else f"{round(value, 2) + 0.0:+.2f}"
