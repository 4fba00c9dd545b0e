"""Nothing looks ahead: the future is cut, scrambled, deleted, and the past must not move by a bit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.data.clock import bars_known
from tidegate.data.releases import Releases
from tidegate.signals import waterline
from tidegate.signals.registry import Indicator

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


LEAKS = {
    "tomorrow's value": leaky("shifted", lambda known: known.value("VIXCLS").shift(-1)),
    "the whole sample's mean": leaky("demeaned", lambda known: known.value("VIXCLS") - known.value("VIXCLS").mean()),
    "the last vintage": leaky(
        "revised",
        lambda known: pd.Series(
            known.market.releases.history("GDP", pd.Timestamp("2030-01-01", tz="UTC"))
            .reindex(known.decisions.tz_convert(None).normalize(), method="ffill")
            .to_numpy(),
            index=known.decisions,
        ),
    ),
    "a bar that is not over": leaky(
        "early_crypto",
        lambda known: pd.Series(
            known.market.prices["BTC-USD"].reindex(known.decisions.tz_convert(None).normalize()).to_numpy(),
            index=known.decisions,
        ),
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_the_audit_catches_and_names_a_planted_leak(economy, essay, monkeypatch, name):
    planted = LEAKS[name]
    honest = waterline.chosen_indicators(essay.signal)
    monkeypatch.setattr(waterline, "chosen_indicators", lambda config: (*honest, planted))
    found = tg.audit(essay, economy, cuts=3)
    assert not found.passed
    assert planted.id in {finding.node for finding in found.findings}
    blamed = {finding.node for finding in found.findings} - {planted.id, "waterline", "regime", "weights"}
    assert blamed == set()


def test_a_cut_on_a_holiday_is_no_leak(economy, essay):
    """Thanksgiving is a Thursday without a session: the market that ends there still decides on it."""
    cut = pd.Timestamp("2013-11-28 22:00", tz="UTC")
    then = tg.decide(essay, economy.known_at(cut))
    assert then.regime.index[-1] == cut
    full = tg.decide(essay, economy)
    pd.testing.assert_series_equal(then.regime, full.regime.loc[:cut], check_freq=False)


def test_an_honest_study_passes(economy, essay):
    found = tg.audit(essay, economy, cuts=2)
    assert found.passed
    assert found.checks == 2 * 2 * 22
