"""Knowledge time: when what went into a number was public, against when the number was used."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..data.clock import NEW_YORK
from ..data.dictionary import find_spec
from ..data.market import Market
from ..data.release_rules import earliest_instants
from ..data.releases import NEVER, nanoseconds
from ..signals.known import Known
from ..signals.registry import Indicator
from .nodes import Nodes
from .result import Check
from .study_subject import DECISION, IndicatorSubject, StudySubject, series_read

KNOWLEDGE, VINTAGES = "knowledge time", "vintages"
_ENOUGH = 20  # periods of a revised series without a single revision are no accident


def knowledge_checks(
    subject: StudySubject | IndicatorSubject, market: Market, reference: Nodes, *, reads: bool = True
) -> Iterator[Check]:
    """Sources, indicators and fills of a study; sources and the one indicator of an indicator.

    Parameters
    ----------
    subject, market : StudySubject or IndicatorSubject, Market
        What is audited.
    reference : Nodes
        Its nodes; ``fill``, where there is one, holds the decision of each fill.
    reads : bool
        Whether every indicator is measured once more, to see what it is handed.
    """
    for series in series_read(market, subject.indicators):
        yield from _source_checks(market, series)
    for entry in subject.indicators if reads else ():
        decisions = pd.DatetimeIndex(reference[f"indicator:{entry.id}"].table.index)
        study = subject.rules
        known = Known(market, decisions, study.sleeves.assets(), study.signal, study.clock.decision)
        yield _indicator_check(entry, known)
    if "fill" in reference:
        yield fill_check(reference["fill"].table)


def _source_checks(market: Market, series: str) -> Iterator[Check]:
    """A value is not public before its period is over, and a revised series has revisions or is flagged."""
    line, spec = market.releases.line(series), find_spec(series)
    if spec is None:
        return
    periods, released = (pd.DatetimeIndex(column.view("datetime64[ns]")) for column in (line.period, line.released))
    released = released.tz_localize("UTC")
    earliest = earliest_instants(spec, periods)
    early = np.flatnonzero(released < earliest)
    node = f"source:{series}"
    if not len(early):
        yield Check(node, KNOWLEDGE, "pass", 1, note=f"{len(periods)} values")
    else:
        row = int(early[0])
        note = f"{len(early)} of {len(periods)} values are dated as public before they can have been."
        expected, found = f"not before {_day(earliest[row])}", _day(released[row])
        yield Check(node, KNOWLEDGE, "leak", 1, released[row], (series,), "released", expected, found, note)
    once = len(np.unique(line.period)) == len(line.period)
    first_filed = ":" in series  # filings are dated one by one; most are never restated
    flagged = first_filed or series in market.releases.pseudo_pit
    if spec.revised and once and len(periods) >= _ENOUGH and not flagged:
        note = "The series is revised, the data hold one value per period, and it is not flagged pseudo-PIT."
        yield Check(node, VINTAGES, "smell", 1, series=(series,), note=note)


def _day(instant: pd.Timestamp) -> str:
    return f"{instant.tz_convert(NEW_YORK):%Y-%m-%d %H:%M} New York"


def _indicator_check(entry: Indicator, known: Known) -> Check:
    """The newest release that an indicator was handed was public by its decision."""
    recorder = known.recording()
    entry.measure(recorder)
    newest = np.full(len(known.decisions), NEVER)
    for read in recorder.read or []:
        newest = np.maximum(newest, read.released)
    late = np.flatnonzero(newest > nanoseconds(known.decisions))
    node = f"indicator:{entry.id}"
    if not len(late):
        return Check(node, KNOWLEDGE, "pass", 1, note=f"{len(newest)} decisions")
    at = pd.Timestamp(known.decisions[late[0]])
    return Check(node, KNOWLEDGE, "leak", 1, at, entry.series, found=pd.Timestamp(newest[late[0]], tz="UTC"))


def fill_check(fills: pd.DataFrame) -> Check:
    """Every fill is later than its decision."""
    decided = fills[DECISION].to_numpy()
    early = np.flatnonzero(nanoseconds(pd.DatetimeIndex(fills.index)) <= decided)
    if not len(early):
        return Check("fill", KNOWLEDGE, "pass", 1, note=f"{len(fills)} fills")
    row = int(early[0])
    decision = pd.Timestamp(decided[row], tz="UTC")
    expected, found = f"a fill after {_day(decision)}", _day(pd.Timestamp(fills.index[row]))
    note = f"{len(early)} of {len(fills)} orders are filled at a price from before their decision."
    return Check("fill", KNOWLEDGE, "leak", 1, decision, (), DECISION, expected, found, note)
