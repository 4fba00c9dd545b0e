"""How seconds grow with studies, assets, sessions and rebalances: a table and a chart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .job import Size
from .ways import WAYS, run

AXES: dict[str, tuple[int, ...]] = {
    "studies": (250, 500, 1000, 2000, 4000),
    "assets": (4, 7, 14, 28, 56),
    "sessions": (1000, 2000, 4000, 8000),
    "rebalances": (25, 50, 100, 200, 400, 800),
}
DRAWN = {"sweep": ("#0b6e99", "o"), "by_hand": ("#8a8a8a", "s"), "one_by_one": ("#c2571a", "^")}


class Point(NamedTuple):
    """Seconds per 1,000 studies of one way at one value of one dimension."""

    axis: str
    way: str
    value: int
    seconds: float


def growth() -> Iterator[Point]:
    """One dimension grows while the others stay at the reference."""
    for axis, sizes in AXES.items():
        for value in sizes:
            size = Size()._replace(**{axis: value})
            for way, given in (("sweep", size), ("by_hand", size), ("one_by_one", size._replace(studies=5))):
                yield Point(axis, way, value, run(way, given).seconds * 1000 / given.studies)


def show_growth(points: list[Point]) -> None:
    """The points of the chart."""
    print("\n| varied | value | sweep | by hand | vectorbt one by one | ratio to by hand | ratio to vectorbt |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    seconds = {(each.axis, each.value, each.way): each.seconds for each in points}
    for axis, value in dict.fromkeys((each.axis, each.value) for each in points):
        own, limit, plain = (seconds[axis, value, way] for way in DRAWN)
        ratios = f"{own / limit:.2f} | 1/{plain / own:.0f}"
        print(f"| {axis} | {value:,} | {own:.3f} | {limit:.3f} | {plain:.1f} | {ratios} |")


def draw(points: list[Point], chart: Path) -> None:
    """Seconds per 1,000 studies against each dimension."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, 2, figsize=(9, 6.5), sharey=True, layout="constrained")
    for panel, axis in zip(panels.flat, AXES, strict=True):
        for way, (colour, marker) in DRAWN.items():
            line = [(each.value, each.seconds) for each in points if (each.axis, each.way) == (axis, way)]
            panel.loglog(*zip(*line, strict=True), color=colour, marker=marker, markersize=4, label=WAYS[way].title)
        panel.set_xlabel(axis)
        panel.set_xticks(AXES[axis], [f"{value:,}" for value in AXES[axis]])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    panels[0, 0].legend(frameon=False, loc="center left", bbox_to_anchor=(0.0, 0.62))
    figure.supylabel("seconds per 1,000 studies")
    reference = Size()
    figure.suptitle(
        f"{reference.studies:,} studies, {reference.assets} assets, {reference.sessions:,} sessions, "
        f"{reference.rebalances} rebalances; one of them varied",
        fontsize=10,
    )
    chart.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(chart, dpi=110)
