"""Drawing: a reproducible canvas, and the two charts that are drawn here instead of by quantstats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter

# Ships with matplotlib, so it is found on every machine.
FONT = "DejaVu Sans"
SIZE = (6.4, 3.2)
COLOURS = ("#348DC1", "#FEDD78")  # strategy, benchmark: quantstats' own

# By year, by month, by day; no session is finer than that.
DATES = ["%Y", "%b %Y", "%d %b", "%d %b", "%d %b", "%d %b"]

STYLE: dict[Any, Any] = {
    "font.family": FONT,
    "font.size": 10,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "axes.edgecolor": "white",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "patch.edgecolor": "white",
    "patch.force_edgecolor": True,
    "text.color": "#333333",
    "xtick.color": "#666666",
    "ytick.color": "#666666",
    # Not among the defaults that matplotlib restores, and it moves the ticks of a date axis.
    "timezone": "UTC",
    "svg.hashsalt": "tidegate",
    # A dollar sign in a name is a dollar sign.
    "text.parse_math": False,
    # Text stays text: it can be searched, and the page stays small.
    "svg.fonttype": "none",
}


@contextmanager
def canvas() -> Iterator[None]:
    """Draw off screen in one fixed style, then give the caller's matplotlib back as it was."""
    backend = plt.get_backend()
    with mpl.rc_context():
        plt.switch_backend("agg")
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        try:
            yield
        finally:
            plt.switch_backend(backend)


def svg(figure: Figure, *, label: str) -> str:
    """Inline SVG of a figure: the same bytes on every run, and no address in it.

    HTML needs neither the XML prologue nor the namespaces, and the metadata holds only links and a date.
    """
    for axes in figure.axes:
        axes.set_title("")
    figure.suptitle("")
    stream = StringIO()
    figure.tight_layout(pad=0.4)
    figure.savefig(stream, format="svg")
    plt.close(figure)
    text = stream.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text)
    head = re.search(r'viewBox="[^"]*"', text)
    view = head.group() if head else ""
    return re.sub(r"<svg [^>]*>", f'<svg {view} role="img" aria-label="{label}">', text, count=1)


def tidy_dates(figure: Figure) -> None:
    """Upright, unambiguous dates, whichever converters other libraries have registered."""
    axis = figure.axes[0].xaxis
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axis.set_major_locator(locator)
    looks = {"formats": DATES, "zero_formats": DATES, "show_offset": False}
    axis.set_major_formatter(mdates.ConciseDateFormatter(locator, **looks))  # type: ignore[no-untyped-call]
    plt.setp(axis.get_majorticklabels(), rotation=0, ha="center")


def tidy_legend(figure: Figure) -> None:
    """A legend above the lines rather than on them."""
    axes = figure.axes[0]
    old = axes.get_legend()
    if old is not None:
        old.remove()
    handles, labels = axes.get_legend_handles_labels()
    if len(handles) > 1:
        axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)


def growth_figure(both: pd.DataFrame) -> Figure:
    """Growth of 1 USD on a true logarithmic axis; quantstats' is linear up to 200 %."""
    figure, axes = _empty()
    growth = with_opening((1.0 + both).cumprod(), value=1.0)
    for colour, name in zip(COLOURS, growth.columns, strict=True):
        axes.plot(growth.index.to_numpy(), growth[name].to_numpy(), color=colour, label=name, lw=1.3)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:,g}"))
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.axhline(1.0, ls="--", lw=1, color="black")
    return figure


def yearly_figure(yearly: pd.DataFrame) -> Figure:
    """Bars for each calendar year: years are categories, so a label always stands under its own bars."""
    figure, axes = _empty()
    places = range(len(yearly))
    for side, (colour, name) in enumerate(zip(COLOURS, yearly.columns, strict=True)):
        axes.bar([place + 0.4 * side - 0.2 for place in places], yearly[name], 0.38, color=colour, label=name)
    every = 1 + (len(yearly) - 1) // 13
    axes.set_xticks(list(places)[::every], [str(year) for year in yearly.index[::every]])
    axes.set_xlim(-0.8, len(yearly) - 0.2)
    axes.axhline(0.0, ls="--", lw=1, color="black")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(False, axis="x")
    tidy_legend(figure)
    return figure


def with_opening(frame: pd.DataFrame, *, value: float) -> pd.DataFrame:
    """Put the day before the first session in front, when the capital stood whole, so the first bar shows."""
    opening = pd.DataFrame(value, index=[frame.index[0] - pd.Timedelta(days=1)], columns=frame.columns)
    return pd.concat([opening, frame])


def _empty() -> tuple[Figure, Axes]:
    figure, axes = plt.subplots(figsize=SIZE)
    axes.spines[:].set_visible(False)
    return figure, axes
