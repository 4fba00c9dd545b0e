"""The page of a sweep: one HTML file that shows all members at once and proposes none of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ..errors import DataError
from .html import Chart, render
from .sweep_charts import histogram, parameter_chart
from .sweep_heat_maps import heat_maps
from .sweep_tables import counted, quantiles
from .swept import Swept

_REASONS = 5
_SHARES = {"cagr", "volatility", "max_drawdown", "cost_drag"}
FIGURES = {
    "sharpe": "Sharpe",
    "cagr": "CAGR",
    "volatility": "Volatility",
    "sortino": "Sortino",
    "max_drawdown": "Max drawdown",
    "calmar": "Calmar",
    "turnover": "Turnover",
    "cost_drag": "Cost drag",
}


@dataclass(frozen=True, eq=False)
class SweepPage:
    """Everything the page of a sweep shows, as plain frames.

    Attributes
    ----------
    study, title, description : str
        Name of the study, heading of the page, one line on what it does.
    synthetic : bool
        True when the data come from the embedded economy.
    sentences, notes : tuple of str
        What the sweep found, in words; caveats on data and names.
    swept : Swept
        What was measured; its members hold `FIGURES`.
    refused : Series of str
        Why members could not be run, one entry for each of them.
    provenance : Mapping of str to str
        Lines for the foot of the page, such as source, data hash and configuration hash.
    """

    study: str
    title: str
    description: str
    synthetic: bool
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    swept: Swept
    refused: pd.Series[str]
    provenance: Mapping[str, str] = field(default_factory=dict)


def render_sweep_page(content: SweepPage) -> str:
    """Render the page as one self-contained HTML document; equal content gives equal bytes.

    Raises
    ------
    DataError
        When no member has a Sharpe ratio.
    """
    swept = content.swept
    if swept.members["sharpe"].isna().all():
        raise DataError("No member has a Sharpe ratio", remedy="Sweep over a longer span or other values.")
    spread, by_parameter, by_pair = _spread(swept), parameter_charts(swept), _pairs(swept)
    reasons, others = counted(content.refused, most=_REASONS)
    return render(
        "sweep.html.j2",
        charts=[spread, *by_parameter, *by_pair],
        page=content,
        swept=swept,
        spread=spread,
        by_parameter=by_parameter,
        by_pair=by_pair,
        sessions=swept.members["sessions"].agg(["min", "max"]).to_dict(),
        error=1.0 / math.sqrt(swept.years),
        quantiles=quantiles(swept.members, {name: swept.preset[name] for name in FIGURES}),
        names=FIGURES,
        shares=_SHARES,
        reasons=reasons,
        others=others,
    )


def parameter_charts(swept: Swept) -> list[Chart]:
    """A chart of the Sharpe ratio for each swept parameter."""
    grid, preset = swept.sample == "grid", swept.preset["sharpe"]
    return [
        Chart(
            f"parameter-{place}",
            each.name,
            f"linked: {each.linked}" if each.linked else "",
            parameter_chart(swept.members, each, preset, span=swept.span, grid=grid),
        )
        for place, each in enumerate(swept.parameters)
    ]


def _spread(swept: Swept) -> Chart:
    sharpe = swept.members["sharpe"].dropna()
    low, middle, high = sharpe.quantile([0.25, 0.5, 0.75])
    explained = (
        f"{len(sharpe):,} member{'s' * (len(sharpe) > 1)} by Sharpe ratio. Half of them lie between {low:.2f} and "
        f"{high:.2f} (dotted), the median is {middle:.2f} (solid). Dashed: the study as it was written down before."
    )
    return Chart("spread", "Where the members lie", explained, histogram(sharpe, swept.preset["sharpe"]))


def _pairs(swept: Swept) -> list[Chart]:
    drawn = heat_maps(swept.members, swept.parameters, swept.span) if swept.sample == "grid" else []
    return [
        Chart(f"pair-{place}", f"{each.layout.yaxis.title.text} by {each.layout.xaxis.title.text}", "", each)
        for place, each in enumerate(drawn)
    ]
