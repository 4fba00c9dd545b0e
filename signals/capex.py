"""Capex of the hyperscalers as it was known: trailing sums on a panel that never waits for the last filing."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from .known import Floats, Known, Periods

_QUARTERS = 4
_LONGEST_QUARTER = np.timedelta64(100, "D")


def trailing_sums(known: Known, kind: str, *, quarters_ago: int = 0) -> pd.DataFrame:
    """Sum of each company's last four known quarters, in USD bn.

    Parameters
    ----------
    known : Known
        What each decision may look at.
    kind : {"capex", "ocf"}
        Family of series.
    quarters_ago : int
        0 for the newest four quarters, 4 for the four before them.

    Returns
    -------
    DataFrame, shape (decisions, companies)
        NaN where a quarter is missing or the newest filing is stale. Each company stands at its own latest quarter.
        A company with several bases (``capex:AMZN``, ``capex:AMZN@net``) gives the first that is complete: sums never
        mix bases. Information set of row t: filings released by t.
    """
    answers: dict[str, pd.Series[float]] = {}
    for series in known.market.releases.series:
        family, _, line = series.partition(":")
        if family != kind:
            continue
        company = line.partition("@")[0]
        sums = known.by_vintage(series, partial(_sum_of_quarters, quarters_ago=quarters_ago))
        answers[company] = answers[company].fillna(sums) if company in answers else sums
    return pd.DataFrame(answers, index=known.decisions)


def _sum_of_quarters(periods: Periods, values: Floats, *, quarters_ago: int) -> float:
    """Sum of four quarters; NaN unless they, and those after them, follow each other without a hole."""
    needed = _QUARTERS + quarters_ago
    if len(values) < needed or (np.diff(periods[-needed:]) > _LONGEST_QUARTER).any():
        return np.nan
    return float(values[-needed:][:_QUARTERS].sum())


def capex_impulse(known: Known) -> pd.Series[float]:
    """Trailing-year capex minus that of four quarters earlier, over GDP, like for like.

    Only companies with both sums known take part; NaN where there is none.
    """
    now, before = trailing_sums(known, "capex"), trailing_sums(known, "capex", quarters_ago=_QUARTERS)
    growth = (now - before).sum(axis="columns", min_count=1)
    return growth / known.value("GDP")


def funding_gap(known: Known) -> pd.Series[float]:
    """Trailing-year capex minus operating cash flow of the companies that file both, over GDP."""
    gap = trailing_sums(known, "capex") - trailing_sums(known, "ocf")
    return gap.sum(axis="columns", min_count=1) / known.value("GDP")
