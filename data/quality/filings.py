"""Gates on quarterly filings: holes, and figures that change their definition or know their own restatement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import pandas as pd

from ..capex import LONGEST_QUARTER, capex_facts
from ..findings import Finding
from .spans import span

_SAME = 0.005


def filing_findings(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """Findings on one line of filings.

    Parameters
    ----------
    name : str
        Series id, ``capex:<company>`` for instance.
    rows : DataFrame
        ``period`` (ascending, each once), ``released``, ``value`` in USD.
    """
    yield from _holes(name, rows)
    if name.startswith("capex:") and "@" not in name:
        yield from _against_the_facts(name, rows)


def _holes(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    distance = rows["period"].diff()
    for row in rows.index[distance > LONGEST_QUARTER]:
        after, until = rows["period"][row] - distance[row], rows["period"][row]
        message = f"No figure for {round(distance[row].days / 91) - 1} quarter(s)."
        remedy = "Sums over four quarters have no value until the hole is a year old."
        yield Finding("warning", name, f"{after:%Y-%m-%d} to {until:%Y-%m-%d}", message, remedy)


def _against_the_facts(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """Compare with the shipped facts, basis by basis: a line that agrees with two bases in turn is none."""
    lines = {line: facts for line, facts in _facts().items() if line.partition("@")[0] == name}
    if len(lines) < 2:
        return
    agreed = {line: _agreement(rows, facts) for line, facts in lines.items()}
    only = {
        line: each[~each["period"].isin(pd.concat([o["period"] for other, o in agreed.items() if other != line]))]
        for line, each in agreed.items()
    }
    if any(each.empty for each in only.values()):
        return
    parts = sorted(only.items(), key=lambda item: item[1]["period"].iloc[0])
    spans = "; ".join(
        f"{line} {each['period'].iloc[0]:%Y-%m-%d} to {each['period'].iloc[-1]:%Y-%m-%d}" for line, each in parts
    )
    breaks = f"{parts[1][1]['period'].iloc[0]:%Y-%m-%d}"
    message = f"The definition changes: the figures agree with the shipped lines {spans}."
    yield Finding("warning", name, breaks, message, "Compare and difference within one basis only.")
    yield from _known_too_early(name, pd.concat(only.values()))


@cache
def _facts() -> Mapping[str, pd.DataFrame]:
    return capex_facts().series


def _agreement(rows: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """The rows whose value is that of the facts, with both release instants."""
    both = rows.merge(facts, on="period", suffixes=("", "_fact"))
    return both[(both["value"] / both["value_fact"] - 1.0).abs() < _SAME]


def _known_too_early(name: str, agreed: pd.DataFrame) -> Iterator[Finding]:
    early = agreed[agreed["released"] < agreed["released_fact"] - LONGEST_QUARTER].sort_values("period")
    if len(early):
        message = (
            f"{len(early)} figure(s) are those of a restatement of {early['released_fact'].iloc[0]:%Y-%m-%d}, "
            "dated as if they had been filed first: look-ahead."
        )
        dates = span(pd.DatetimeIndex(early["period"]))
        yield Finding("warning", name, dates, message, "Use the figures as first filed.")
