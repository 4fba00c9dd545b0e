"""The plan of a fetch: which source is asked for what, as jobs that know nothing of each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pandas as pd
import requests

from ..assets import known_assets
from ..dictionary import dictionary, spec_of
from ..fetched import Fetched
from ..store.manifest import Entry
from .edgar import COMPANIES, fetch_company
from .fred import fetch_series
from .settings import LiveSettings
from .treasury import fetch_treasury
from .yahoo import fetch_prices

Stored = Entry | None
_BARS, _WEEKS = timedelta(days=14), timedelta(weeks=13)  # overlaps in which a changed history shows
TREASURY = ("issuance:bills", "issuance:coupons", "treasury:account")


@dataclass(frozen=True)
class Job:
    """One request for one or more items.

    Attributes
    ----------
    name : str
        What people call it.
    source : str
        Who is asked.
    keys : tuple of str
        Keys of the store (``prices/MU``, ``series/WALCL``) whose state decides whether the job is due; it may give
        further ones, which are stored before these.
    ask : callable
        Takes what is stored of the item that is furthest behind (None: ask for the whole history); returns tables.
    """

    name: str
    source: str
    keys: tuple[str, ...]
    ask: Callable[[Stored], list[Fetched]]


def plan(
    tickers: Collection[str], companies: Mapping[str, int], *, session: requests.Session, settings: LiveSettings
) -> list[Job]:
    """Jobs for the prices of `tickers`, the filings of `companies` and every series of the dictionary.

    Parameters
    ----------
    tickers : collection of str
        Assets; those that the dictionary holds as series (bitcoin) are added.
    companies : Mapping of str to int
        CIK by ticker; `COMPANIES` are added.
    session, settings
        See `open_session`.
    """
    wanted = sorted({*tickers, *(series for series in dictionary() if series in known_assets())})
    common: dict[str, Any] = {"session": session, "settings": settings}
    jobs = [Job(ticker, "Yahoo", (f"prices/{ticker}",), partial(_prices, ticker, **common)) for ticker in wanted]
    jobs += [Job(series, "FRED", (f"series/{series}",), partial(_series, series, **common)) for series in fred_series()]
    jobs += [
        Job(f"filings of {company}", "EDGAR", (f"series/ocf:{company}",), partial(_filings, company, cik, **common))
        for company, cik in {**COMPANIES, **companies}.items()
    ]
    jobs.append(
        Job("Treasury", "FiscalData", tuple(f"series/{name}" for name in TREASURY), partial(_treasury, **common))
    )
    return jobs


def fred_series() -> Iterator[str]:
    """Ids of the dictionary that FRED serves."""
    return (series for series in dictionary() if ":" not in series and series not in known_assets())


def _prices(ticker: str, stored: Stored, *, session: requests.Session, settings: LiveSettings) -> list[Fetched]:
    since = None if stored is None else stored.last - _BARS
    return [fetch_prices(ticker, session=session, settings=settings, since=since)]


def _series(series: str, stored: Stored, *, session: requests.Session, settings: LiveSettings) -> list[Fetched]:
    return [fetch_series(series, session=session, settings=settings, since=_since(series, stored))]


def _since(series: str, stored: Stored) -> pd.Timestamp | None:
    """From where on a series is asked: after the last vintage, or some weeks before the last period."""
    if stored is None:
        return None
    if not spec_of(series).revised:
        return pd.Timestamp(stored.last - _WEEKS)
    return pd.Timestamp(stored.released) if stored.source == "alfred" and stored.released else None


def _filings(company: str, cik: int, stored: Stored, **common: Any) -> list[Fetched]:
    return fetch_company(company, cik, **common)


def _treasury(stored: Stored, *, session: requests.Session, settings: LiveSettings) -> list[Fetched]:
    since = None if stored is None else pd.Timestamp(stored.last - _WEEKS)
    return fetch_treasury(session=session, settings=settings, since=since)
