"""The drain: what the hyperscalers spend and earn, and what the Treasury borrows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..dictionary import spec_of
from ..release_rules import release_instants
from .publication import Publication, on_business_day
from .shocks import Array, Shocks
from .state import DAYS_PER_YEAR, State

# Share of the group's capex; the month in which the fiscal quarters end, modulo three.
COMPANIES = {"MSFT": (0.22, 0), "GOOGL": (0.25, 0), "AMZN": (0.30, 0), "META": (0.15, 0), "ORCL": (0.08, 2)}
_TREND_GROWTH = 0.12
_CAPEX_2000_USD = 15e9
_CASH_FLOW_OVER_CAPEX = 2.2


def company_publications(state: State, shocks: Shocks) -> list[Publication]:
    """Capex and operating cash flow of each company in USD, known from the session after the filing.

    Capex follows the state's growth; cash flow follows half of it, so booms open a funding gap.
    """
    excess = _TREND_GROWTH * np.cumsum(state.capex_growth - 1.0) / DAYS_PER_YEAR
    trend = _CAPEX_2000_USD * np.exp(_TREND_GROWTH * state.years)
    spent = {"capex": trend * np.exp(excess), "ocf": _CASH_FLOW_OVER_CAPEX * trend * np.exp(0.5 * excess)}
    # One row of draws per quarter, so that a later end of the sample leaves earlier quarters as they were.
    size = (len(state.days) // 89, len(COMPANIES))
    delays = shocks.stream("filing_delay").integers(25, 39, size)
    surprises = {
        "capex": np.exp(0.05 * shocks.stream("capex").standard_normal(size)),
        "ocf": np.exp(0.05 * shocks.stream("cash_flow").standard_normal(size)),
    }
    publications = []
    for column, (company, (share, remainder)) in enumerate(COMPANIES.items()):
        ends = _quarter_ends(state.days, remainder)
        filed = on_business_day(ends + pd.to_timedelta(delays[: len(ends), column], unit="D"))
        for kind, annual in spent.items():
            flow = share * _over_quarters(annual, state.days, ends) * surprises[kind][: len(ends), column]
            series = f"{kind}:{company}"
            released = release_instants(spec_of(series), filed)
            publications.append(Publication(series, ends, released, flow.round(-6)))
    return publications


def issuance_publications(state: State, shocks: Shocks, *, output: Array) -> list[Publication]:
    """Net Treasury issuance in USD mn on its settlement dates.

    Coupons settle in mid-month and at month end and are heavier when liquidity is scarce; bills settle on
    Thursdays.
    """
    drawn = shocks.persistent("coupons", memory_days=60)
    coupons = 0.03 / 24.0 * output * (1.0 - 0.4 * state.liquidity + 0.4 * drawn)
    bills = 0.0004 * output * shocks.stream("bills").standard_normal(len(state.days))
    middle, end = state.days.day == 15, state.days.is_month_end
    return [
        _flow("issuance:coupons", coupons, state.days, middle | end),
        _flow("issuance:bills", bills, state.days, state.days.day_of_week == 3),
    ]


def _flow(series: str, amount_usd_bn: Array, days: pd.DatetimeIndex, settles: npt.NDArray[np.bool_]) -> Publication:
    spec = spec_of(series)
    settled = on_business_day(days[settles])
    values = (amount_usd_bn[settles] / spec.to_usd_bn).round()
    return Publication(series, settled, release_instants(spec, settled), values)


def _quarter_ends(days: pd.DatetimeIndex, remainder: int) -> pd.DatetimeIndex:
    """Ends of fiscal quarters, the first of which is fully covered by `days`."""
    ends = days[days.is_month_end & (days.month % 3 == remainder)]
    return ends[ends >= days[0] + pd.Timedelta(days=89)]


def _over_quarters(annual: Array, days: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> Array:
    """What flowed in the 91 days up to each of `ends`, at annual rates `annual`."""
    total: Array = np.concatenate([[0.0], np.cumsum(annual) / DAYS_PER_YEAR])
    last = days.get_indexer(ends) + 1
    flow: Array = total[last] - total[np.maximum(last - 91, 0)]
    return flow
