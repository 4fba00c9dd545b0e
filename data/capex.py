"""Shipped capex facts: quarterly cash capex of the hyperscalers as first filed, with the date it became public.

A company that changed its definition has one line per basis (``capex:AMZN`` and ``capex:AMZN@net``): sums and
differences are only ever taken within one line.
"""

from __future__ import annotations

from importlib import resources

import pandas as pd

from .dictionary import spec_of
from .release_rules import release_instants


def capex_facts() -> pd.DataFrame:
    """The shipped facts as release rows (series, period, released, value in USD).

    A figure is known from the open of the session after its release date: results come after the close.
    """
    with resources.files(__package__).joinpath("capex.csv").open(encoding="utf-8") as file:
        facts = pd.read_csv(file, parse_dates=["fiscal_period_end", "released"])
    suffix = facts["basis"].map(lambda basis: "@net" if basis == "net" else "")
    return pd.DataFrame(
        {
            "series": "capex:" + facts["ticker"] + suffix,
            "period": facts["fiscal_period_end"],
            "released": release_instants(spec_of("capex:*"), pd.DatetimeIndex(facts["released"])),
            "value": (facts["capex_usd_bn"] * 1e9).round(),
        }
    )
