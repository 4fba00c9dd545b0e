"""What the interactive pages are made with: templates, their filters, figures as JSON, plotly's own code once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

TEMPLATES = Path(__file__).parent / "templates"


class Chart(NamedTuple):
    """A figure with its place on a page: the id of its element, its heading, and what is said about it."""

    id: str
    title: str
    explained: str
    figure: go.Figure


def render(template: str, *, charts: Sequence[Chart], **content: Any) -> str:
    """Render a template as one self-contained HTML document; equal content gives equal bytes.

    Parameters
    ----------
    template : str
        Name of a file in ``templates`` that extends ``page.html.j2``.
    charts : sequence of Chart
        Every figure of the page.
    **content : Any
        What the template names.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            charts=charts,
            figures=_as_json(charts),
            plotly=Markup(get_plotlyjs()),  # noqa: S704 - plotly's own code, not anybody's input
            **content,
        )
    )


def percent(value: float | None, digits: int = 1) -> str:
    """A share in per cent; n/a where there is none."""
    return f"{value * 100:.{digits}f}\u00a0%" if value is not None and _known(value) else "n/a"


def _as_json(charts: Sequence[Chart]) -> Markup:
    # The explicit engine keeps the bytes the same whether orjson is installed or not. Escaping "<" keeps any
    # name in the data from closing the script element; plotly escapes it too, but does not promise to.
    figures = ",".join(f'{{"id":"{chart.id}","figure":{chart.figure.to_json(engine="json")}}}' for chart in charts)
    return Markup(f"[{figures}]".replace("<", "\\u003c"))  # noqa: S704 - escaped on this line


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(percent=percent, signed=_signed, number=_number, words=_words)
    environment.tests["known"] = _known
    return environment


def _known(value: float | None) -> bool:
    return value is not None and not pd.isna(value)


def _signed(value: float | None) -> str:
    return f"{value:+.2f}" if _known(value) else "n/a"


def _number(value: float | None, digits: int = 2) -> str:
    return f"{value:,.{digits}f}" if _known(value) else "n/a"


def _words(name: str) -> str:
    return name.replace("_", " ")
