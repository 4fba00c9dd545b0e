"""What must not matter does not: units, repetition, order, things nobody reads, one more day, and one series less."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.data import dictionary as series_dictionary
from tidegate.data.assets import is_crypto
from tidegate.data.dictionary import dictionary, fallback_chain, spec_of
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.releases import Releases
from tidegate.signals import SignalConfig, all_indicators, measure_waterline

SLEEVES = {"speculative": ("BTC-USD", "CRM", "IGV", "ADBE"), "near_cash_flow": ("MU", "BIL")}
CONFIG = SignalConfig(history_start="2012-01-05", min_history_weeks=40, rolling_weeks=60, composite_min_weeks=10)
PRESET = tuple(entry for entry in all_indicators() if entry.preset and entry.shipped)
READ = sorted({series for entry in PRESET for series in entry.series})
# What the slack and the Treasury's draw look at beyond the series that the indicator names.
FURTHER = {"RRPONTSYD": {"drain.state_dependent_capex"}}
SINCE = pd.Timestamp("2015-09-01", tz="UTC")


@pytest.fixture(scope="module")
def market():
    return make_economy(EconomyConfig(first_session="2014-06-02", last_session="2016-03-31"))


@pytest.fixture(scope="module")
def base(market):
    line = measured(market)
    assert line.level.notna().sum() > 50
    assert not line.missing
    return line


def measured(market):
    return measure_waterline(market, SLEEVES, CONFIG)


def with_table(market, table):
    return replace(market, releases=Releases(table, market.releases.pseudo_pit))


def assert_same(line, other, until=None):
    pd.testing.assert_frame_equal(line.frame().loc[:until], other.frame().loc[:until], check_exact=True)


def is_money(series):
    return spec_of(series).unit.startswith("USD")


def test_another_currency_is_the_same_world(market, base):
    """All amounts, prices too, times a power of two: the same bits."""
    table = market.releases.table.copy()
    table.loc[table["series"].map(is_money), "value"] *= 8.0
    assert_same(base, measured(replace(with_table(market, table), prices=market.prices * 8.0)))


def test_one_amount_alone_does_matter(market, base):
    table = market.releases.table.copy()
    table.loc[table["series"] == "WALCL", "value"] *= 8.0
    assert not base.level.equals(measured(with_table(market, table)).level)


@pytest.mark.parametrize("series", [name for name in READ if name in dictionary() and is_money(name)])
def test_the_unit_of_a_series_stands_in_the_dictionary_alone(market, base, monkeypatch, series):
    """A provider changes from millions to billions or back, and the dictionary's row with it."""
    spec = spec_of(series)
    other = "USD bn" if spec.unit != "USD bn" else "USD mn"
    factor = spec.to_usd_bn / replace(spec, unit=other).to_usd_bn
    rows = MappingProxyType({**dictionary(), spec.id: replace(spec, unit=other)})
    monkeypatch.setattr(series_dictionary, "dictionary", lambda: rows)
    table = market.releases.table.copy()
    table.loc[table["series"].str.startswith(series.removesuffix("*")), "value"] *= factor
    changed = measured(with_table(market, table))
    pd.testing.assert_frame_equal(base.indicators, changed.indicators, rtol=1e-6, atol=1e-9)
    pd.testing.assert_series_equal(base.level, changed.level, rtol=1e-6, atol=1e-9)


def test_saying_the_same_again_is_no_news(market, base):
    """Every figure is published once more, twelve hours later."""
    table = market.releases.table
    again = table.assign(released=table["released"] + pd.Timedelta(hours=12))
    end = table["released"].max()
    assert_same(base, measured(with_table(market, pd.concat([table, again[again["released"] <= end]]))))


def test_a_weekly_figure_told_for_every_day_says_the_same(market, base):
    table = market.releases.table
    weekly = table[table["series"].isin(["WRESBAL", "TOTBKCR"])]
    days = [weekly.assign(period=weekly["period"] + pd.Timedelta(days=day)) for day in range(1, 7)]
    assert_same(base, measured(with_table(market, pd.concat([table, *days]))))


def test_what_nobody_reads_may_be_there_or_not(market, base):
    """Series that no indicator reads, ids that the dictionary does not know, further assets."""
    table = market.releases.table
    unread = ["T10Y2Y", "BAMLH0A0HYM2", "BAMLC0A0CM", "DGS3MO", "issuance:bills", "treasury:account"]
    assert set(unread) <= set(market.releases.series)
    unknown = table[table["series"] == "DGS10"].assign(series="NOBODY")
    other = with_table(market, pd.concat([table[~table["series"].isin(unread)], unknown]))
    assert_same(base, measured(replace(other, prices=other.prices.assign(MORE=other.prices["SPY"]))))


@pytest.mark.parametrize("late_starters", [False, True])
def test_what_was_released_long_before_the_first_decision_changes_nothing(market, base, late_starters):
    """One figure of 1980 for every series; reverse repo alone begins after the first decision."""
    table = market.releases.table
    old = table.groupby("series", as_index=False).first()
    old = old[(old["series"] == "RRPONTSYD") == late_starters]
    old["period"], old["released"] = pd.Timestamp("1980-01-01"), pd.Timestamp("1985-01-01", tz="UTC")
    assert_same(base, measured(with_table(market, pd.concat([old, table]))))


def test_the_order_of_rows_and_columns_changes_nothing(market, base):
    shuffled = market.releases.table.sample(frac=1.0, random_state=0)
    assert_same(
        base, measured(replace(with_table(market, shuffled), prices=market.prices[market.prices.columns[::-1]]))
    )


@pytest.mark.parametrize("days_before_the_end", [1, 2, 3, 4, 5, 30])
def test_a_further_day_never_rewrites_the_past(market, base, days_before_the_end):
    now = pd.Timestamp(f"{market.sessions[-1 - days_before_the_end]:%Y-%m-%d} 22:00", tz="UTC")
    today = measured(market.known_at(now))
    assert now - today.decisions[-1] < pd.Timedelta(days=8)
    assert_same(base, today, until=today.decisions[-1])


def rows_of(table, series):
    ids = table["series"]
    return ids.str.startswith(series[:-1]) if series.endswith(":*") else ids == series


def lost_with(market, series):
    """Indicators that cannot be measured without `series`, and those that look at it too or that a stand-in feeds."""
    stand_ins = fallback_chain(series)[1:] if series in dictionary() and ":" not in series else ()
    readers = {entry.id for entry in PRESET if series in entry.series}
    fed = any(name in market.releases.series for name in stand_ins)
    return (set(), readers) if fed else (readers, FURTHER.get(series, set()))


@pytest.mark.parametrize("series", READ)
def test_without_any_one_series_the_rest_goes_on_and_the_reason_is_given(market, base, series):
    table = market.releases.table
    line = measured(with_table(market, table[~rows_of(table, series)]))
    lost, changed = lost_with(market, series)
    assert set(line.missing) == lost
    assert all(reason == f"{series} is not in the data" for reason in line.missing.values())
    assert line.indicators[sorted(lost)].isna().all().all()
    same = [name for name in line.indicators if name not in lost | changed]
    pd.testing.assert_frame_equal(line.indicators[same], base.indicators[same], check_exact=True)
    alive = {entry.block for entry in PRESET} & {name.partition(".")[0] for name in line.indicators if name not in lost}
    assert line.coverage.iloc[-1] == pytest.approx(len(alive) / 6)
    assert np.isfinite(line.level.iloc[-1])
    assert not line.held.iloc[-1]
    np.testing.assert_allclose(line.contributions.iloc[-1].sum(), line.level.iloc[-1])


@pytest.mark.parametrize("series", READ)
def test_a_series_that_stops_is_used_until_it_is_stale_and_then_named(market, base, series):
    table = market.releases.table
    gone = rows_of(table, series) & (table["released"] > SINCE)
    line = measured(with_table(market, table[~gone]))
    lost, _ = lost_with(market, series)
    last = table.loc[rows_of(table, series) & ~gone, "released"].max()
    assert_same(line, base, until=SINCE)
    assert set(line.missing) == lost
    assert all(reason == f"{series} is stale: last released {last:%Y-%m-%d}" for reason in line.missing.values())
    for name in lost:
        known = line.indicators[name].dropna().index
        assert SINCE - pd.Timedelta(days=7) < known[-1] <= last + spec_of(series).stale_after
    assert not line.held.iloc[-1]


def test_too_few_blocks_hold_the_regime_and_say_so(market, base):
    """Everything but prices and yields stops: two blocks are left, and the last regime is held."""
    table = market.releases.table
    kept = table["series"].isin(["DGS10", "DFII10", "THREEFYTP10", "VIXCLS"])
    line = measured(with_table(market, table[kept | (table["released"] <= SINCE)]))
    last = line.level.last_valid_index()
    assert line.held.loc[last:].iloc[1:].all()
    assert line.coverage.iloc[-1] == pytest.approx(2 / 6)
    assert (line.regime.loc[last:] == line.regime.loc[last]).all()


def test_without_any_series_the_study_is_refused_in_words(market):
    study = tg.Study.load("proxies")
    with pytest.raises(tg.ConfigError, match="too few blocks can be measured"):
        tg.decide(study, with_table(market, market.releases.table.iloc[:0]))


def test_the_sleeve_holds_crypto_so_that_its_later_bar_takes_part():
    assert any(is_crypto(asset) for asset in SLEEVES["speculative"])
