"""The walk-forward page: one HTML file that says what choosing parameters in time would have earned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ..backtests.result import Backtest
from .html import Chart, render
from .walkforward_charts import Parameter, decay_chart, growth_chart, paths_chart, stability_chart


@dataclass(frozen=True, eq=False)
class WalkForwardPage:
    """Everything the page shows.

    Attributes
    ----------
    title, description : str
        Heading, and the sentence below it: what choosing earned.
    synthetic : bool
        True when the data come from the embedded economy.
    verdict : tuple of str
        Further sentences.
    notes : tuple of str
        Caveats.
    criterion : str
        What was chosen by, in words.
    portfolios, performance : Mapping
        Out of sample, by name: ``walk_forward`` first, ``preset``, ``constant_mix``, ``median_member``, ``hindsight``.
    windows : DataFrame
        One row a window: dates of training and test, ``member``, swept parameters, ``train``, ``test``, ``beaten``,
        ``rank_correlation``, ``eligible``.
    parameters : tuple of Parameter
        The swept ones, with the chosen values.
    marks : DataFrame
        Members in windows (see `decay_chart`).
    paths : Mapping, optional
        Distribution of the paths, and ``sharpes`` of each.
    provenance : Mapping of str to str
        Lines for the foot of the page.
    """

    title: str
    description: str
    synthetic: bool
    verdict: tuple[str, ...]
    notes: tuple[str, ...]
    criterion: str
    portfolios: Mapping[str, Backtest]
    performance: Mapping[str, Mapping[str, float]]
    windows: pd.DataFrame
    parameters: tuple[Parameter, ...]
    marks: pd.DataFrame
    paths: Mapping[str, Any] | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)


def render_walkforward_page(content: WalkForwardPage) -> str:
    """Render the page as one self-contained HTML document; equal content gives equal bytes."""
    windows = content.windows.to_dict("records")
    return render("walkforward.html.j2", charts=_charts(content), page=content, windows=windows)


def stability_of(content: WalkForwardPage) -> go.Figure:
    """The parameter stability plot alone, as a plotly figure."""
    windows = content.windows
    return stability_chart(content.parameters, list(windows["test_first"]), windows["test_last"].iloc[-1])


def _charts(content: WalkForwardPage) -> list[Chart]:
    drawn = [
        Chart(
            "growth",
            "Growth of one dollar out of sample",
            "Log axis. Only decisions of the tests are traded, as one portfolio, and changing from one member to the "
            "next is paid for. Hindsight is the member that was best over the whole span: nobody could have chosen it.",
            growth_chart(content.portfolios),
        ),
        Chart(
            "stability",
            "Which values were chosen",
            "One row for each value of the grid; dashed: the preset's own, where the grid reaches it. A parameter that "
            "jumps from end to end says that the criterion follows noise; one that stands still at an end says that "
            "the grid is too narrow.",
            stability_of(content),
        ),
        Chart(
            "decay",
            "What a good training is worth",
            f"{content.criterion} of members less that of the median member, in training and in the test that follows. "
            "On the dotted line a member keeps its promise; a cloud without a slope says that the training tells "
            "nothing about the test.",
            decay_chart(content.marks),
        ),
    ]
    if content.paths is not None:
        drawn.append(
            Chart(
                "paths",
                "Combinatorial purged cross-validation",
                "Each path follows the choices of several trainings, some of which lie after what they are tested on: "
                "nobody could have traded them. They show how much the outcome rests on the order of the years. "
                "Changing members costs nothing here. The axis covers at least one standard error of a Sharpe ratio "
                f"over {content.paths['years']:.0f} years either way.",
                paths_chart(content.paths["sharpes"], content.paths["preset"], years=content.paths["years"]),
            )
        )
    return drawn
