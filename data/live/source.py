"""The `live` source: fetch what is due, then read the store. A second run on the same day needs no network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import pandas as pd
from requests import Session

from ...errors import SourceError
from ..capex import capex_facts
from ..dictionary import fallback_chain
from ..findings import Finding
from ..layers import Layer, merge_layers
from ..store.contents import layer_of
from ..store.store import Store
from .fetch import Report, fetch
from .plan import plan
from .settings import LiveSettings
from .web import open_session

_BILLS = "DGS3MO"


def bring_up_to_date(
    tickers: Collection[str],
    settings: LiveSettings,
    *,
    companies: Mapping[str, int] | None = None,
    every: bool = False,
    step: Callable[[str], None] = lambda name: None,
) -> list[Report]:
    """Fetch what is due for `tickers`, the dictionary and the hyperscalers into the store of `settings`.

    Parameters
    ----------
    tickers : collection of str
        Assets.
    settings : LiveSettings
        Store, keys and patience.
    companies : Mapping of str to int, optional
        Further companies, CIK by ticker.
    every : bool
        Ask for whole histories, due or not.
    step : callable
        Told the name of each job as it ends.

    Raises
    ------
    SourceError
        Nothing usable is stored for one of the tickers or for the bill rate.
    """
    store = Store(settings.home)
    with open_session(settings) as session:
        jobs = plan(tickers, companies or {}, session=session, settings=settings)
        reports = fetch(jobs, store, now=pd.Timestamp.now("UTC"), parallel=settings.parallel, every=every, step=step)
    _refuse_nothing_usable(store, tickers, reports)
    return reports


def count_jobs(tickers: Collection[str], companies: Mapping[str, int]) -> int:
    """How many jobs a fetch may take."""
    return len(plan(tickers, companies, session=Session(), settings=LiveSettings()))


def read_live(settings: LiveSettings, reports: Collection[Report] = ()) -> Layer:
    """The store as a layer; what failed to come is a finding, and shipped facts stand in for companies without filings.

    Parameters
    ----------
    settings : LiveSettings
        Whose store to read.
    reports : collection of Report
        From `bring_up_to_date`.
    """
    layer = layer_of(Store(settings.home).tables(), f"the store {settings.home}")
    covered = {name.split(":")[1].partition("@")[0] for name in layer.series if name.startswith("capex:")}
    failed = tuple(_as_finding(report) for report in reports if report.state in {"failed", "restated"})
    whole = merge_layers([capex_facts(without=covered), layer])
    return replace(whole, place=layer.place, findings=(*whole.findings, *failed))


def _as_finding(report: Report) -> Finding:
    if report.state == "restated":
        return Finding("note", report.name, "", f"History changed: {report.detail}.", "The old version is kept.")
    message = f"Could not be fetched, so what is stored serves: {report.detail}"
    return Finding("warning", report.name, "", message, "Run tidegate data fetch again later.")


def _refuse_nothing_usable(store: Store, tickers: Collection[str], reports: Collection[Report]) -> None:
    """Raise SourceError unless every ticker and a bill rate are stored."""
    stored = store.entries()
    lacking = [ticker for ticker in tickers if f"prices/{ticker}" not in stored]
    if not any(f"series/{series}" in stored for series in fallback_chain(_BILLS)):
        lacking.append(_BILLS)
    if lacking:
        why = next((report.detail for report in reports if report.name == lacking[0]), "never fetched")
        raise SourceError(
            "Nothing usable is left: neither the network nor the store has data",
            received=", ".join(lacking),
            expected="prices of every asset and a bill rate",
            remedy=f"The source of {lacking[0]} says: {why}",
        )
