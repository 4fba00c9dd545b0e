"""Revisions, re-estimated histories, late releases and holidays of the default world."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.tseries.holiday import USFederalHolidayCalendar

from tidegate.data.dictionary import dictionary, spec_of
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.release_rules import release_instants

TODAY = pd.Timestamp("2100-01-01", tz="UTC")
DOCS = Path(__file__).parents[3] / "docs"
REVISED = ["GDP", "M2SL", "TOTBKCR", "TLAACBW027SBOG"]
RE_ESTIMATED = ["NFCI", "THREEFYTP10"]
H41 = ["WALCL", "WDTGAL", "WTREGEN", "WRESBAL", "WRBWFRBL"]
OPEN_ON_HOLIDAYS = {"DFF", "DFEDTARU", "IORB", "IOER", "BTC-USD", "VIXCLS"}


def rows_of(table, series):
    return table[table["series"] == series]


def delays(table, series):
    """Actual minus planned instant of every first release, by period."""
    first = rows_of(table, series).drop_duplicates("period")
    planned = release_instants(spec_of(series), pd.DatetimeIndex(first["period"]))
    return pd.Series(pd.DatetimeIndex(first["released"]) - planned, index=pd.DatetimeIndex(first["period"]))


def new_york_days(instants):
    return instants.dt.tz_convert("America/New_York").dt.strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(("series", "vintages"), [("GDP", 3), ("M2SL", 2), ("TOTBKCR", 2), ("TLAACBW027SBOG", 2)])
def test_each_period_has_all_its_vintages(table, series, vintages):
    rows = rows_of(table, series)
    by_period = rows[rows["period"] < "2024-01-01"].groupby("period")
    assert (by_period["released"].nunique() == vintages).all()
    assert (by_period["value"].max() > by_period["value"].min()).mean() > 0.9


@pytest.mark.parametrize("series", REVISED)
def test_revisions_are_small_against_the_series(table, series):
    by_period = rows_of(table, series).groupby("period")["value"]
    assert 0 < ((by_period.last() - by_period.first()) / by_period.last()).std() < 0.01


def test_nothing_else_is_revised(table):
    counts = table.groupby(["series", "period"]).size().groupby("series").max()
    revised = {series for series in counts[counts > 1].index if not series.startswith("capex:")}
    assert revised == {*REVISED, *RE_ESTIMATED}
    assert all(spec_of(series).revised for series in revised)


def test_gdp_estimates_come_a_month_apart(table):
    rows = rows_of(table, "GDP")
    days = new_york_days(rows.loc[rows["period"] == pd.Timestamp("2010-01-01"), "released"])
    assert list(days) == ["2010-04-30 08:30", "2010-06-01 08:30", "2010-06-30 08:30"]


def test_the_table_stays_moderate(table):
    assert len(table) < 250_000


class TestConditions:
    def test_recent_weeks_change_every_week_and_the_history_every_january(self, market):
        before, after, january = (
            market.releases.history("NFCI", pd.Timestamp(day, tz="UTC"))
            for day in ("2012-06-15", "2012-06-22", "2013-01-17")
        )
        week = after.reindex(before.index) != before
        assert list(np.flatnonzero(week)) == list(range(len(before) - 10, len(before)))
        assert (january.reindex(after.index) != after).mean() > 0.95

    def test_estimates_settle(self, table):
        """The first one misses the last one by more than the second-last January's does."""
        rows = rows_of(table, "NFCI")
        rows = rows[rows["period"].dt.year == 2012].groupby("period")["value"]
        last = rows.last()
        settled = rows.apply(lambda values: values.iloc[-2])
        assert (rows.first() - last).std() > 5 * (settled - last).std() > 0
        assert (rows.first() - last).std() > 0.04

    def test_no_estimate_uses_a_later_week(self):
        """A world that ends earlier has the same vintages."""
        short = make_economy(EconomyConfig(last_session="2009-03-31"))
        cut = pd.Timestamp("2009-04-01", tz="UTC")
        for series in RE_ESTIMATED:
            whole = make_economy(EconomyConfig(last_session="2010-03-31")).releases.known_at(cut)
            pd.testing.assert_frame_equal(
                rows_of(short.releases.table, series).reset_index(drop=True),
                rows_of(whole.table, series).reset_index(drop=True),
            )

    def test_todays_file_knows_the_future_and_the_page_quotes_by_how_much(self):
        script = runpy.run_path(str(DOCS / "nfci_lookahead.py"))
        found = script["table"]()
        for outcome in ("returns", "true regime"):
            gain = found[outcome]["today's file"] - found[outcome]["as known"]
            assert gain.mean() > 0.03
            assert (gain > 0).mean() > 0.8
        assert script["report"](found) in (DOCS / "economy.md").read_text(encoding="utf-8")


class TestTermPremium:
    def test_a_new_model_moves_the_whole_history(self, market):
        old, new = (
            market.releases.history("THREEFYTP10", pd.Timestamp(day, tz="UTC")) for day in ("2010-01-01", "2010-01-08")
        )
        moved = (new.reindex(old.index) - old).dropna()
        assert len(moved) == len(old) > 2000
        assert (moved != 0).mean() > 0.9
        # Two parameters made the difference: it is a straight line in the old values, up to rounding.
        slope, level = np.polyfit(old, moved, 1)
        assert np.abs(moved - level - slope * old).max() < 2e-4

    def test_models_last_three_years(self, table):
        rows = rows_of(table, "THREEFYTP10")
        again = rows[rows.duplicated("period")]["released"].unique()
        assert [pd.Timestamp(day).year for day in sorted(again)] == [2001, 2004, 2007, 2010, 2013, 2016, 2019, 2022]


class TestLateness:
    def test_nothing_is_early_and_little_is_late(self, table):
        for series in sorted(set(table["series"])):
            if series.startswith(("capex:", "ocf:", "leases:")):
                continue
            late = delays(table, series)
            assert (late >= pd.Timedelta(0)).all(), series
            if series in {*H41, "M2SL", "GDP"}:
                assert 0 < (late > pd.Timedelta(0)).mean() < 0.08, series
            else:
                assert (late == pd.Timedelta(0)).all(), series

    def test_one_release_is_late_with_all_its_series(self, table):
        walcl, *others = (delays(table, series) for series in H41)
        assert walcl.max() <= pd.Timedelta(days=4)
        for other in others:
            pd.testing.assert_series_equal(walcl, other)

    def test_a_shutdown_delays_gdp_by_weeks(self, table):
        late = delays(table, "GDP")
        late = late[late > pd.Timedelta(0)]
        assert set(late.index.month) == {7}
        assert late.between(pd.Timedelta(days=15), pd.Timedelta(days=30)).all()
        rows = rows_of(table, "GDP")
        for period in late.index:
            assert len(rows[rows["period"] == period]) == 3

    def test_other_seeds_are_late_on_other_days(self, table):
        other = make_economy(EconomyConfig(seed=1)).releases.table
        assert not delays(table, "WALCL").equals(delays(other, "WALCL"))


def test_no_daily_value_stands_on_a_federal_holiday(table):
    holidays = USFederalHolidayCalendar().holidays("2000-01-01", "2024-12-31")
    daily = {series for series, spec in dictionary().items() if spec.frequency == "daily"} - OPEN_ON_HOLIDAYS
    assert {"DGS10", "BAA10Y", "treasury:account", "RRPONTSYD"} <= daily
    rows = table[table["series"].isin(daily)]
    assert not rows["period"].isin(holidays).any()
    assert (rows["period"].dt.day_of_week < 5).all()


def test_the_treasury_account_is_the_wednesday_level(market):
    daily = market.releases.history("treasury:account", TODAY)
    weekly = market.releases.history("WDTGAL", TODAY)
    common = weekly.index.intersection(daily.index)
    assert len(common) > 0.95 * len(weekly)
    assert (daily.loc[common] == weekly.loc[common]).all()
    line = rows_of(market.releases.table, "treasury:account").iloc[-200:]
    assert new_york_days(line["released"]).str.endswith("16:00").all()
    assert (new_york_days(line["released"]).str[:10] > line["period"].dt.strftime("%Y-%m-%d")).all()
