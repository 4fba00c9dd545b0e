"""What all pages are put together with: templates, number formats, figures as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def figures_as_json(drawn: Sequence[Mapping[str, Any]]) -> Markup:
    """Charts, each with its ``id`` and ``figure``, as JSON that may stand in a script element."""
    # The explicit engine keeps the bytes the same whether orjson is installed or not. Escaping "<" keeps any
    # name in the data from closing the script element; plotly escapes it too, but does not promise to.
    figures = ",".join(f'{{"id":"{chart["id"]}","figure":{chart["figure"].to_json(engine="json")}}}' for chart in drawn)
    return Markup(f"[{figures}]".replace("<", "\\u003c"))  # noqa: S704 - escaped on this line


def environment() -> jinja2.Environment:
    """The templates, with the filters that format numbers; an undefined name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(percent=percent, signed=_signed, number=_number, words=_words)
    environment.tests["known"] = _known
    return environment


def _known(value: float | None) -> bool:
    return value is not None and not pd.isna(value)


def percent(value: float | None, digits: int = 1) -> str:
    """A share in percent; ``n/a`` where it is not known."""
    return f"{value * 100:.{digits}f}\u00a0%" if value is not None and _known(value) else "n/a"


def _signed(value: float | None) -> str:
    return f"{value:+.2f}" if _known(value) else "n/a"


def _number(value: float | None, digits: int = 2) -> str:
    return f"{value:,.{digits}f}" if _known(value) else "n/a"


def _words(name: str) -> str:
    return name.replace("_", " ")
