"""Print the figures of docs/thesis.md and draw docs/waterline.png, from a folder of real data.

    python docs/thesis.py FOLDER

Everything here looks back: forward returns and episodes are measured with hindsight and feed nothing that decides.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patches import Patch

import tidegate as tg
from tidegate.data.policy_events import policy_events
from tidegate.reports.charts import spells
from tidegate.signals import all_indicators
from tidegate.signals.event_study import event_study
from tidegate.signals.result import REGIMES

EXTRAS = [entry.id for entry in all_indicators() if not entry.preset]
QUARTER = 63  # sessions
EPISODES = {
    "2008": ("2007-08-01", "2009-06-30"),
    "2011": ("2011-04-01", "2011-12-31"),
    "2018": ("2018-08-01", "2019-03-31"),
    "2020": ("2020-01-15", "2020-06-30"),
    "2022": ("2021-09-01", "2023-01-31"),
    "2025": ("2024-12-01", "2025-06-30"),
}
COLOURS = {"ABUNDANT": "#0072b2", "NEUTRAL": "#9ca3af", "SCARCE": "#d55e00"}


def main(folder: str) -> None:
    market = tg.load_market(folder)
    study = tg.Study.load("essay")
    decided = tg.decide(study, market)
    watched = tg.decide(tg.Study.load("essay", [f"signal.add={EXTRAS}"]), market)
    sleeves = sleeve_indices(decided, market)
    print(record_table(watched, sleeves), "\n")
    print(record_of_the_whole(decided, sleeves), "\n")
    print(episode_table(decided, sleeves), "\n")
    print(event_table(decided), "\n")
    print(regime_shares(decided))
    draw(decided, Path(__file__).with_name("waterline.png"))


def sleeve_indices(decided: tg.Decisions, market: tg.Market) -> pd.DataFrame:
    """Growth of each sleeve, held at the shares of each decision from the next session on, without costs."""
    growth = market.prices.pct_change(fill_method=None)
    days = decided.targets.index.tz_convert("America/New_York").tz_localize(None).normalize()
    lines = {}
    for sleeve, shares in decided.shares.items():
        held = shares.set_axis(days).reindex(market.sessions, method="ffill").shift(2)
        lines[sleeve] = (1.0 + (held * growth[held.columns]).sum(axis="columns")).cumprod()
    return pd.DataFrame(lines).loc[days[0] :]


def forward_gap(decided: tg.Decisions, sleeves: pd.DataFrame, index: pd.DatetimeIndex) -> pd.Series:
    """Log return of the speculative over the near-cash-flow sleeve in the 13 weeks after each decision's fill."""
    ratio = np.log(sleeves["speculative"] / sleeves["near_cash_flow"])
    days = index.tz_convert("America/New_York").tz_localize(None).normalize()
    start = ratio.index.searchsorted(days, side="right")
    end = start + QUARTER
    inside = (end < len(ratio)) & (days >= ratio.index[0])
    values = np.full(len(index), np.nan)
    values[inside] = ratio.to_numpy()[end[inside]] - ratio.to_numpy()[start[inside]]
    return pd.Series(values, index=index)


def record(indicator: pd.Series, gap: pd.Series) -> tuple[float, float, int]:
    """Rank correlation with what came after, its t-value from every 13th decision only, and how many those are."""
    both = pd.DataFrame({"x": indicator, "y": gap}).dropna()
    apart = both.iloc[::13]
    rank = both["x"].rank().corr(both["y"].rank())
    correlation = apart["x"].rank().corr(apart["y"].rank())
    count = len(apart)
    return rank, correlation * np.sqrt((count - 2) / (1 - correlation**2)), count


def record_table(decided: tg.Decisions, sleeves: pd.DataFrame) -> str:
    line = decided.waterline
    gap = forward_gap(decided, sleeves, line.indicators.index)
    heads = ("indicator", "counts", "first decision", "with the rest", "with the next 13 weeks", "t", "n")
    lines = [_row(heads), _row(["---"] * len(heads))]
    for entry in all_indicators():
        name, counts, values = f"`{entry.id}`", "yes" if entry.preset else "watched", line.indicators[entry.id]
        if values.notna().sum() == 0:
            lines.append(_row([name, counts, f"not measurable: {line.missing[entry.id]}", "", "", "", ""]))
            continue
        rest = line.contributions.drop(columns=entry.id).sum(axis="columns").where(line.level.notna())
        rank, t, count = record(values, gap)
        first = f"{values.first_valid_index():%Y-%m-%d}"
        lines.append(_row([name, counts, first, f"{values.corr(rest):+.2f}", f"{rank:+.2f}", f"{t:+.1f}", f"{count}"]))
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def record_of_the_whole(decided: tg.Decisions, sleeves: pd.DataFrame) -> str:
    gap = forward_gap(decided, sleeves, decided.waterline.level.index)
    lines = ["| | rank correlation with the next 13 weeks | t | n |", "|---|---|---|---|"]
    for name in ("level", "fundamental"):
        rank, t, count = record(getattr(decided.waterline, name), gap)
        lines.append(f"| {name} | {rank:+.2f} | {t:+.1f} | {count} |")
    return "\n".join(lines)


def episode_table(decided: tg.Decisions, sleeves: pd.DataFrame) -> str:
    """Falls of the speculative sleeve: what was called at the peak, when SCARCE came, and what was lost by then."""
    days = decided.regime.index.tz_convert("America/New_York").tz_localize(None).normalize()
    regime = pd.Series(decided.regime.to_numpy(), index=days)
    heads = ("episode", "peak", "trough", "fall", "called at the peak", "SCARCE", "fall gone by then", "SCARCE in")
    lines = [_row(heads), _row(["---"] * len(heads))]
    for name, (first, last) in EPISODES.items():
        line = sleeves["speculative"].loc[first:last]
        fall = line / line.cummax() - 1.0
        trough = fall.idxmin()
        peak = line.loc[:trough].idxmax()
        until = regime.loc[peak:trough]
        scarce = until.index[until == "SCARCE"]
        at_peak = str(regime.loc[:peak].iloc[-1])
        when, gone = "never before the trough", "all"
        if at_peak == "SCARCE":
            when, gone = "already", "0%"
        elif len(scarce):
            when = f"{round((scarce[0] - peak).days / 7)} weeks later"
            gone = f"{(1.0 - line.asof(scarce[0]) / line[peak]) / -fall.min():.0%}"
        share = f"{(until == 'SCARCE').sum()} of {len(until)} weeks"
        span = [f"{peak:%Y-%m-%d}", f"{trough:%Y-%m-%d}", f"{fall.min():.0%}"]
        lines.append(_row([name, *span, at_peak, when, gone, share]))
    return "\n".join(lines)


def event_table(decided: tg.Decisions) -> str:
    events = policy_events()
    lines = [_row(["events", "n", "4 weeks after", "13 weeks after", "26 weeks after"]), _row(["---"] * 5)]
    for direction in ("easing", "tightening", "stress"):
        days = events.index[events["direction"] == direction]
        around = event_study(decided.waterline.level.loc[decided.regime.index[0] :], days)
        lines.append(_row([direction, f"{len(around)}", *(f"{around[weeks].mean():+.2f}" for weeks in (4, 13, 26))]))
    return "\n".join(lines)


def regime_shares(decided: tg.Decisions) -> str:
    regime = decided.regime
    flips = int((regime.to_numpy()[1:] != regime.to_numpy()[:-1]).sum())
    shares = ", ".join(f"{name} {np.mean(regime == name):.0%}" for name in REGIMES)
    span = f"{regime.index[0]:%Y-%m-%d} to {regime.index[-1]:%Y-%m-%d}"
    return f"{len(regime)} decisions from {span}: {shares}; {flips} changes."


def draw(decided: tg.Decisions, path: Path) -> None:
    """The waterline over its regime with the dated events, and below it what each block contributes."""
    line = decided.waterline
    level = line.level.loc[decided.regime.index[0] :]
    days = level.index.tz_convert("America/New_York").tz_localize(None)
    figure, (top, bottom) = plt.subplots(
        2, 1, figsize=(12.8, 7.2), sharex=True, height_ratios=[3, 2], layout="constrained"
    )
    for spell in spells(decided.regime).itertuples():
        first, last = (instant.tz_convert("America/New_York").tz_localize(None) for instant in (spell.start, spell.end))
        top.axvspan(first, last, color=COLOURS[spell.regime], alpha=0.18, linewidth=0)
    regimes = [Patch(color=colour, alpha=0.3, label=name) for name, colour in COLOURS.items()]
    top.plot(days, level.to_numpy(), color="#111827", linewidth=1.3)
    top.plot(days, line.fundamental.loc[level.index].to_numpy(), color="#aa3377", linewidth=0.7, label="without tells")
    top.axhline(0, color="#6b7280", linewidth=0.6)
    marks = {"easing": ("^", "#0072b2"), "tightening": ("v", "#d55e00"), "stress": ("x", "#111827")}
    for direction, (marker, colour) in marks.items():
        events = policy_events().loc[days[0] : days[-1]]
        mine = events.index[events["direction"] == direction]
        top.plot(
            mine,
            [0.03] * len(mine),
            marker,
            color=colour,
            markersize=6,
            transform=top.get_xaxis_transform(),
            label=direction,
        )
    top.set_title("Waterline at each weekly decision, its regime, and dated policy events", loc="left", fontsize=11)
    handles = [*regimes, *top.get_legend_handles_labels()[0]]
    top.legend(handles=handles, ncols=7, fontsize=8, loc="upper right", frameon=False)
    blocks = line.contributions.T.groupby(lambda name: name.partition(".")[0], sort=False).sum().T.loc[level.index]
    for name in blocks:
        bottom.plot(days, blocks[name].to_numpy(), linewidth=1.0, label=name)
    bottom.axhline(0, color="#6b7280", linewidth=0.6)
    bottom.set_title("Contribution of each block (they add up to the waterline)", loc="left", fontsize=11)
    bottom.legend(ncols=6, fontsize=8, loc="upper right", frameon=False)
    for axis in (top, bottom):
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(x=0.01)
    figure.savefig(path, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main(sys.argv[1])
