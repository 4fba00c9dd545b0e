"""Print the tables of docs/walkforward.md, and draw docs/walkforward.png where a folder of real data is given.

python docs/walkforward.py [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import tidegate as tg
from tidegate.walkforward.page import parameters
from tidegate.walkforward.words import sentences

GRID = Path(__file__).parent / "examples" / "thresholds.toml"
VARIANTS = {
    "as above": {},
    "anchored": {"anchored": True},
    "3 years, tested on 6 months": {"train": 3, "test": 0.5},
    "10 years, tested on 2": {"train": 10, "test": 2},
    "by Sortino ratio": {"criterion": "sortino"},
    "by growth": {"criterion": "growth"},
}


def main(folder: str | None = None) -> None:
    tell(walked("synthetic", paths=True))
    print(varied("synthetic"), "\n")
    if folder is not None:
        real = walked(folder, paths=True)
        tell(real)
        print(varied(folder), "\n")
        print(window_table(real), "\n")
        draw(real, Path(__file__).with_name("walkforward.png"))


def walked(data: str, **config: object) -> tg.WalkForward:
    study = tg.Study.load("essay")
    with tempfile.TemporaryDirectory() as out:
        result = tg.walk_forward(
            study,
            tg.Grid.load(GRID),
            tg.load_market(data),
            config=tg.WalkConfig.of(config),
            out=f"{out}/essay",
            ledger=None,
        )
        result.table  # noqa: B018  (read while the folder is there)
    return result


def tell(result: tg.WalkForward) -> None:
    *found, _ = sentences(result)  # the check is for the terminal
    print("\n".join(found), "\n")
    print(performance_table(result), "\n")


def performance_table(result: tg.WalkForward) -> str:
    """Figures of every portfolio on the sessions of the tests."""
    lines = [
        "| | CAGR | volatility | Sharpe | max drawdown | turnover | cost drag |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, figures in result.performance.items():
        cells = f"{figures.cagr:.1%} | {figures.volatility:.1%} | {figures.sharpe:.2f} | {figures.max_drawdown:.1%}"
        lines.append(f"| {name.replace('_', ' ')} | {cells} | {figures.turnover:.2f} | {figures.cost_drag:.2%} |")
    return "\n".join(lines)


def window_table(result: tg.WalkForward) -> str:
    """What each window chose, and what became of it."""
    names = [key.rpartition(".")[2] for key in result.plan.keys]
    lines = [
        f"| tested from | {' | '.join(f'`{name}`' for name in names)} | in training | in the test | beaten | ranks |",
        f"|---{'|---:' * (len(names) + 4)}|",
    ]
    for row in result.windows.to_dict("records"):
        chosen = " | ".join(f"{row[key]:g}" for key in result.plan.keys)
        figures = f"{row['train']:.2f} | {row['test']:.2f} | {row['beaten']:.0%} | {row['rank_correlation']:+.2f}"
        lines.append(f"| {row['test_first']:%Y-%m} | {chosen} | {figures} |")
    return "\n".join(lines)


def varied(data: str) -> str:
    return variant_table({name: walked(data, **config) for name, config in VARIANTS.items()})


def variant_table(results: dict[str, tg.WalkForward]) -> str:
    """The same with other windows and other criteria."""
    lines = [
        "| | tested from | Sharpe | preset | difference | 95 % interval | in training | in the test | beaten | ranks |",
        "|---|---|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    for name, result in results.items():
        own, preset = (result.performance[each].sharpe for each in ("walk_forward", "preset"))
        gap, decay = result.sharpe_difference, result.decay
        told = f"{decay.train:.2f} | {decay.test:.2f} | {decay.beaten:.0%} | {decay.rank_correlation:+.2f}"
        lines.append(
            f"| {name} | {result.bills.index[0]:%Y-%m} | {own:.2f} | {preset:.2f} | {gap.value:+.2f} | "
            f"{gap.low:+.2f} to {gap.high:+.2f} | {told} |"
        )
    return "\n".join(lines)


def draw(result: tg.WalkForward, path: Path) -> None:
    """The chosen value of each parameter by test, as steps on the values of the grid; the preset's own dashed."""
    plt.style.use("default")  # vectorbt sets another one
    swept = parameters(result)
    heights = [len(each.rows) for each in swept]
    figure, axes = plt.subplots(
        len(swept), 1, figsize=(12.8, 5.6), sharex=True, height_ratios=heights, layout="constrained"
    )
    dates = pd.DatetimeIndex([*result.windows["test_first"], result.windows["test_last"].iloc[-1]])
    for axis, each in zip(axes, swept, strict=True):
        steps = [each.height(value) for value in each.chosen]
        axis.step(dates, [*steps, steps[-1]], where="post", color="#d55e00", linewidth=2.2)
        axis.axhline(each.height(each.preset), color="#374151", linewidth=1.0, linestyle="--")
        axis.set_yticks(range(len(each.rows)), [f"{value:g}" for value in each.rows], fontsize=8)
        axis.set_title(each.name, loc="left", fontsize=10)
        axis.grid(axis="y", color="#e5e7eb")
        axis.spines[["top", "right"]].set_visible(False)
    axes[-1].set_xlim(dates[0], dates[-1])
    figure.savefig(path, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
