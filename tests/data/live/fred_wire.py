"""FRED on loopback: the API's XML and the public CSV, computed from a table of what was released when.

    serve_fred(web, {"GDP": FredSeries(releases=[("2020-01-01", "2020-04-29", 21534.9), ...])}, key=KEY)
    serve_fred_csv(web, {"WALCL": [("2020-01-01", 4173626.0), ...]})

The server speaks as FRED does: a value holds from its release to the day before the next one, both ends are cut to the
real-time period that is asked for, without one only today's vintage is given, and what FRED refuses is refused in its
own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from xml.sax.saxutils import quoteattr

from tests.data.live.loopback import Answer, Loopback

EARLIEST, FOREVER, TODAY = "1776-07-04", "9999-12-31", "2026-07-01"
KEY_PAGE = "  Read https://fred.stlouisfed.org/docs/api/api_key.html for more information."

Row = tuple[str, str, float | None]  # period, released, value; None is withdrawn or missing
Span = tuple[str, str, str, str]  # period, first day, last day, value as text


@dataclass(frozen=True)
class FredSeries:
    """One series: its releases in any order, and what the metadata say."""

    releases: Sequence[Row]
    units: str = "Index"
    title: str = "A series"
    observation_start: str | None = None  # without it the first period
    spans: Sequence[Span] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", _spans(self.releases))

    @property
    def vintages(self) -> list[str]:
        return sorted({released for _, released, _ in self.releases})


@dataclass(frozen=True)
class Limits:
    """How much FRED gives at once."""

    vintages: int = 2_000
    observations: int = 100_000
    vintage_dates: int = 10_000


class RefusedError(Exception):
    """Answered as HTTP 400 with FRED's error element."""


def serve_fred(web: Loopback, series: Mapping[str, FredSeries], *, key: str, limits: Limits | None = None) -> None:
    """Answer as api.stlouisfed.org for the holder of `key`."""
    limits = limits or Limits()
    methods = {"series": _info, "series/vintagedates": _vintage_dates, "series/observations": _observations}
    for path, method in methods.items():
        web.answer(f"api.stlouisfed.org/fred/{path}", _guarded(method, series, key, limits))


def serve_fred_csv(web: Loopback, series: Mapping[str, Sequence[tuple[str, float | None]]], *, old=False) -> None:
    """Answer as fred.stlouisfed.org/graph/fredgraph.csv; `old` is the format of before 2025."""

    def answer(query: dict[str, str]) -> Answer:
        if (name := query["id"]) not in series:
            return Answer(b"<!DOCTYPE html><html><head><title>Error - St. Louis Fed</title></head></html>", 404)
        header, missing = ("DATE", ".") if old else ("observation_date", "")
        lines = [f"{header},{name}", *(f"{day},{missing if v is None else repr(v)}" for day, v in series[name])]
        return Answer("".join(f"{line}\n" for line in lines).encode(), headers={"Content-Type": "application/csv"})

    web.answer("fred.stlouisfed.org/graph/fredgraph.csv", answer)


def refusal(message: str) -> Answer:
    xml = f'<?xml version="1.0" encoding="utf-8" ?>\n\n\n\n\n<error code="400" message={quoteattr(message)} />\n'
    return Answer(xml.encode(), 400, {"Content-Type": "text/xml; charset=utf-8"})


def _guarded(method, series, key, limits):
    def answer(query: dict[str, str]) -> Answer:
        given = query.get("api_key", "")
        if len(given) != 32:
            return refusal(
                "Bad Request.  The value for variable api_key is not a 32 character alpha-numeric lower-case string."
                + KEY_PAGE
            )
        if given != key:
            return refusal("Bad Request.  The value for variable api_key is not registered." + KEY_PAGE)
        if query["series_id"] not in series:
            return refusal("Bad Request.  The series does not exist.")
        try:
            xml = method(query["series_id"], series[query["series_id"]], query, limits)
        except RefusedError as refused:
            return refusal(str(refused))
        body = '<?xml version="1.0" encoding="utf-8" ?>\n\n\n\n\n' + xml
        return Answer(body.encode(), headers={"Content-Type": "text/xml; charset=utf-8"})

    return answer


def _info(name: str, one: FredSeries, query: dict[str, str], limits: Limits) -> str:
    periods = sorted(period for period, _, _ in one.releases) or [TODAY]
    start = one.observation_start or periods[0]
    return (
        f'<seriess realtime_start="{TODAY}" realtime_end="{TODAY}">\n'
        f'  <series id="{name}" realtime_start="{TODAY}" realtime_end="{TODAY}" title={quoteattr(one.title)} '
        f'observation_start="{start}" observation_end="{periods[-1]}" frequency="Weekly" frequency_short="W" '
        f'units={quoteattr(one.units)} units_short="" seasonal_adjustment="Not Seasonally Adjusted" '
        f'seasonal_adjustment_short="NSA" last_updated="{TODAY} 07:56:03-05" popularity="90" notes="A &amp; B" />\n'
        "</seriess>\n"
    )


def _vintage_dates(name: str, one: FredSeries, query: dict[str, str], limits: Limits) -> str:
    days, at = one.vintages, int(query.get("offset", 0))
    page = days[at : at + limits.vintage_dates]
    rows = "".join(f"  <vintage_date>{day}</vintage_date>\n" for day in page)
    return (
        f'<vintage_dates realtime_start="{EARLIEST}" realtime_end="{FOREVER}" order_by="vintage_date" '
        f'sort_order="asc" count="{len(days)}" offset="{at}" limit="{limits.vintage_dates}">\n{rows}</vintage_dates>\n'
    )


def _observations(name: str, one: FredSeries, query: dict[str, str], limits: Limits) -> str:
    first, last = query.get("realtime_start", TODAY), query.get("realtime_end", TODAY)
    if last > TODAY and last != FOREVER:
        raise RefusedError("Bad Request.  The value for variable realtime_end is after today's date.")
    spanned = sum(first <= day <= last for day in one.vintages)
    if spanned > limits.vintages:
        raise RefusedError(
            f"Bad Request.  There are {spanned} vintage dates in the specified real-time period: {first} to {last}.  "
            f"This exceeds the maximum number of vintage dates allowed ({limits.vintages})."
        )
    start, at = query.get("observation_start", EARLIEST), int(query.get("offset", 0))
    chosen = [span for span in one.spans if span[0] >= start and span[1] <= last and span[2] >= first]
    rows = "".join(
        f'  <observation realtime_start="{max(begin, first)}" realtime_end="{min(end, last)}" date="{period}" '
        f'value="{value}"/>\n'
        for period, begin, end, value in chosen[at : at + limits.observations]
    )
    return (
        f'<observations realtime_start="{first}" realtime_end="{last}" observation_start="{start}" '
        f'observation_end="{FOREVER}" units="lin" output_type="1" file_type="xml" order_by="observation_date" '
        f'sort_order="asc" count="{len(chosen)}" offset="{at}" limit="{limits.observations}">\n{rows}</observations>\n'
    )


def _spans(releases: Sequence[Row]) -> list[Span]:
    """By period and day; a value that is released again unchanged goes on."""
    spans: list[Span] = []
    for period, released, value in sorted(releases, key=lambda row: row[:2]):
        text = "." if value is None else repr(value)
        if spans and spans[-1][0] == period:
            before = spans.pop()
            if before[3] == text:
                spans.append(before)
                continue
            eve = date.fromisoformat(released) - timedelta(days=1)
            spans.append((before[0], before[1], eve.isoformat(), before[3]))
        spans.append((period, released, FOREVER, text))
    return spans
