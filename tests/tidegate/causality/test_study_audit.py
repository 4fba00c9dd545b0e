"""Studies do not look ahead: under other futures that the audit did not make, and in the eyes of the audit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tests.tidegate.causality import gallery
from tidegate.causality import study_subject
from tidegate.causality.change import CUT, Change
from tidegate.causality.plan import Trial
from tidegate.causality.subjects import Case, subject_of
from tidegate.causality.trials import evaluate
from tidegate.causality.worlds import world_of
from tidegate.data.clock import bars_known
from tidegate.data.releases import Releases
from tidegate.signals import waterline
from tidegate.signals.registry import Indicator, all_indicators

CUTS = ("2011-03-10", "2016-07-21", "2020-03-19", "2024-10-03")


def at_decision(day):
    return pd.Timestamp(f"{day} 17:00", tz="America/New_York").tz_convert("UTC")


def noise(market, cut):
    table = market.releases.table.copy()
    late = (table["released"] > cut).to_numpy()
    table.loc[late, "value"] = np.random.default_rng(1).normal(0, 1e6, late.sum())
    return table


def deletion(market, cut):
    return market.releases.table[market.releases.table["released"] <= cut]


def forgery(market, cut):
    """Every old period gets a new, wild vintage just after the cut."""
    table = market.releases.table
    forged = table[table["released"] <= cut].drop_duplicates(["series", "period"])
    return pd.concat(
        [deletion(market, cut), forged.assign(released=cut + pd.Timedelta(1, "ns"), value=forged["value"] * -7)]
    )


def other_future(market, cut, releases):
    prices = market.prices.copy()
    rng = np.random.default_rng(2)
    for asset in prices:
        late = np.asarray(bars_known(market.sessions, crypto=asset.endswith("-USD")) > cut)
        prices.loc[late, asset] = rng.uniform(1, 1000, late.sum())
    return replace(market, prices=prices, releases=Releases(releases(market, cut)))


@pytest.mark.parametrize("study", ["essay", "proxies", "long_history"])
@pytest.mark.parametrize("releases", [noise, deletion, forgery])
def test_the_past_is_bit_identical_under_any_future(economy, study, releases):
    study = tg.Study.load(study)
    full = tg.decide(study, economy)
    for day in CUTS:
        cut = at_decision(day)
        other = tg.decide(study, other_future(economy, cut, releases))
        pd.testing.assert_frame_equal(
            full.waterline.frame().loc[:cut], other.waterline.frame().loc[:cut], check_exact=True
        )
        pd.testing.assert_frame_equal(full.targets.loc[:cut], other.targets.loc[:cut], check_exact=True)


def test_the_scramble_does_change_the_future(economy, essay):
    cut = at_decision(CUTS[1])
    other = tg.decide(essay, other_future(economy, cut, noise))
    full = tg.decide(essay, economy)
    assert not full.waterline.level.loc[cut:].equals(other.waterline.level.loc[cut:])


def test_deciding_day_by_day_gives_the_same_weights(economy, essay):
    """The paper path: at each cut only what was public then exists."""
    full = tg.decide(essay, economy)
    for day in CUTS:
        cut = at_decision(day)
        today = tg.decide(essay, economy.known_at(cut)).targets
        assert today.index[-1] == cut
        pd.testing.assert_series_equal(today.iloc[-1], full.targets.loc[cut], check_exact=True)


def leaky(name, measure):
    return Indicator(name, "water", measure, 1, "expanding", (), "a planted leak")


def last_vintage(known):
    history = known.market.releases.history("GDP", pd.Timestamp("2030-01-01", tz="UTC"))
    return known.row(history.reindex(known.decisions.tz_convert(None).normalize(), method="ffill").to_numpy())


def early_bar(known):
    days = known.decisions.tz_convert(None).normalize()
    return known.row(known.market.prices["BTC-USD"].reindex(days).to_numpy())


LEAKS = {
    "the last vintage": ("GDP", last_vintage),
    "a bar that is not over": ("price:BTC-USD", early_bar),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_leaky_indicator_is_the_only_one_blamed(monkeypatch, name):
    study, (series, measure) = gallery.study(), LEAKS[name]
    chosen = (*waterline.chosen_indicators(study.signal), leaky("planted", measure))
    for module in (waterline, study_subject):
        monkeypatch.setattr(module, "chosen_indicators", lambda config: chosen)
    found = tg.audit(study, gallery.economy(), depth="quick", cuts=3)
    assert {(row.node, row.series) for row in found.leaks} == {("indicator:water.planted", (series,))}
    follows = {row.node for row in found.rows if row.verdict == "follows"}
    assert follows <= {"standardised:water.planted", "composite", "classifier", "strategy", "weights", "fill", "paper"}


def test_what_has_no_true_vintages_is_missing_for_whoever_asks():
    """One decision alone, NFCI of a single late vintage is as missing as in the whole run: no leak, and no number."""
    flagged = Releases(gallery.economy().releases.table, frozenset({"NFCI"}))
    world = world_of(replace(gallery.economy(), releases=flagged))
    node, entry = "indicator:credit.financial_conditions", indicator_of("credit.financial_conditions")
    for subject in map(subject_of, (gallery.study(), entry)):
        case = Case(subject, world, subject.nodes(world))
        outcome = evaluate(Trial("one decision alone", Change(CUT, case.decisions[-2])), case)
        assert (outcome.refused, outcome.moved) == ("", [])
        assert node in outcome.compared
        assert case.reference[node].table.isna().all(axis=None)


def indicator_of(name):
    return next(entry for entry in all_indicators() if entry.id == name)


def test_a_cut_on_a_holiday_is_no_leak(economy, essay):
    """Thanksgiving is a Thursday without a session: the market that ends there still decides on it."""
    cut = pd.Timestamp("2013-11-28 22:00", tz="UTC")
    then = tg.decide(essay, economy.known_at(cut))
    assert then.regime.index[-1] == cut
    full = tg.decide(essay, economy)
    pd.testing.assert_series_equal(then.regime, full.regime.loc[:cut], check_freq=False)


@pytest.mark.parametrize("name", ["essay", "proxies", "long_history"])
def test_a_shipped_study_passes_at_every_node(economy, name):
    study = tg.Study.load(name)
    found = tg.audit(study, economy, depth="quick", cuts=2)
    assert found.leaks == ()
    assert found.smells == ()
    assert found.refused == ()
    checked = {row.node.split(":")[0] for row in found.rows if row.verdict == "pass"}
    parts = ("source", "indicator", "standardised", "composite", "classifier", "strategy", "weights", "fill", "paper")
    assert checked == set(parts)
    timed = {row.node.split(":")[0] for row in found.rows if row.check == "knowledge time"}
    assert timed == {"source", "fill"}  # a quick audit does not measure every indicator once more
    counted = {row.node: row.comparisons for row in found.rows if row.check == "prefix invariance"}
    assert all(counted[node] == 2 for node in counted if not node.startswith("source:"))  # a series may begin later
