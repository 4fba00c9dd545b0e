"""Capex, operating cash flow and finance leases by filing date, from the SEC's EDGAR."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import pandas as pd
import requests

from ....errors import ConfigError, DataError, SourceError
from ...fetched import Fetched
from ..settings import LiveSettings
from ..web import RefusedError, get
from .facts import no_facts, read_acceptances, read_facts, read_shards, with_release
from .lines import COMPANIES, Tag, lines_of
from .quarters import discrete_quarters

__all__ = ["COMPANIES", "fetch_company"]

_HOST = "https://data.sec.gov"

# Filers whose history a company continues: Alphabet took over from Google Inc. in October 2015.
_PREDECESSORS = {COMPANIES["GOOGL"]: (1288776,)}

Ask = Callable[[str], Any]  # path at the host -> JSON, None where there is nothing


def fetch_company(ticker: str, cik: int, *, session: requests.Session, settings: LiveSettings) -> list[Fetched]:
    """Discrete fiscal quarters of one company, each value from the instant at which its filing was public.

    Parameters
    ----------
    ticker : str
        Second half of the series ids.
    cik : int
        The company's number at the SEC, such as one of `COMPANIES`.
    session : requests.Session
        From `open_session`, which keeps the SEC's pace.
    settings : LiveSettings
        ``contact`` is required.

    Returns
    -------
    list of Fetched
        The lines the company filed anything for, in USD; a restatement is a later release of the same period.

    Raises
    ------
    ConfigError
        No usable contact, or the SEC does not know `cik`.
    SourceError
        The SEC refused or did not answer.
    DataError
        The SEC's JSON is not of the known shape, or the company filed none of these figures.
    """
    ask = partial(_ask, session=session, settings=settings, agent=f"tidegate {_contact(settings)}")
    lines = lines_of(ticker, cik)
    tags = sorted({tag.name for line in lines.values() for tag in line})
    filers = (cik, *_PREDECESSORS.get(cik, ()))
    facts = pd.concat([_filed_by(filer, ticker, tags, ask) for filer in filers], ignore_index=True)
    if facts.empty and ask(_submissions(cik)) is None:
        raise ConfigError(f"The SEC knows no company for {ticker}", received=cik, expected="its CIK at the SEC")
    tables = {line: discrete_quarters(_of_basis(facts, basis)) for line, basis in lines.items()}
    found = [Fetched("series", line, table, "edgar") for line, table in tables.items() if len(table)]
    if not found:
        raise DataError(
            f"{ticker} has filed no quarter of capex, operating cash flow or finance leases under CIK {cik}",
            expected="a company that files forms 10-Q and 10-K with figures in USD",
        )
    return found


def _contact(settings: LiveSettings) -> str:
    contact = (settings.contact or "").strip()
    if "@" not in contact or not contact.isascii() or not contact.isprintable():
        raise ConfigError(
            "The SEC answers only clients that say whom to contact, and TIDEGATE_CONTACT does not",
            received=settings.contact or "nothing",
            expected="your e-mail address in the environment variable TIDEGATE_CONTACT",
        )
    return contact


def _filed_by(cik: int, ticker: str, tags: Iterable[str], ask: Ask) -> pd.DataFrame:
    """All facts of one filer with their release, in the order of filing."""
    answers = {tag: ask(f"api/xbrl/companyconcept/CIK{cik:010d}/us-gaap/{tag}.json") for tag in tags}
    parts = [read_facts(answer, ticker=ticker, tag=tag) for tag, answer in answers.items() if answer is not None]
    facts = pd.concat([no_facts(), *parts], ignore_index=True)
    wanted, lists = set(facts["accession"]), _lists_of_filings(cik, ticker, ask)
    accepted: dict[str, pd.Timestamp] = {}
    while not wanted <= accepted.keys() and (columns := next(lists, None)) is not None:
        accepted |= read_acceptances(columns, ticker=ticker)
    return with_release(facts, accepted)


def _lists_of_filings(cik: int, ticker: str, ask: Ask) -> Iterator[Any]:
    """The list of recent filings, then those of older ones; each is asked only when it is needed."""
    if (answer := ask(_submissions(cik))) is not None:
        recent, older = read_shards(answer, ticker=ticker)
        yield recent
        yield from (ask(f"submissions/{name}") for name in older)


def _submissions(cik: int) -> str:
    return f"submissions/CIK{cik:010d}.json"


def _of_basis(facts: pd.DataFrame, basis: tuple[Tag, ...]) -> pd.DataFrame:
    """The facts that `basis` takes, still in the order of filing."""
    taken = pd.Series(False, index=facts.index)
    for tag in basis:
        taken |= (facts["tag"] == tag.name) & facts["filed"].between(tag.filed_from, tag.filed_before, inclusive="left")
    return facts[taken]


def _ask(path: str, *, session: requests.Session, settings: LiveSettings, agent: str) -> Any:
    try:
        return get(session, f"{_HOST}/{path}", settings=settings, parse=json.loads, headers={"User-Agent": agent})
    except RefusedError as refusal:
        if refusal.status == 404:
            return None
        status = refusal.status
    blocked = "The SEC blocks clients whose User-Agent names no contact it accepts, and for ten minutes those that ask "
    raise SourceError(
        f"The SEC refused data.sec.gov/{path}",
        received=f"HTTP {status}",
        expected="data",
        remedy=blocked + "too fast: check TIDEGATE_CONTACT, then try again later." if status == 403 else "",
    )
