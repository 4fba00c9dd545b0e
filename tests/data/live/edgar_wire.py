"""The SEC's JSON as data.sec.gov serves it: facts of one tag, and the list of a company's filings in shards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.data.live.loopback import Loopback, as_json

HOST = "data.sec.gov"
CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"
PRODUCTIVE = "PaymentsToAcquireProductiveAssets"
PROCEEDS = "PaymentsForProceedsFromProductiveAssets"
OPERATING = "NetCashProvidedByUsedInOperatingActivities"
LEASES = "RightOfUseAssetObtainedInExchangeForFinanceLeaseLiability"


@dataclass(frozen=True)
class Filing:
    accession: str
    accepted: str  # UTC, such as 2024-10-30T20:05:31.000Z
    form: str = "10-Q"

    @property
    def filed(self) -> str:
        return self.accepted[:10]


def fact(span: str, value: Any, filing: Filing) -> dict[str, Any]:
    """One fact; `span` is `start/end`."""
    start, end = span.split("/")
    told = {"accn": filing.accession, "fy": 2024, "fp": "Q1", "form": filing.form, "filed": filing.filed}
    return {"start": start, "end": end, "val": value, **told}


@dataclass(frozen=True)
class CompanyFacts:
    """What the SEC holds of one company: facts by tag, the recent filings, and shards of older ones."""

    concepts: Mapping[str, Sequence[dict[str, Any]]]
    filings: Sequence[Filing] = ()
    older: Sequence[Sequence[Filing]] = ()
    other_units: Mapping[str, list[Any]] = field(default_factory=dict)
    name: str = "A COMPANY"


def year_to_date(quarters: Sequence[float], *, year: int = 2024, tag: str = CAPEX) -> CompanyFacts:
    """A company that files quarters of a calendar year as its year to date, 30 days late, at noon in New York."""
    ends = [f"{year}-03-31", f"{year}-06-30", f"{year}-09-30", f"{year}-12-31"][: len(quarters)]
    days = [f"{year}-04-30", f"{year}-07-30", f"{year}-10-30", f"{year + 1}-01-30"]
    forms = ["10-Q", "10-Q", "10-Q", "10-K"]
    filings = [
        Filing(f"0000000000-{number:02d}-000001", f"{day}T17:00:00.000Z", form)
        for number, (day, form, _) in enumerate(zip(days, forms, quarters, strict=False), start=1)
    ]
    sums = [sum(quarters[: number + 1]) for number in range(len(quarters))]
    rows = zip(ends, sums, filings, strict=True)
    return CompanyFacts({tag: [fact(f"{year}-01-01/{end}", value, filing) for end, value, filing in rows]}, filings)


def serve_edgar(web: Loopback, companies: Mapping[int, CompanyFacts]) -> None:
    """Answer for `companies` by CIK; every other company and tag is unknown (404)."""
    for cik, company in companies.items():
        padded = f"CIK{cik:010d}"
        for tag, facts in company.concepts.items():
            web.answer(
                f"{HOST}/api/xbrl/companyconcept/{padded}/us-gaap/{tag}.json",
                as_json(_concept(cik, tag, company, list(facts))),
            )
        web.answer(f"{HOST}/submissions/{padded}.json", as_json(_submissions(cik, company)))
        for number, shard in enumerate(company.older, start=1):
            web.answer(f"{HOST}/submissions/{padded}-submissions-{number:03d}.json", as_json(_columns(shard)))


def _concept(cik: int, tag: str, company: CompanyFacts, facts: list[dict[str, Any]]) -> dict[str, Any]:
    units = {**company.other_units, **({"USD": facts} if facts else {})}
    words = {"label": tag, "description": "The cash outflow.", "entityName": company.name}
    return {"cik": cik, "taxonomy": "us-gaap", "tag": tag, **words, "units": units}


def _submissions(cik: int, company: CompanyFacts) -> dict[str, Any]:
    shards = [
        {
            "name": f"CIK{cik:010d}-submissions-{number:03d}.json",
            "filingCount": len(shard),
            "filingFrom": min(filing.filed for filing in shard),
            "filingTo": max(filing.filed for filing in shard),
        }
        for number, shard in enumerate(company.older, start=1)
    ]
    filings = {"recent": _columns(company.filings), "files": shards}
    return {"cik": f"{cik:010d}", "entityType": "operating", "name": company.name, "tickers": [], "filings": filings}


def _columns(filings: Sequence[Filing]) -> dict[str, Any]:
    return {
        "accessionNumber": [filing.accession for filing in filings],
        "filingDate": [filing.filed for filing in filings],
        "acceptanceDateTime": [filing.accepted for filing in filings],
        "form": [filing.form for filing in filings],
        "isXBRL": [1 for _ in filings],
    }
