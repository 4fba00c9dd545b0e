"""Print the tables of docs/sweep.md, and draw docs/sweep.png where a folder of real data is given.

python docs/sweep.py [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import tidegate as tg
from tidegate.reports.sweep_page import FIGURES
from tidegate.reports.sweep_tables import quantiles, spread
from tidegate.sweeps import Grid, SweepResult, sweep
from tidegate.sweeps.words import sentences

GRID = Path(__file__).parent / "examples" / "thresholds.toml"
SHARES = {"cagr": 1, "volatility": 1, "max_drawdown": 1, "cost_drag": 2}  # digits of per cent


def main(folder: str | None = None) -> None:
    tell(swept("synthetic"))
    if folder is not None:
        real = swept(folder)
        tell(real)
        draw(real, Path(__file__).with_name("sweep.png"))


def swept(data: str) -> SweepResult:
    study = tg.Study.load("essay")
    with tempfile.TemporaryDirectory() as out:
        result = sweep(study, Grid.load(GRID), tg.load_market(data), out=out, ledger=None)
        result.table  # noqa: B018  (read while the folder is there)
    return result


def tell(result: SweepResult) -> None:
    *found, _, _ = sentences(result.summary())  # the best and the check are for the terminal
    print("\n".join(found), "\n")
    print(figure_table(result), "\n")
    print(parameter_table(result), "\n")


def figure_table(result: SweepResult) -> str:
    """Quantiles of every figure over the members."""
    own = {name: result.preset.as_dict()[name] for name in FIGURES}
    lines = [
        "| | 5 % | 25 % | median | 75 % | 95 % | the study | below it |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, row in quantiles(result.ran, own).iterrows():
        *numbers, below = row
        cells = [FIGURES[str(name)], *(cell(str(name), number) for number in numbers), f"{below:.0%}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(name: str, number: float) -> str:
    return f"{number:.{SHARES[name]}%}" if name in SHARES else f"{number:.2f}"


def parameter_table(result: SweepResult) -> str:
    """How far the median Sharpe ratio moves over the values of each parameter."""
    lines = ["| parameter | lowest median | highest median |", "|---|---:|---:|"]
    for key in result.plan.keys:
        medians = spread(result.ran[key], result.ran["sharpe"])["median"]
        lines.append(f"| `{key}` | {medians.min():.2f} | {medians.max():.2f} |")
    return "\n".join(lines)


def draw(result: SweepResult, path: Path) -> None:
    """Sharpe ratio against each parameter: median, middle half, nine tenths; the study as a diamond."""
    plt.style.use("default")  # vectorbt sets another one
    figure, axes = plt.subplots(1, 3, figsize=(12.8, 3.6), sharey=True, layout="constrained")
    own = {"signal.regime.scarce_enter": -0.5, "signal.regime.abundant_enter": 0.5, "signal.regime.min_dwell": 4}
    for axis, (key, value) in zip(axes, own.items(), strict=True):
        found = spread(result.ran[key], result.ran["sharpe"])
        axis.fill_between(found.index, found["q05"], found["q95"], color="#332288", alpha=0.14, linewidth=0)
        axis.fill_between(found.index, found["q25"], found["q75"], color="#332288", alpha=0.28, linewidth=0)
        axis.plot(found.index, found["median"], color="#332288", linewidth=1.6)
        axis.plot(value, result.preset.sharpe, "D", color="#111827", markersize=6)
        axis.axvline(value, color="#111827", linewidth=0.8, linestyle="--")
        axis.set_title(key, loc="left", fontsize=10)
        axis.spines[["top", "right"]].set_visible(False)
    half = 1.0 / (result.ran["sessions"].median() / 252) ** 0.5  # one standard error: what is flat shall look flat
    axes[0].set_ylim(result.preset.sharpe - half, result.preset.sharpe + half)
    axes[0].set_ylabel("Sharpe ratio")
    figure.savefig(path, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
