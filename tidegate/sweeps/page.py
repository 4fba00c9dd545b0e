"""The page of a sweep: from its result to the content that `reports` renders."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..caveats import caveats
from ..reports.sweep_charts import panels
from ..reports.sweep_page import SweepPage, parameter_charts, render_sweep_page
from ..reports.swept import Parameter, Swept
from .plan import Axis, Plan
from .results import written
from .words import sentences

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ..data.market import Market
    from .result import SweepResult

_LISTED = 12  # values that are named one by one
_DRAWN = {
    "grid": "every combination",
    "random": "drawn at random",
    "latin_hypercube": "drawn by a Latin hypercube",
    "sobol": "drawn by a Sobol sequence",
}


def sweep_page(result: SweepResult, market: Market, *, recorded: bool) -> str:
    """The page as HTML.

    Parameters
    ----------
    result : SweepResult
        What was measured.
    market : Market
        What it was measured on.
    recorded : bool
        Whether the ledger knows the members.
    """
    plan, told = result.plan, tuple(sentences(result.summary()))
    counted = (
        "Every distinct member is a trial in the ledger now: the deflated Sharpe ratio of each later run on these data "
        "answers for it."
    )
    table = result.table
    page = SweepPage(
        study=plan.study.name,
        title=f"{plan.study.title or plan.study.name}: sweep",
        description=plan.study.description,
        synthetic=market.provenance.synthetic,
        sentences=(*told, counted) if recorded else told,
        notes=caveats(plan.study, market),
        swept=_swept(result),
        refused=table.loc[table["refused"] != "", "refused"],
        provenance={
            "Members": f"{plan.size:,}, {_drawn(plan)}",
            "Sessions": f"{market.sessions[0]:%Y-%m-%d} to {market.sessions[-1]:%Y-%m-%d} ({len(market.sessions):,})",
            "Source": market.provenance.source,
            "Data hash": market.digest,
            "Configuration hash": plan.study.config_hash,
            "tidegate": version("tidegate"),
        },
    )
    return render_sweep_page(page)


def figure(result: SweepResult) -> go.Figure:
    """Sharpe ratio against each swept parameter."""
    charts = parameter_charts(_swept(result))
    return panels([chart.figure for chart in charts], [chart.title for chart in charts])


def _swept(result: SweepResult) -> Swept:
    parameters, ran = parameters_of(result.plan), result.ran
    words = {each.name: _readable(ran[each.name]) for each in parameters if each.words}
    return Swept(parameters, result.plan.grid.sample, ran.assign(**words), result.preset.as_dict())


def parameters_of(plan: Plan) -> tuple[Parameter, ...]:
    """The swept parameters in the order of the grid file, with the study's own values."""
    found = {}
    group = {key: name for name, members in plan.grid.linked.items() for key in members}
    for axis in plan.axes:
        for place, key in enumerate(axis.keys):
            values, own = [each[place] for each in axis.values], value_of(plan, key)
            numeric = plan.kinds[key] in (int, float)
            found[key] = Parameter(
                name=key,
                values=_listed(axis, place),
                preset=_number(own) if numeric else worded(own),
                words=() if numeric else tuple(dict.fromkeys(map(worded, values))),
                log=axis.range is not None and axis.range.log,
                linked=group.get(key, ""),
            )
    return tuple(found[key] for key in plan.keys)


def worded(value: Any) -> str:
    """A value as people read it: a list without brackets and quotes, what is not set as such."""
    text = written(value)
    try:
        plain = json.loads(text)
    except ValueError:
        return text
    if isinstance(plain, list):
        return ", ".join(map(str, plain)) or "none"
    if plain is None:
        return "not set"
    return f"{plain:.6g}" if isinstance(plain, float) else plain if isinstance(plain, str) else text


def _readable(column: pd.Series[Any]) -> pd.Series[str]:
    """A column of words or truth values as people read it."""
    return column.map({value: worded(value) for value in column.unique().tolist()})


def _listed(axis: Axis, place: int) -> str:
    if axis.range is not None and not axis.values:
        kind = "whole numbers, " if axis.range.whole else ""
        return f"{axis.range.first:g} to {axis.range.last:g} ({kind}by {'ratio' if axis.range.log else 'difference'})"
    values = list(dict.fromkeys(worded(each[place]) for each in axis.values))
    apart = "; " if any(", " in value for value in values) else ", "
    shown = apart.join(values[:_LISTED])
    return shown if len(values) <= _LISTED else f"{len(values):,} values: {shown}{apart}... {values[-1]}"


def value_of(plan: Plan, key: str) -> Any:
    """The study's own value; None where it has none, as for an entry of a table of free keys."""
    value: Any = plan.base
    for step in key.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _drawn(plan: Plan) -> str:
    how = _DRAWN[plan.grid.sample]
    return how if plan.grid.sample == "grid" else f"{how}, seed {plan.grid.seed}"
