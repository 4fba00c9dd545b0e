"""What the hyperscalers filed, as it was known: trailing years on a panel that never waits for the last filing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ..data.capex import LONGEST_QUARTER
from .known import Known

_QUARTERS = 4


def trailing_years(known: Known, kind: str) -> pd.DataFrame:
    """Sum of each company's last four known quarters, in USD bn.

    Parameters
    ----------
    known : Known
        What each decision may look at; its configuration names companies to leave out.
    kind : {"capex", "ocf"}
        Family of series.

    Returns
    -------
    DataFrame, shape (decisions, companies)
        NaN where a quarter is missing or the newest filing is stale. Each company stands at its own latest quarter.
        A company with several bases (``capex:AMZN``, ``capex:AMZN@net``) gives the first that is complete: sums never
        mix bases. Information set of row t: filings released by t.
    """
    return _by_company(known, kind, lambda series: _yearly_sums(known, series, years=1)[0])


def _growth(known: Known) -> pd.DataFrame:
    """Each company's trailing-year capex minus that of four quarters earlier, within one basis, in USD bn."""

    def growth(series: str) -> pd.Series[float]:
        now, before = _yearly_sums(known, series, years=2)
        return now - before

    return _by_company(known, "capex", growth)


def _by_company(known: Known, kind: str, measure: Callable[[str], pd.Series[float]]) -> pd.DataFrame:
    """`measure` of each company's first basis that has it, shape (decisions, companies)."""
    answers: dict[str, pd.Series[float]] = {}
    for series in known.market.releases.series:
        family, _, line = series.partition(":")
        company = line.partition("@")[0]
        if family == kind and company not in known.config.capex.without:
            value = measure(series)
            answers[company] = answers[company].fillna(value) if company in answers else value
    return pd.DataFrame(answers, index=known.index)


def _yearly_sums(known: Known, series: str, *, years: int) -> list[pd.Series[float]]:
    """Sums of the last four quarters, of the four before them and so on; NaN from the first hole on."""
    periods, values = known.last_periods(series, _QUARTERS * years)
    follows = (periods[:-1] - periods[1:]) <= LONGEST_QUARTER.to_timedelta64()  # False beside NaT
    fresh = ~np.isnan(known.latest(series).value)
    sums = []
    for first in range(0, _QUARTERS * years, _QUARTERS):
        whole = fresh & follows[: first + _QUARTERS - 1].all(axis=0)
        sums.append(known.row(np.where(whole, values[first : first + _QUARTERS].sum(axis=0), np.nan)))
    return sums


def capex_impulse(known: Known) -> pd.Series[float]:
    """Trailing-year capex minus that of four quarters earlier, over GDP, like for like.

    Only companies with both sums known in one basis take part; NaN where there is none.
    """
    return _growth(known).sum(axis="columns", min_count=1) / known.value("GDP")


def funding_gap_usd_bn(known: Known) -> pd.Series[float]:
    """Trailing-year capex minus operating cash flow of the companies that file both, in USD bn."""
    gap = trailing_years(known, "capex") - trailing_years(known, "ocf")
    return gap.sum(axis="columns", min_count=1)
