"""Knowledge time: sources dated too early, fills before their decision, revised series without revisions."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tidegate.causality.knowledge import KNOWLEDGE, VINTAGES, fill_check, knowledge_checks
from tidegate.causality.nodes import Node
from tidegate.causality.study_subject import DECISION, IndicatorSubject, StudySubject
from tidegate.data.clock import decision_instants
from tidegate.data.releases import Releases, nanoseconds
from tidegate.signals.registry import Indicator, chosen_indicators

DECISIONS = decision_instants(pd.Timestamp("2015-06-01"), pd.Timestamp("2015-06-30"))


def instants(*times):
    return pd.DatetimeIndex([pd.Timestamp(time, tz="America/New_York") for time in times]).tz_convert("UTC")


def fills(decided, filled):
    return pd.DataFrame({"QQQ": 1.0, DECISION: nanoseconds(instants(*decided))}, index=instants(*filled))


def checks(study, market, **options):
    empty = Node(pd.DataFrame(index=DECISIONS))
    reference = {f"indicator:{entry.id}": empty for entry in chosen_indicators(study.signal)}
    filled = Node(fills(["2015-06-04 17:00"], ["2015-06-05 16:00"]))
    return list(knowledge_checks(StudySubject(study), market, {**reference, "fill": filled}, **options))


def offences(study, market):
    return [row for row in checks(study, market) if row.verdict != "pass"]


def with_releases(market, series, edit, pseudo_pit=frozenset()):
    table = market.releases.table
    mine = (table["series"] == series).to_numpy()
    edited = pd.concat([table[~mine], edit(table[mine])], ignore_index=True)
    return replace(market, releases=Releases(edited, frozenset(pseudo_pit)))


def stamped_by_period(rows):
    return rows.drop_duplicates("period", keep="last").assign(
        released=lambda kept: kept["period"].dt.tz_localize("America/New_York").dt.tz_convert("UTC")
    )


def last_values(rows):
    """One value per period, dated as the first one was."""
    first = rows.drop_duplicates("period", keep="first")
    return first.assign(value=rows.drop_duplicates("period", keep="last")["value"].to_numpy())


def test_fills_by_hand():
    told = fill_check(fills(["2015-06-04 17:00", "2015-06-11 17:00"], ["2015-06-05 16:00", "2015-06-12 16:00"]))
    assert (told.node, told.check, told.verdict, told.note) == ("fill", KNOWLEDGE, "pass", "2 fills")


def test_a_fill_at_the_close_before_its_decision_is_a_leak():
    decided = ["2015-06-04 17:00", "2015-06-11 17:00", "2015-06-18 17:00"]
    told = fill_check(fills(decided, ["2015-06-05 16:00", "2015-06-11 16:00", "2015-06-18 16:00"]))
    assert (told.verdict, told.first, told.column) == ("leak", instants("2015-06-11 17:00")[0], DECISION)
    assert told.expected == "a fill after 2015-06-11 17:00 New York"
    assert told.found == "2015-06-11 16:00 New York"
    assert told.note.startswith("2 of 3 orders")


def test_a_fill_in_the_moment_of_its_decision_is_a_leak_and_a_nanosecond_later_none():
    table = fills(["2015-06-04 16:00"], ["2015-06-04 16:00"])
    assert fill_check(table).verdict == "leak"
    assert fill_check(table.set_axis(table.index.as_unit("ns") + pd.Timedelta(1, "ns"))).verdict == "pass"


@pytest.mark.parametrize("unit", ["s", "us"])
def test_the_resolution_of_the_labels_does_not_matter(unit):
    table = fills(["2015-06-04 17:00"], ["2015-06-05 16:00"])
    assert fill_check(table.set_axis(table.index.as_unit(unit))).verdict == "pass"


def test_an_honest_market_has_no_leak_and_every_source_and_indicator_is_checked(study, market):
    rows = checks(study, market)
    assert {row.verdict for row in rows} == {"pass"}
    nodes = [row.node for row in rows]
    assert {f"indicator:{entry.id}" for entry in chosen_indicators(study.signal)} <= set(nodes)
    assert {"source:GDP", "source:WALCL", "source:capex:MSFT", "source:EFFR"} <= set(
        nodes
    )  # families and stand-ins too
    assert nodes[-1] == "fill"


def test_without_the_reads_the_sources_and_fills_are_checked_all_the_same(study, market):
    rows = checks(study, market)
    assert checks(study, market, reads=False) == [row for row in rows if not row.node.startswith("indicator:")]


MONTH = pd.Timedelta(days=30)


def ahead(known):
    """Reads what was out a month after each decision, and says so."""
    return known.row(known._read("WALCL", known.market.releases.as_of("WALCL", known.decisions + MONTH)).value)


def decided_later(known):
    """Takes decisions of a month later for its own."""
    later = replace(known, decisions=known.decisions + MONTH, index=known.index)
    return later.row(later.last_periods("WALCL", 2)[1][0])


def on_time(known):
    return known.value("WALCL") - known.row(known.last_periods("WALCL", 2)[1][1])


def handed(study, market, measure):
    planted = Indicator("planted", "water", measure, 1, "expanding", ("WALCL",), "a planted leak")
    reference = {"indicator:water.planted": Node(pd.DataFrame(index=DECISIONS))}
    rows = knowledge_checks(IndicatorSubject(planted, study), market, reference)
    return next(row for row in rows if row.node == "indicator:water.planted")


@pytest.mark.parametrize("measure", [ahead, decided_later])
def test_an_indicator_that_is_handed_a_later_release_is_a_leak(study, market, measure):
    leak = handed(study, market, measure)
    assert (leak.check, leak.verdict, leak.first, leak.series) == (KNOWLEDGE, "leak", DECISIONS[0], ("WALCL",))
    released = market.releases.table.query("series == 'WALCL'")["released"]
    assert leak.found == released[released <= DECISIONS[0] + MONTH].max()


def test_one_late_read_is_enough_and_is_dated(study, market):
    def once(known):
        later = pd.DatetimeIndex([*known.decisions[:2], known.decisions[2] + MONTH, *known.decisions[3:]])
        return known.row(known._read("WALCL", known.market.releases.as_of("WALCL", later)).value)

    assert handed(study, market, once).first == DECISIONS[2]


def test_an_indicator_that_is_handed_what_was_out_passes(study, market):
    told = handed(study, market, on_time)
    assert (told.verdict, told.note) == ("pass", f"{len(DECISIONS)} decisions")


@pytest.mark.parametrize("series", ["GDP", "WALCL", "M2SL", "DGS10"])
def test_a_series_stamped_by_its_period_is_a_leak(study, market, series):
    found = [row for row in offences(study, with_releases(market, series, stamped_by_period)) if row.verdict == "leak"]
    (leak,) = found
    first = market.releases.line(series).period[0]
    assert (leak.node, leak.check, leak.series) == (f"source:{series}", KNOWLEDGE, (series,))
    assert leak.first.tz_convert("America/New_York").tz_localize(None) == pd.Timestamp(first)
    count = len(np.unique(market.releases.line(series).period))
    assert leak.note.startswith(f"{count} of {count} values")


def test_one_value_too_early_is_enough_and_is_named(study, market):
    def one(rows):
        early = rows.copy()
        early.loc[early.index[7], "released"] = early["period"].iloc[7].tz_localize("UTC")
        return early

    (leak,) = offences(study, with_releases(market, "WALCL", one))
    period = pd.Timestamp(market.releases.line("WALCL").period[7])
    assert leak.first == period.tz_localize("UTC")
    assert leak.note.startswith("1 of ")
    assert leak.expected == f"not before {period + pd.Timedelta(days=1):%Y-%m-%d} 00:00 New York"


def test_a_revised_series_without_revisions_smells_unless_it_is_flagged(study, market):
    (smell,) = offences(study, with_releases(market, "GDP", last_values))
    assert (smell.node, smell.check, smell.verdict, smell.series) == ("source:GDP", VINTAGES, "smell", ("GDP",))
    assert not offences(study, with_releases(market, "GDP", last_values, pseudo_pit={"GDP"}))


def test_few_values_without_a_revision_may_be_chance(study, market):
    assert not offences(study, with_releases(market, "GDP", lambda rows: last_values(rows).tail(19)))
    assert offences(study, with_releases(market, "GDP", lambda rows: last_values(rows).tail(20)))


def test_series_that_nobody_revises_and_filings_do_not_smell(study, market):
    for series in ("DGS10", "WALCL", "capex:MSFT"):
        assert not offences(study, with_releases(market, series, last_values))


def test_a_series_that_the_dictionary_does_not_know_is_not_judged(study, market):
    def unknown(rows):
        return pd.concat([rows, stamped_by_period(rows).assign(series="MINE")])

    assert not offences(study, with_releases(market, "GDP", unknown))


def test_a_series_that_no_indicator_reads_is_not_judged(study, market):
    assert "BAMLC0A0CM" in market.releases.series
    assert not offences(study, with_releases(market, "BAMLC0A0CM", stamped_by_period))


def test_a_series_that_is_missing_is_not_judged(study, market):
    nodes = {row.node for row in checks(study, with_releases(market, "GDP", lambda rows: rows.iloc[:0]))}
    assert "source:GDP" not in nodes
