"""Gates on a market: what a study needs, holes, staleness, pseudo-PIT, bills that earn nothing."""

import numpy as np
import pandas as pd
import pytest

from tests.worlds import days, market_of, release_rows
from tidegate.data.findings import Finding
from tidegate.data.market import Market, Provenance
from tidegate.data.quality import check_market
from tidegate.data.releases import Releases

SESSIONS = days("2022-01-03", "2023-12-29")


def rate(percent, *, series="DGS3MO", until="2023-12-29"):
    periods = SESSIONS[until >= SESSIONS]
    return release_rows(series, periods, periods + pd.Timedelta(hours=21), np.full(len(periods), percent))


def lines(**lacking):
    """Flat prices of 100 for each ticker, without those rows."""
    table = pd.DataFrame(100.0, index=SESSIONS, columns=[name.replace("_", "-") for name in lacking])
    for name, rows in lacking.items():
        table.loc[SESSIONS[list(rows)], name.replace("_", "-")] = np.nan
    return table


def found(market, assets, *, notes=False):
    kept = [each for each in check_market(market, assets) if notes or each.severity != "note"]
    return [(each.severity, each.subject, each.dates, each.message) for each in kept]


def test_a_whole_market_has_only_notes_of_what_it_lacks():
    market = market_of(lines(SPY=[]), rate(1.0))
    assert found(market, ["SPY"]) == []
    notes = [each for each in check_market(market, ["SPY"]) if each.subject in {"WDTGAL", "DGS3MO"}]
    assert [each.message for each in notes] == [
        "Not in the data: Treasury General Account (Wednesday level). WTREGEN may stand in."
    ]


@pytest.mark.parametrize("prices", [lines(SPY=[]), lines(SPY=[], MU=range(len(SESSIONS)))])
def test_a_ticker_that_the_study_needs(prices):
    [(severity, subject, _, message)] = found(market_of(prices, rate(1.0)), ["SPY", "MU"])
    assert (severity, subject) == ("error", "MU")
    assert message == "The study needs this ticker, and the data lacks it."


def test_holes_are_a_warning_where_the_study_looks_and_a_note_elsewhere():
    market = market_of(lines(SPY=[], TLT=[10, 11, 20]), rate(1.0))
    message = "3 session(s) without a price, up to 2 in a row."
    assert found(market, ["TLT"]) == [("warning", "TLT", "2022-01-18 to 2022-02-01", message)]
    assert found(market, ["SPY"]) == []
    assert ("note", "TLT", "2022-01-18 to 2022-02-01", message) in found(market, ["SPY"], notes=True)


def test_time_before_a_listing_is_no_hole():
    assert found(market_of(lines(SPY=[], MU=range(200)), rate(1.0)), ["MU"]) == []


def test_a_history_of_less_than_a_year_is_noted():
    short = lines(SPY=[], SNDK=range(len(SESSIONS) - 251), MU=range(len(SESSIONS) - 252))
    notes = found(market_of(short, rate(1.0)), ["SPY", "SNDK", "MU"], notes=True)
    [(_, subject, dates, message)] = [each for each in notes if "Short" in each[3]]
    assert (subject, dates, message) == ("SNDK", "from 2022-12-30", "Short history: 251 sessions.")


def test_prices_that_end_early():
    market = market_of(lines(SPY=[], MU=[-1], ETH_USD=[-1], BTC_USD=[-2, -1]), rate(1.0))
    assert found(market, ["SPY", "MU", "ETH-USD", "BTC-USD"]) == [
        ("warning", "MU", "2023-12-28", "Prices end 1 session(s) before the data do."),
        ("warning", "BTC-USD", "2023-12-27", "Prices end 2 session(s) before the data do."),
    ]


@pytest.mark.parametrize(("until", "stale"), [("2023-12-22", False), ("2023-12-21", True)])
def test_a_series_is_stale_after_the_limit_of_the_dictionary(until, stale):
    market = market_of(lines(SPY=[]), rate(1.0, until=until))
    expected = "Nothing was released for 8 days; the limit is 7."
    wanted = [("warning", "DGS3MO", "since 2023-12-21", expected)] if stale else []
    assert found(market, ["SPY"]) == wanted


def test_a_series_of_the_users_own_has_no_stale_limit():
    assert found(market_of(lines(SPY=[]), rate(1.0, series="MINE", until="2022-06-30")), ["SPY"]) == []


def test_a_stale_series_with_a_fresh_heir_is_history():
    old = rate(1.0, series="IOER", until="2022-06-30")
    assert [each[1] for each in found(market_of(lines(SPY=[]), old), ["SPY"])] == ["IOER"]
    assert found(market_of(lines(SPY=[]), pd.concat([old, rate(1.0, series="IORB")])), ["SPY"]) == []
    stale_heir = rate(1.0, series="IORB", until="2022-07-29")
    assert len(found(market_of(lines(SPY=[]), pd.concat([old, stale_heir])), ["SPY"])) == 2


def test_a_companys_earlier_basis_is_history_too():
    old, new = (
        rate(1e10, series=name, until=until)
        for name, until in [("capex:AMZN@net", "2022-06-30"), ("capex:AMZN", "2023-12-29")]
    )
    assert [each[1] for each in found(market_of(lines(SPY=[]), old), ["SPY"])] == ["capex:AMZN@net"]
    assert found(market_of(lines(SPY=[]), pd.concat([old, new])), ["SPY"]) == []


def test_pseudo_pit_is_a_warning_only_where_the_source_revises():
    releases = pd.concat([rate(1.0), rate(1.0, series="NFCI"), rate(1.0, series="DFF")])
    market = market_of(lines(SPY=[]), releases, pseudo_pit=["NFCI", "DFF"])
    [(severity, subject, _, message)] = found(market, ["SPY"])
    assert (severity, subject) == ("warning", "NFCI")
    assert message == "Pseudo-PIT: one late vintage, release times by rule, and the source revises it."
    assert ("note", "DFF") in [each[:2] for each in found(market, ["SPY"], notes=True)]


def growing(percent):
    return 91.0 * (1 + percent / 100) ** (np.arange(len(SESSIONS)) / 252)


@pytest.mark.parametrize(("earned", "severity"), [(5.0, []), (2.7, []), (2.3, ["warning"]), (0.0, ["warning"])])
def test_bills_without_their_interest(earned, severity):
    market = market_of(lines(BIL=[], SPY=[]).mul(growing(earned) / 100, axis="index"), rate(5.0))
    findings = [each for each in check_market(market, ["BIL"]) if each.severity != "note"]
    assert [each.severity for each in findings] == severity
    for finding in findings:
        assert (finding.subject, finding.dates) == ("BIL", "2022, 2023")
        assert "in 2022 while DGS3MO was 5.0 %: interest is missing." in finding.message


def test_bills_may_earn_nothing_where_rates_are_low_or_unknown_or_the_year_is_not_over():
    flat = lines(BIL=[])
    assert found(market_of(flat, rate(2.9)), ["BIL"]) == []
    assert found(market_of(flat, rate(5.0, series="DGS10")), ["BIL"]) == []
    first_months = Market(flat.iloc[:200], Releases(rate(5.0).iloc[:200]), Provenance("files"))
    assert found(first_months, ["BIL"]) == []
    assert len(found(market_of(flat, rate(5.0, series="DTB3")), ["BIL"])) == 1


def test_findings_of_the_source_come_along_and_the_worst_come_first():
    early = (Finding("note", "a", "", "n"), Finding("error", "b", "", "e"), Finding("warning", "c", "", "w"))
    market = Market(lines(SPY=[]), Releases(rate(1.0)), Provenance("files", notes=("Made up.",), findings=early))
    findings = check_market(market, ["SPY", "MU"])
    assert [each.subject for each in findings][:3] == ["MU", "b", "c"]
    assert Finding("note", "files", "", "Made up.") in findings
    assert [each.severity for each in findings[3:]] == ["note"] * (len(findings) - 3)
