"""What the walk-forward page shows: from a result to the content that `reports` renders."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..backtests.performance import SESSIONS_PER_YEAR
from ..reports.walkforward_charts import Parameter
from ..reports.walkforward_page import WalkForwardPage, render_walkforward_page, stability_of
from ..sweeps.page import value_of, worded
from .choice import test_of, train_of
from .config import spelled
from .words import CRITERIA, notes, sentences

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from .paths import Paths
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
    study, paths, sessions = result.plan.study, result.paths, result.bills.index
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
        paths=None if paths is None else _spread(paths),
        provenance={
            "Study": study.name,
            "Sessions": f"{sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d} ({len(sessions):,})",
            "Members": f"{len(result.table):,} over {', '.join(result.plan.keys)}",
            "Windows": _told(result),
            "Source": result.market.provenance.source,
            "Data hash": result.market.digest,
            "Configuration hash": study.config_hash,
            "tidegate": version("tidegate"),
        },
    )


def parameters(result: WalkForward) -> tuple[Parameter, ...]:
    """The swept parameters; numbers are sorted, words stand as in the grid, drawn ranges have no rows."""
    rows: dict[str, tuple[float | str, ...]] = {}
    for axis in result.plan.axes:
        for place, key in enumerate(axis.keys):
            rows[key] = _rows([values[place] for values in axis.values])
    return tuple(
        Parameter(key, tuple(map(_cell, result.windows[key].tolist())), rows[key], _cell(value_of(result.plan, key)))
        for key in result.plan.keys
    )


def _rows(values: list[Any]) -> tuple[float | str, ...]:
    distinct = list(dict.fromkeys(map(_cell, values)))
    numbers = [each for each in distinct if not isinstance(each, str)]
    return tuple(sorted(numbers)) if len(numbers) == len(distinct) else tuple(distinct)


def _cell(value: object) -> float | str:
    """Numbers as they are, everything else as people read it."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else worded(value)


def _spread(paths: Paths) -> dict[str, Any]:
    """The distribution of the paths, each of them, and how long they are."""
    return {**paths.as_dict(), "sharpes": paths.sharpes.tolist(), "years": len(paths.returns) / SESSIONS_PER_YEAR}


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
    training = f"anchored, at least {spelled(config.train_months)}" if config.anchored else spelled(config.train_months)
    return f"training {training}, test {spelled(config.test_months)}, purge {config.purge} sessions"
