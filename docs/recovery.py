"""How well the waterline recovers a truth that is known: the tables that `docs/recovery.md` quotes.

Run `python docs/recovery.py [--worlds 20]`. In worlds where the thesis holds, every reading calls a regime at each
decision and is held against the regime that really ruled. In null worlds, where liquidity moves no price, the called
regime must say nothing about what comes after.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from tidegate import Market, Study
from tidegate.data.clock import NEW_YORK
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.signals import SignalConfig, Waterline, measure_waterline
from tidegate.signals.composite import compose
from tidegate.signals.config import BLOCKS
from tidegate.signals.known import Known
from tidegate.signals.regimes.moving_average import moving_average, sleeve_index
from tidegate.signals.regimes.schmitt import schmitt_trigger

WORLDS, NULLS_PER_WORLD = 20, 3
WEEKS_AHEAD, A_YEAR = 13, 52
DECISIONS_PER_DECADE = 521.8
ORDER = {"SCARCE": -1.0, "NEUTRAL": 0.0, "ABUNDANT": 1.0}
SLEEVES = Study.load("essay").sleeves.assets()
CONFIG = SignalConfig()
DIGITS = {"agreement": 2, "kappa": 2, "balanced": 2, "rank": 2, "lag": 0, "caught": 2, "false flips": 1}


class Reading(NamedTuple):
    """A level and the regime called from it, by decision."""

    level: pd.Series[float]
    regime: pd.Series[str]


def measured(seed: int, effect: float) -> tuple[Market, Waterline]:
    """One world and its waterline, with nothing but defaults."""
    market = make_economy(EconomyConfig(seed=seed, effect=effect))
    return market, measure_waterline(market, SLEEVES, CONFIG)


def readings(market: Market, line: Waterline) -> dict[str, Reading]:
    """The waterline, each block by itself through the same trigger, and the naive rival plain and through it."""
    levels = {"waterline": line.level, "fundamental": line.fundamental}
    for block in BLOCKS:
        alone = CONFIG.model_copy(update={"block_weights": {block: 1.0}, "min_blocks": 1})
        levels[block] = compose(line.indicators, alone, min_count=CONFIG.composite_min_weeks).level
    known = Known(market, line.decisions, SLEEVES, CONFIG)
    index = sleeve_index(known)
    distance = np.log(index / index.rolling(CONFIG.moving_average.weeks).mean())
    levels["moving average, same trigger"] = distance / distance.expanding(CONFIG.composite_min_weeks).std()
    called = {name: Reading(level, schmitt_trigger(level, CONFIG.regime)) for name, level in levels.items()}
    return called | {"moving average": Reading(distance, moving_average(line.level, known))}


def truth_at(market: Market, decisions: pd.DatetimeIndex) -> pd.Series[str]:
    """The regime that ruled the day of each decision, from the first session on."""
    days = decisions.tz_convert(NEW_YORK).tz_localize(None).normalize()
    return market.true_regime.reindex(days, method="ffill").set_axis(decisions).dropna()


def recovery(market: Market, line: Waterline) -> pd.DataFrame:
    """Measures by reading in one world, on the decisions at which every reading has a regime."""
    found = readings(market, line)
    called = pd.DataFrame({name: reading.regime for name, reading in found.items()}).dropna()
    truth = truth_at(market, called.index)
    called = called.loc[truth.index]
    rows = {
        name: overlap(codes(called[name]), codes(truth))
        | timing(codes(called[name]), codes(truth))
        | {"rank": found[name].level.loc[truth.index].corr(truth.map(ORDER), method="spearman")}
        for name in called
    }
    return pd.DataFrame(rows | by_chance(codes(called["waterline"]), codes(truth))).T


def codes(regime: pd.Series[str]) -> np.ndarray:
    """-1, 0, 1 for SCARCE, NEUTRAL, ABUNDANT."""
    return regime.map(ORDER).to_numpy(dtype=int)


def overlap(called: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Share of equal calls; Cohen's kappa; mean over the true regimes of the share of each that was called."""
    sides = [side for side in ORDER.values() if (truth == side).any()]
    agreement = float(np.mean(called == truth))
    expected = sum(np.mean(called == side) * np.mean(truth == side) for side in ORDER.values())
    recall = [np.mean(called[truth == side] == side) for side in sides]
    return {
        "agreement": agreement,
        "kappa": (agreement - expected) / (1 - expected),
        "balanced": float(np.mean(recall)),
    }


def by_chance(called: np.ndarray, truth: np.ndarray) -> dict[str, dict[str, float]]:
    """The same calls at the wrong time: shifted in a circle by every span of at least a year."""
    shifts = range(A_YEAR, len(called) - A_YEAR)
    shifted = pd.DataFrame([overlap(np.roll(called, shift), truth) for shift in shifts])
    return {"chance": shifted.mean().to_dict(), "chance, best of twenty": shifted.quantile(0.95).to_dict()}


def timing(called: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Median weeks from a true change to its call; share of changes called before the next; false flips a decade.

    A change is called late by 0 weeks where the call already stood. A flip is false when the truth never is what was
    called while the call lasts.
    """
    late = [np.flatnonzero(called[spell] == truth[spell][0]) for spell in spells(truth)[1:]]
    lags = [float(hits[0]) for hits in late if len(hits)]
    false = sum(not (truth[spell] == called[spell][0]).any() for spell in spells(called)[1:])
    return {
        "lag": float(np.median(lags)) if lags else np.nan,
        "caught": len(lags) / max(len(late), 1),
        "false flips": false * DECISIONS_PER_DECADE / len(called),
    }


def spells(regime: np.ndarray) -> list[slice]:
    """Stretches of the same regime."""
    bounds = [0, *(np.flatnonzero(np.diff(regime)) + 1), len(regime)]
    return [slice(first, last) for first, last in pairwise(bounds)]


class Foresight(NamedTuple):
    """What the called regime says about the 13 weeks from its fill on."""

    correlation: float
    t: float


def foresight(market: Market, line: Waterline) -> Foresight:
    """Correlation of the called regime with the sleeves' return difference over the next 13 weeks.

    Every 13th decision, each from its fill to the next one's, so that the outcomes do not overlap.
    """
    called = line.regime.loc[truth_at(market, line.decisions).index].dropna().iloc[::WEEKS_AHEAD].map(ORDER)
    growth = np.log(market.prices).diff()
    sides = [growth[list(SLEEVES[sleeve])].mean(axis="columns") for sleeve in ("speculative", "near_cash_flow")]
    index = (sides[0] - sides[1]).fillna(0.0).cumsum().to_numpy()
    fills = market.sessions.searchsorted(called.index.tz_convert(NEW_YORK).tz_localize(None), side="right")
    fills = fills[fills < len(index)]
    regime, outcome = called.to_numpy()[: len(fills) - 1], np.diff(index[fills])
    r = float(np.corrcoef(regime, outcome)[0, 1])
    return Foresight(r, r * np.sqrt((len(regime) - 2) / (1 - r**2)))


def recovery_table(worlds: list[pd.DataFrame]) -> str:
    """Means over the worlds, in Markdown; the median for lags."""
    every = pd.concat(worlds, keys=range(len(worlds))).groupby(level=1, sort=False)
    means = every.mean().assign(lag=every["lag"].median())[list(DIGITS)]
    better = [(world["agreement"]["waterline"] > world["agreement"]).astype(float) for world in worlds]
    lines = ["| reading | " + " | ".join(DIGITS) + " | worlds in which the waterline agrees more |"]
    lines += ["|---" * (len(DIGITS) + 2) + "|"]
    for name, row in means.iterrows():
        cells = ["" if np.isnan(row[key]) else f"{row[key]:.{digits}f}" for key, digits in DIGITS.items()]
        wins = "" if name == "waterline" else f"{sum(each[name] for each in better):.0f} of {len(worlds)}"
        lines.append(f"| {name} | {' | '.join(cells)} | {wins} |")
    return "\n".join(lines)


def foresight_table(by_effect: dict[str, list[Foresight]]) -> str:
    """Mean correlation and the share of worlds in which it looks significant, in Markdown."""
    lines = ["| world | mean correlation | mean t | worlds with t above 2 in size |", "|---|---|---|---|"]
    for name, found in by_effect.items():
        r, t = np.array(found).T
        lines.append(f"| {name} | {r.mean():.2f} | {t.mean():.2f} | {np.sum(np.abs(t) > 2)} of {len(found)} |")
    return "\n".join(lines)


class Figures(NamedTuple):
    """What was found, world by world."""

    recovered: list[pd.DataFrame]
    thesis: list[Foresight]
    null: list[Foresight]


def figures(worlds: int) -> Figures:
    """The seeds 0, 1, 2, ... with the effect, and three times as many without it."""
    recovered, thesis = [], []
    for seed in range(worlds):
        world = measured(seed, effect=1.0)
        recovered.append(recovery(*world))
        thesis.append(foresight(*world))
    null = [foresight(*measured(seed, effect=0.0)) for seed in range(NULLS_PER_WORLD * worlds)]
    return Figures(recovered, thesis, null)


def report(found: Figures) -> str:
    """Both tables, in Markdown."""
    said = {"effect 1, the thesis holds": found.thesis, "effect 0, the null": found.null}
    return f"{recovery_table(found.recovered)}\n\n{foresight_table(said)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS, help="how many seeds, from 0 on")
    print(report(figures(parser.parse_args().worlds)))
