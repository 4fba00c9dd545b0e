"""The audit of the shipped studies on the embedded economy: the tables that `docs/audit.md` quotes.

Run `python docs/audit.py [STUDY ...]`. It takes a minute or two for each study on two cores.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import pandas as pd

from tidegate import Study, audit, load_market
from tidegate.causality import Audit

STUDIES = ("essay", "proxies", "long_history")
SHARES = (0.1, 0.01, 0.001)


def checks(found: Audit) -> str:
    """Comparisons of one study by kind of node and check; a verdict other than a pass stands in capitals."""
    table = found.overview()
    rows = markdown(["node", *table.columns], table.reset_index().to_numpy().tolist())
    return f"### `{found.subject}`\n\n{verdict(found)}\n\n{rows}"


def verdict(found: Audit) -> str:
    chances = ", ".join(f"{found.chance_to_miss(share):.1%} if it touches {share:.1%} of them" for share in SHARES)
    return (
        f"{'Passed' if found.passed else 'FAILED'}: {len(found.leaks)} leaks and {len(found.smells)} smells in\n"
        f"{found.checks:,} comparisons; {found.rounded} held but for rounding; {len(found.refused)} worlds refused.\n"
        f"The future was cut at {found.cuts} of {found.decisions:,} decisions and scrambled {found.scrambles} times.\n"
        f"Chance to miss a leak: {chances}."
    )


def by_start(audits: Iterable[Audit]) -> str:
    """The same decisions from data that begin later."""
    rows = [
        [f"`{found.subject}`", f"{day:%Y-%m-%d}", number(row["waterline"]), row["regime"], f"{row['agreement']:.0%}"]
        for found in audits
        for day, row in found.tables["start"].dropna().iterrows()
    ]
    return markdown(["study", "data from", "last waterline", "last regime", "decisions with the same regime"], rows)


def by_vintage(audits: Iterable[Audit]) -> str:
    """What the studies decide from what was known, and from what is known today."""
    rows = [
        [f"`{found.subject}`", name, f"{row['flips']:.0f}", number(row["sharpe"])]
        for found in audits
        for name, row in found.tables["vintages"].iterrows()
    ]
    return markdown(["study", "vintages", "changes of regime", "Sharpe ratio"], rows)


def by_lag(audits: list[Audit]) -> str:
    """Sharpe ratios by execution lag."""
    ladders = {f"`{found.subject}`": found.tables["lag"]["sharpe"] for found in audits}
    heads = ["Sharpe ratio at a lag of sessions", *map(str, audits[0].tables["lag"].index)]
    return markdown(heads, [[name, *map(number, ladder)] for name, ladder in ladders.items()])


def number(value: float) -> str:
    return "unknown" if pd.isna(value) else f"{value:.2f}"


def markdown(heads: list[str], rows: Iterable[Iterable[Any]]) -> str:
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [heads, ["---"] * len(heads), *rows])


def main(names: Iterable[str]) -> None:
    market = load_market("synthetic")
    audits = [audit(Study.load(name), market) for name in names]
    for part in (*map(checks, audits), by_start(audits), by_vintage(audits), by_lag(audits)):
        print(part, end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:] or STUDIES)
