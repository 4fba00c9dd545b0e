"""All gates on the tables of a layer."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..dictionary import find_spec
from ..findings import Finding
from ..layers import Layer
from .filings import filing_findings
from .prices import price_findings
from .series import ends_early, known_too_early, series_findings, truncated
from .values import odd_quarters, value_findings


def check_layer(layer: Layer) -> tuple[Finding, ...]:
    """What the gates see in the tables of a layer, in the order prices, series, filings.

    Parameters
    ----------
    layer : Layer
        From any source, merged or not.
    """
    found = [
        finding
        for ticker, bars in layer.prices.items()
        for finding in price_findings(ticker, bars, invented=bool(layer.invented))
    ]
    for name, rows in {**layer.series, **layer.undated}.items():
        newest = rows if rows["period"].is_unique else rows.drop_duplicates("period", keep="last")
        found += [*known_too_early(name, rows), *_on_newest(name, newest)]
    return (*found, *_ends(layer))


def _ends(layer: Layer) -> Iterator[Finding]:
    """The dictionary's stale limits watch over its own series; the others are measured against the newest data."""
    strangers = {name: rows for name, rows in layer.series.items() if len(rows) and find_spec(name) is None}
    others = {**strangers, **layer.undated}
    if others:
        last_day = _last_day(layer)
        for name, rows in others.items():
            yield from ends_early(name, rows, last_day)
    for name, rows in layer.undated.items():
        yield from truncated(name, rows)


def _on_newest(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    if name.startswith(("capex:", "ocf:", "leases:")):
        yield from filing_findings(name, rows)
        if not name.startswith("leases:"):  # whole data centres are leased at once, or none
            yield from odd_quarters(name, rows)
    else:
        yield from series_findings(name, rows)
        yield from value_findings(name, rows)


def _last_day(layer: Layer) -> pd.Timestamp:
    lasts = [bars["date"].iloc[-1] for bars in layer.prices.values()]
    lasts += [rows["period"].iloc[-1] for rows in {**layer.series, **layer.undated}.values() if len(rows)]
    return pd.Timestamp(max(lasts))
