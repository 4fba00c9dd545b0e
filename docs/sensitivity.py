"""Print the tables of docs/sensitivity.md from a folder of real data.

python docs/sensitivity.py FOLDER
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

import tidegate as tg
from tidegate.signals.sensitivity import agreement, called_by_each, sensitivity


def main(folder: str) -> None:
    market, study = tg.load_market(folder), tg.Study.load("essay")
    first = pd.Timestamp(study.clock.start, tz="UTC")
    sleeves = study.sleeves.assets()
    print(variant_table(sensitivity(market, sleeves, study.signal).summary()), "\n")
    print(matrix(agreement(called_by_each(market, sleeves, study.signal).loc[first:])))


def variant_table(summary: pd.DataFrame) -> str:
    heads = ("variant", "same regime", "decisions", "changes", "correlation of the level", "last call")
    lines = [_row(heads), _row(["---"] * len(heads))]
    for name, row in summary.iterrows():
        level = "" if np.isnan(row["correlation"]) else f"{row['correlation']:.2f}"
        counts = (f"{row['same']:.0%}", f"{row['decisions']:.0f}", f"{row['flips']:.0f}")
        lines.append(_row([str(name), *counts, level, str(row["last"])]))
    return "\n".join(lines)


def matrix(same: pd.DataFrame) -> str:
    lines = [_row(["", *(f"`{name}`" for name in same)]), _row(["---"] * (len(same.columns) + 1))]
    lines += [_row([f"`{name}`", *(f"{share:.0%}" for share in row)]) for name, row in same.iterrows()]
    return "\n".join(lines)


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(sys.argv[1])
