"""The signal as a page of text: 80 columns, read in a minute, plain characters only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from textwrap import wrap

from .paper import Target
from .signal_words import doubt_lines, flip_lines, natural, reading, signed
from .signals.explanation import Explanation
from .signals.flip import Threshold

WIDTH = 80
_CELLS = 65  # of the gauge
_NAME = 24


def page(explanation: Explanation, target: Target, inputs: Mapping[str, str]) -> list[str]:
    """The lines under the headline, none longer than 80 characters.

    Parameters
    ----------
    explanation : Explanation
        Of the decision that `target` follows.
    target : Target
        What to hold.
    inputs : Mapping of str to str
        Inputs that are stale or stood in for, in words.
    """
    decided = f"Study {target.study}, decided {target.as_of:%Y-%m-%d %H:%M} UTC on data to {target.last_session}"
    sections = [
        gauge(explanation),
        [reading(explanation)],
        list(_block_table(explanation)),
        list(_indicator_table(explanation)),
        flip_lines(explanation),
        doubt_lines(explanation, inputs, target.pseudo_pit),
        ["Target weights:", *_weights(target.weights)],
    ]
    lines = [decided, *(line for section in sections if section for line in ("", *section))]
    return [part for line in lines for part in _fitted(line)]


def headline(explanation: Explanation) -> str:
    """Regime, since when, and the waterline with its change."""
    level = "unknown" if math.isnan(explanation.level) else signed(explanation.level)
    moved = "" if math.isnan(explanation.change) else f" ({signed(explanation.change)})"
    count = explanation.decisions_in_force
    lasted = f"{count} decision{'' if count == 1 else 's'}"
    return f"{explanation.regime} since {explanation.since:%Y-%m-%d} ({lasted}), waterline {level}{moved}"


def gauge(explanation: Explanation) -> list[str]:
    """The level on a line with the thresholds that apply; ``=`` where the regime would last. Nothing if unknown."""
    level, marks = explanation.level, explanation.thresholds
    if math.isnan(level):
        return []
    span = max(2, math.ceil(max(abs(value) for value in (level, *(mark.level for mark in marks)))))
    step = 2 * span / (_CELLS - 1)
    low = max((mark.level for mark in marks if not mark.upwards), default=-span)
    high = min((mark.level for mark in marks if mark.upwards), default=span)
    axis = ["=" if marks and low <= cell * step - span <= high else "-" for cell in range(_CELLS)]
    for value, sign in (*((mark.level, "|") for mark in marks), (0.0, "0"), (level, "O")):
        axis[round((value + span) / step)] = sign
    edge = f"{-span:+d}"
    here = round((level + span) / step) + len(edge) + 1
    legs = [_leg(mark, round((mark.level + span) / step) + len(edge) + 1) for mark in marks]
    return [f"{signed(level):>{here + 3}}", f"{edge} {''.join(axis)} {span:+d}", *legs]


def _leg(mark: Threshold, cell: int) -> str:
    """What begins at a threshold, written on the side on which it begins where there is room."""
    words = f"{mark.regime} {'above' if mark.upwards else 'below'} {mark.level:+.2f}"
    return f"{f'{words} ^':>{cell + 1}}" if not mark.upwards and len(words) < cell else f"{'^':>{cell + 1}} {words}"


def _block_table(explanation: Explanation) -> Iterator[str]:
    yield f"{'block':<10}{'contribution':>13}{'change':>8}   strongest indicator"
    for block, sums in explanation.blocks.iterrows():
        yield f"{block!s:<10}{signed(sums['contribution']):>13}{signed(sums['change']):>8}   " + _strongest(
            explanation, str(block)
        )
    yield f"{'waterline':<10}{signed(explanation.level):>13}{signed(explanation.change):>8}   " + (
        f"without tells {signed(explanation.fundamental)}"
    )


def _strongest(explanation: Explanation, block: str) -> str:
    """The indicator that contributes most in the direction of its block, in natural units."""
    table = explanation.indicators
    inside = table[table.index.str.startswith(f"{block}.")].dropna(subset=["standardised", "contribution"])
    if inside.empty:
        return "-"
    way = 1.0 if explanation.blocks["contribution"][block] >= 0 else -1.0
    name = str((way * inside["contribution"]).idxmax())
    return f"{name.partition('.')[2]}, {natural(float(inside['raw'][name]), explanation.units[name])}"


def _indicator_table(explanation: Explanation) -> Iterator[str]:
    """Every indicator with a value, in natural units, in standard deviations (higher is more liquidity), in effect."""
    yield f"{'':<9}{'indicator':<{_NAME}}{'value':>16}{'standard':>10}{'contrib.':>10}{'change':>8}"
    before = ""
    for name, row in explanation.indicators.dropna(subset=["standardised"]).iterrows():
        block, _, short = str(name).partition(".")
        value = natural(float(row["raw"]), explanation.units[str(name)])
        figures = f"{signed(row['standardised']):>10}{signed(row['contribution']):>10}{signed(row['change']):>8}"
        yield f"{block if block != before else '':<9}{short[: _NAME - 1]:<{_NAME}}{value:>16}{figures}"
        before = block


def _weights(weights: Mapping[str, float]) -> Iterator[str]:
    name = max(map(len, weights)) + 1
    cells = [f"{asset:<{name}}{weight:>7.2%}" for asset, weight in weights.items()]
    per_line = max(1, (WIDTH - 2) // (name + 10))
    for first in range(0, len(cells), per_line):
        yield "  " + "   ".join(cells[first : first + per_line])


def _fitted(line: str) -> list[str]:
    """The line as it is, or broken between words where it is too long."""
    indent = " " * (len(line) - len(line.lstrip()) + 2 * line.startswith(" "))
    return [line] if len(line) <= WIDTH else wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
