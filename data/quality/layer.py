"""All gates on the tables of a layer."""

from __future__ import annotations

import pandas as pd

from ..findings import Finding
from ..layers import Layer
from .filings import filing_findings
from .prices import price_findings
from .series import ends_early, series_findings


def check_layer(layer: Layer) -> tuple[Finding, ...]:
    """What the gates see in the tables of a layer, in the order prices, series, filings.

    Parameters
    ----------
    layer : Layer
        From any source, merged or not.
    """
    found = [finding for ticker, bars in layer.prices.items() for finding in price_findings(ticker, bars)]
    for name, rows in {**layer.series, **layer.undated}.items():
        periods = rows.drop_duplicates("period", keep="last")
        gates = filing_findings if name.startswith(("capex:", "ocf:", "leases:")) else series_findings
        found += gates(name, periods)
    for name, rows in layer.undated.items():  # those of the dictionary have stale limits of their own
        found += ends_early(name, rows, _last_day(layer))
    return tuple(found)


def _last_day(layer: Layer) -> pd.Timestamp:
    lasts = [bars["date"].iloc[-1] for bars in layer.prices.values()]
    lasts += [rows["period"].iloc[-1] for rows in {**layer.series, **layer.undated}.values() if len(rows)]
    return pd.Timestamp(max(lasts))
