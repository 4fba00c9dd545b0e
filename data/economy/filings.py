"""What the hyperscalers spend and earn, as they file it: capex, operating cash flow and finance leases in USD.

Some quarters are restated with the filing of the same quarter a year later. Amazon changes its basis once: up to
then it files capex net of proceeds (``capex:AMZN@net``); with its first gross figure come the gross figures of
the eight quarters before (``capex:AMZN``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

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
NEW_BASIS_COMPANY, NEW_BASIS_FROM = "AMZN", pd.Timestamp("2018-09-30")
_NET_OVER_GROSS = 0.86
_QUARTERS_RESTATED_WITH_NEW_BASIS = 8
_TREND_GROWTH = 0.18
_CAPEX_2000_USD = 4e9
_CASH_FLOW_OVER_CAPEX = 2.2
_LEASES_OVER_CAPEX = 0.15
_RESTATED_BELOW, _RESTATED_ERROR = -1.4, 0.04  # one quarter in twelve, by some percent
_QUARTERS_UNTIL_RESTATED = 4


class _Draws(NamedTuple):
    """One row per quarter, so that a later end of the sample leaves earlier quarters as they were."""

    delay_days: Array
    surprise: dict[str, Array]
    restated: Array  # 1 for a value that is final


def company_publications(state: State, shocks: Shocks) -> list[Publication]:
    """Everything the companies file, known from the session after the filing.

    Capex follows the state's growth, leases go with it; cash flow follows half of it, so booms open a funding
    gap.
    """
    annual, draws = _annual_rates(state), _draws(state, shocks)
    publications: list[Publication] = []
    for column, (company, (share, remainder)) in enumerate(COMPANIES.items()):
        ends = _quarter_ends(state.days, remainder)
        filed = on_business_day(ends + pd.to_timedelta(draws.delay_days[: len(ends), column], unit="D"))
        for kind, rate in annual.items():
            flow = share * _over_quarters(rate, state.days, ends) * draws.surprise[kind][: len(ends), column]
            first = _filing(f"{kind}:{company}", ends, filed, flow)
            if kind == "capex":
                publications += _capex(first, draws.restated[: len(ends), column])
            else:
                publications.append(first)
    return [replace(p, values=p.values.round(-6)) for p in publications]


def _annual_rates(state: State) -> dict[str, Array]:
    excess = _TREND_GROWTH * np.cumsum(state.capex_growth - 1.0) / DAYS_PER_YEAR
    trend = _CAPEX_2000_USD * np.exp(_TREND_GROWTH * state.years)
    capex = trend * np.exp(excess)
    cash_flow = _CASH_FLOW_OVER_CAPEX * trend * np.exp(0.5 * excess)
    return {"capex": capex, "ocf": cash_flow, "leases": _LEASES_OVER_CAPEX * capex}


def _draws(state: State, shocks: Shocks) -> _Draws:
    size = (len(state.days) // 89, len(COMPANIES))
    parts = {"capex": ("capex", 0.05), "ocf": ("cash_flow", 0.05), "leases": ("leases", 0.20)}
    luck, error = np.moveaxis(shocks.stream("restatement").standard_normal((*size, 2)), -1, 0)
    return _Draws(
        shocks.stream("filing_delay").integers(25, 39, size).astype(float),
        {kind: np.exp(sd * shocks.stream(part).standard_normal(size)) for kind, (part, sd) in parts.items()},
        np.where(luck < _RESTATED_BELOW, np.exp(_RESTATED_ERROR * error), 1.0),
    )


def _filing(series: str, ends: pd.DatetimeIndex, filed: pd.DatetimeIndex, values: Array) -> Publication:
    return Publication(series, ends, release_instants(spec_of(series), filed), values)


def _capex(first: Publication, restated: Array) -> list[Publication]:
    """First filings and restatements on the company's basis, or on its two bases."""
    if first.series != f"capex:{NEW_BASIS_COMPANY}":
        return [first, _restatements(first, restated)]
    old = np.flatnonzero(first.periods < NEW_BASIS_FROM)
    new = np.flatnonzero(first.periods >= NEW_BASIS_FROM)
    net = replace(_rows(first, old), series=f"{first.series}@net", values=_NET_OVER_GROSS * first.values[old])
    gross = _rows(first, new)
    bases = [net, _restatements(net, restated[old]), gross, _restatements(gross, restated[new])]
    if len(new):
        again = _rows(first, old[-_QUARTERS_RESTATED_WITH_NEW_BASIS:])
        bases.append(replace(again, released=gross.released[np.zeros(len(again.periods), dtype=np.int64)]))
    return bases


def _restatements(first: Publication, restated: Array) -> Publication:
    """Changed values, filed together with the same quarter of the next year."""
    chosen = np.flatnonzero(restated[:-_QUARTERS_UNTIL_RESTATED] != 1.0)
    later = first.released[chosen + _QUARTERS_UNTIL_RESTATED]
    return replace(_rows(first, chosen), released=later, values=first.values[chosen] * restated[chosen])


def _rows(publication: Publication, rows: npt.NDArray[np.int64]) -> Publication:
    return replace(
        publication,
        periods=publication.periods[rows],
        released=publication.released[rows],
        values=publication.values[rows],
    )


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
