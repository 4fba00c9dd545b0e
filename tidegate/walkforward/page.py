"""What the walk-forward page shows: from a result to the content that `reports` renders."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..reports.walkforward_charts import Parameter
from ..reports.walkforward_page import WalkForwardPage, render_walkforward_page, stability_of
from .choice import test_of, train_of
from .words import CRITERIA, notes, sentences

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from .result import WalkForward

_MARKS = 2000  # of members in windows: more are a blot, and megabytes


def page(result: WalkForward) -> str:
    """The page as HTML."""
    return render_walkforward_page(content(result))


def stability(result: WalkForward) -> go.Figure:
    """The parameter stability plot."""
    return stability_of(content(result))


def content(result: WalkForward) -> WalkForwardPage:
    """Everything the page shows."""
    study, paths = result.plan.study, result.paths
    first, *others = sentences(result)
    return WalkForwardPage(
        title=f"{study.title or study.name}: walk-forward",
        description=first,
        synthetic=result.market.provenance.synthetic,
        verdict=tuple(others),
        notes=notes(result),
        criterion=CRITERIA[result.config.criterion].capitalize(),
        portfolios=result.portfolios,
        performance={name: figures.as_dict() for name, figures in result.performance.items()},
        windows=result.windows,
        parameters=parameters(result),
        marks=_marks(result),
        paths=None if paths is None else {**paths.as_dict(), "sharpes": paths.sharpes.tolist()},
        provenance={
            "study": study.name,
            "sessions": f"{result.bills.index[0]:%Y-%m-%d} to {result.bills.index[-1]:%Y-%m-%d} ({len(result.bills)})",
            "members": f"{len(result.table):,} over {', '.join(result.plan.keys)}",
            "windows": _told(result),
            "source": result.market.provenance.source,
            "data hash": result.market.digest,
            "configuration hash": study.config_hash,
        },
    )


def parameters(result: WalkForward) -> tuple[Parameter, ...]:
    """The swept parameters; numbers are sorted, words stand as in the grid, drawn ranges have no rows."""
    rows: dict[str, tuple[object, ...]] = {}
    for axis in result.plan.axes:
        for place, key in enumerate(axis.keys):
            rows[key] = _rows([values[place] for values in axis.values])
    return tuple(Parameter(key, tuple(map(_cell, result.windows[key].tolist())), rows[key]) for key in result.plan.keys)


def _rows(values: list[Any]) -> tuple[object, ...]:
    distinct = list(dict.fromkeys(map(_cell, values)))
    numbers = all(isinstance(each, int | float) for each in distinct)
    return tuple(sorted(distinct) if numbers else distinct)  # type: ignore[type-var]


def _cell(value: object) -> object:
    return value if isinstance(value, str | int | float) else str(value)


def _marks(result: WalkForward) -> pd.DataFrame:
    """The chosen members, and all others or as many as can be shown."""
    whole = pd.concat([_window(result, row) for row in result.windows.to_dict("records")]).reset_index(drop=True)
    others = np.flatnonzero(~whole["chosen"])
    rng = np.random.default_rng(result.plan.grid.seed)
    shown = rng.choice(others, min(_MARKS, len(others)), replace=False)
    return whole.iloc[np.sort(np.append(shown, np.flatnonzero(whole["chosen"])))]


def _window(result: WalkForward, row: Mapping[Hashable, Any]) -> pd.DataFrame:
    """Every member that was scored in training and test of one window."""
    columns = {"train": train_of(row["window"]), "test": test_of(row["window"])}
    scored = result.table[["member", *columns.values()]].dropna()
    above = {name: scored[column] - scored[column].median() for name, column in columns.items()}
    labels = [f"member {member}, test of {row['test_first']:%Y-%m}" for member in scored["member"]]
    return pd.DataFrame({**above, "label": labels, "chosen": scored["member"] == row["member"]})


def _told(result: WalkForward) -> str:
    config = result.config
    training = f"anchored, at least {config.train:g} years" if config.anchored else f"{config.train:g} years"
    return f"training {training}, test {config.test:g} years, purge {config.purge} sessions"
