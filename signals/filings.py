"""What the hyperscalers filed, as it was known: trailing years on a panel that never waits for the last filing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from .known import Known

_QUARTERS = 4
_LONGEST_QUARTER = pd.Timedelta(days=100)


def trailing_years(known: Known, kind: str, *, quarters_ago: int = 0) -> pd.DataFrame:
    """Sum of each company's last four known quarters, in USD bn.

    Parameters
    ----------
    known : Known
        What each decision may look at; its configuration names companies to leave out.
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
    for series, company in _lines(known, kind):
        sums = _sum_of_quarters(known, series, quarters_ago)
        answers[company] = answers[company].fillna(sums) if company in answers else sums
    return pd.DataFrame(answers, index=known.index)


def _lines(known: Known, kind: str) -> Iterator[tuple[str, str]]:
    """Series of the family with their company, without the companies that the configuration leaves out."""
    for series in known.market.releases.series:
        family, _, line = series.partition(":")
        company = line.partition("@")[0]
        if family == kind and company not in known.config.capex.without:
            yield series, company


def _sum_of_quarters(known: Known, series: str, quarters_ago: int) -> pd.Series[float]:
    """Sum of four quarters; NaN unless they, and those after them, follow each other without a hole."""
    newest = known.latest(series)
    total, period, value = np.zeros(len(known.index)), newest.period, newest.value
    whole = ~np.isnan(newest.value)
    for quarter in range(quarters_ago + _QUARTERS):
        if quarter >= quarters_ago:
            total += value
        earlier = known.before(series, period)
        if quarter + 1 < quarters_ago + _QUARTERS:
            whole &= np.asarray(period - earlier.period <= _LONGEST_QUARTER)
        period, value = earlier.period, earlier.value
    return known.row(np.where(whole, total, np.nan))


def capex_impulse(known: Known) -> pd.Series[float]:
    """Trailing-year capex minus that of four quarters earlier, over GDP, like for like.

    Only companies with both sums known take part; NaN where there is none.
    """
    now, before = trailing_years(known, "capex"), trailing_years(known, "capex", quarters_ago=_QUARTERS)
    return (now - before).sum(axis="columns", min_count=1) / known.value("GDP")


def funding_gap_usd_bn(known: Known) -> pd.Series[float]:
    """Trailing-year capex minus operating cash flow of the companies that file both, in USD bn."""
    gap = trailing_years(known, "capex") - trailing_years(known, "ocf")
    return gap.sum(axis="columns", min_count=1)
