"""What the classifiers cost and how they differ: the table that `docs/regimes.md` quotes.

Run `python docs/regimes.py`. Every classifier calls the same waterlines: those of the shipped study on a few synthetic
worlds of twenty years, each of which knows its true regime at every session.
"""

from __future__ import annotations

from time import process_time

import numpy as np
import pandas as pd

from tidegate import Study, load_market
from tidegate.data.economy import EconomyConfig
from tidegate.signals import measure_waterline
from tidegate.signals.known import Known
from tidegate.signals.regimes.registry import all_classifiers

SEEDS = range(7, 10)


def calls(seed: int) -> dict[str, dict[str, float]]:
    """Seconds, changes a year and shares of agreement, by classifier, from the first decision that all of them call."""
    study, market = Study.load("proxies"), load_market("synthetic", economy=EconomyConfig(seed=seed))
    sleeves = study.sleeves.assets()
    line = measure_waterline(market, sleeves, study.signal)
    known = Known(market, line.decisions, sleeves, study.signal)
    paths, seconds = {}, {}
    for entry in all_classifiers():
        start = process_time()
        paths[entry.name] = entry.fit_predict_online(line.level, known)
        seconds[entry.name] = process_time() - start
    called = pd.DataFrame(paths).dropna()
    days = called.index.tz_convert("America/New_York").tz_localize(None).normalize()
    true = market.true_regime.reindex(days, method="ffill").to_numpy()
    years = len(called) / 52
    return {
        name: {
            "seconds": seconds[name],
            "changes a year": called[name].ne(called[name].shift()).iloc[1:].sum() / years,
            "as schmitt": (called[name] == called["schmitt"]).mean(),
            "as the true regime": (called[name].to_numpy() == true).mean(),
        }
        for name in called
    }


def report(worlds: list[dict[str, dict[str, float]]]) -> str:
    """The table of the page, in Markdown: means over the worlds."""
    lines = [
        "| classifier | CPU seconds | changes a year | same as schmitt | same as the true regime |",
        "|---|---|---|---|---|",
    ]
    for name in worlds[0]:
        seconds, changes, schmitt, true = np.mean([list(world[name].values()) for world in worlds], axis=0)
        lines.append(f"| `{name}` | {seconds:.1f} | {changes:.1f} | {schmitt:.0%} | {true:.0%} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report([calls(seed) for seed in SEEDS]))
