"""Filings of the hyperscalers: restatements, a change of basis, leases kept apart."""

import numpy as np
import pandas as pd

from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.signals.filings import trailing_years
from tidegate.signals.known import Known

TODAY = pd.Timestamp("2100-01-01", tz="UTC")
COMPANIES = ["AMZN", "GOOGL", "META", "MSFT", "ORCL"]


def filings(table, series):
    return table[table["series"] == series]


def test_some_quarters_are_restated_a_year_later(table):
    restated = 0
    for company in COMPANIES[1:]:
        rows = filings(table, f"capex:{company}").groupby("period")
        assert rows.size().max() == 2
        twice = rows.filter(lambda quarter: len(quarter) == 2).groupby("period")
        change = twice["value"].last() / twice["value"].first() - 1
        wait = twice["released"].last() - twice["released"].first()
        assert 0 < change.abs().max() < 0.2
        assert wait.between(pd.Timedelta(days=330), pd.Timedelta(days=400)).all()
        restated += len(twice)
    assert 0.03 < restated / (4 * 100) < 0.15


def test_cash_flow_and_leases_are_not_restated(table):
    for kind in ("ocf", "leases"):
        for company in COMPANIES:
            assert not filings(table, f"{kind}:{company}").duplicated("period").any()


def test_one_company_changes_its_basis_once(table):
    net, gross = filings(table, "capex:AMZN@net"), filings(table, "capex:AMZN")
    assert net["period"].max() == pd.Timestamp("2018-06-30")
    assert gross["period"].min() == pd.Timestamp("2016-09-30")
    # Nothing gross was known before the first gross quarter was filed; eight older quarters came with it.
    first = gross[gross["period"] == pd.Timestamp("2018-09-30")]["released"].min()
    assert gross["released"].min() == first
    assert (gross["released"] == first).sum() == 9
    both = net.drop_duplicates("period").set_index("period")["value"] / gross.groupby("period")["value"].first()
    assert both.dropna().between(0.85, 0.87).all()


def test_a_trailing_sum_never_mixes_the_bases(market):
    """Through the change the sum is wholly net, then wholly gross: it jumps once by the ratio of the bases."""
    decisions = pd.date_range("2018-01-04 22:00", "2019-06-27 22:00", freq="7D", tz="UTC")
    known = Known(market, decisions, {})
    sums = trailing_years(known, "capex")["AMZN"]
    lines = ("capex:AMZN", "capex:AMZN@net")
    for decision, total in sums.items():
        kept = [market.releases.history(line, decision).iloc[-4:].sum() / 1e9 for line in lines]
        assert any(np.isclose(total, one) for one in kept), decision
    assert sums.iloc[-1] > sums.iloc[0]


def test_leases_are_a_share_of_capex_on_the_same_filing_days(table):
    capex = filings(table, "capex:MSFT").drop_duplicates("period").set_index("period")
    leases = filings(table, "leases:MSFT").set_index("period")
    assert (capex["released"] == leases["released"]).all()
    assert 0.10 < (leases["value"] / capex["value"]).median() < 0.20


def test_a_world_that_ends_before_the_change_has_one_basis():
    early = make_economy(EconomyConfig(first_session="2010-01-04", last_session="2012-12-31"))
    lines = [series for series in early.releases.series if series.startswith("capex:AMZN")]
    assert lines == ["capex:AMZN@net"]


def test_a_world_that_begins_after_the_change_has_one_basis():
    late = make_economy(EconomyConfig(first_session="2025-01-02", last_session="2025-12-31"))
    lines = [series for series in late.releases.series if series.startswith("capex:AMZN")]
    assert lines == ["capex:AMZN"]
    assert late.releases.history("capex:AMZN", TODAY).index[0] == pd.Timestamp("2020-03-31")
