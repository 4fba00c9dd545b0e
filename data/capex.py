"""Shipped capex facts: quarterly cash capex of the hyperscalers as first filed, with the date it became public.

A company that changed its definition has one line per basis (``capex:AMZN`` and ``capex:AMZN@net``): sums and
differences are only ever taken within one line.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib import resources

import pandas as pd

from .dating import date_filings
from .findings import Finding
from .layers import Layer

LONGEST_QUARTER = pd.Timedelta(days=100)
"""Quarters that lie further apart have one missing between them."""


@cache
def _facts() -> pd.DataFrame:
    with resources.files(__package__).joinpath("capex.csv").open(encoding="utf-8") as file:
        facts = pd.read_csv(file, parse_dates=["fiscal_period_end", "released"])
    return pd.DataFrame(
        {
            "company": facts["ticker"],
            "basis": facts["basis"].map(lambda basis: "@net" if basis == "net" else ""),
            "period": facts["fiscal_period_end"].astype("datetime64[ns]"),
            "filed": facts["released"].astype("datetime64[ns]"),
            "value": (facts["capex_usd_bn"] * 1e9).round(),
        }
    )


def capex_facts(*, without: Collection[str] = ()) -> Layer:
    """The shipped facts as a layer.

    Parameters
    ----------
    without : collection of str
        Companies that another source covers.

    Returns
    -------
    Layer
        Series ``capex:<company>`` in USD, known from the open of the session after the release date: results come
        after the close. A note names the companies.
    """
    facts = _facts()
    facts = facts[~facts["company"].isin(list(without))]
    if facts.empty:
        return Layer("shipped facts")
    series = {
        f"capex:{company}{basis}": date_filings(f"capex:{company}", rows.reset_index(drop=True))
        for (company, basis), rows in facts.groupby(["company", "basis"])
    }
    companies = ", ".join(sorted(facts["company"].unique()))
    last = f"{facts['filed'].max():%Y-%m-%d}"
    note = Finding("note", "capex:*", f"to {last}", f"Capex of {companies} comes from the facts shipped with tidegate.")
    return Layer("shipped facts", series=series, findings=(note,))
