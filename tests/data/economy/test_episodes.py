"""Named episodes do what their names say, and nothing before they begin."""

import numpy as np
import pandas as pd
import pytest

from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.economy.episodes import Script, begins, script
from tidegate.data.economy.shocks import Shocks
from tidegate.data.economy.state import simulate_state

DAYS = pd.date_range("2000-01-01", "2024-12-31", unit="ns")
SEEDS = range(5)
TODAY = pd.Timestamp("2100-01-01", tz="UTC")
BEGIN = pd.Timestamp("2020-12-31")
SHORT = {"first_session": "2017-01-03"}


def state_of(seed, scripted):
    return simulate_state(DAYS, Shocks(seed, len(DAYS)), scripted)


def last_years(path, years=3):
    return path[-round(365.25 * years) :]


@pytest.fixture(scope="module")
def worlds():
    names = ("none", "surplus", "taper", "stress", "capex_boom")
    return {name: make_economy(EconomyConfig(episode=name, **SHORT)) for name in names}


def series(market, name):
    return market.releases.history(name, TODAY)


def change(market, name):
    """From the half-year before the episode to the last one: logarithm of the ratio."""
    path = series(market, name)
    return float(np.log(path.loc["2024-07":].mean() / path.loc["2020-07":"2020-12"].mean()))


def test_without_an_episode_nothing_is_pushed(worlds):
    assert worlds["none"].digest == make_economy(EconomyConfig(**SHORT)).digest
    calm = script("none", DAYS)
    assert not calm.pushes.any()
    assert not calm.strain.any()


@pytest.mark.parametrize("episode", ["surplus", "taper", "stress", "capex_boom"])
def test_nothing_changes_before_it_begins_and_the_provenance_names_it(worlds, episode):
    assert begins(DAYS[-1]) == BEGIN
    before = BEGIN.tz_localize("UTC")
    assert worlds[episode].known_at(before).digest == worlds["none"].known_at(before).digest
    assert worlds[episode].digest != worlds["none"].digest
    assert episode in worlds[episode].provenance.notes[0]
    assert "episode" not in worlds["none"].provenance.notes[0]


@pytest.mark.parametrize(
    ("episode", "slack", "sign"),
    [("surplus", (0.8, 1.0), 1), ("taper", (0.0, 0.3), -1), ("capex_boom", (0.0, 0.3), -1)],
)
def test_the_hidden_state_follows_the_script(episode, slack, sign):
    levels = []
    for seed in SEEDS:
        state, calm = state_of(seed, script(episode, DAYS)), state_of(seed, None)
        assert slack[0] < last_years(state.slack).mean() < slack[1]
        assert sign * last_years(state.liquidity - calm.liquidity).mean() > 0.3
        levels.append(last_years(state.liquidity).mean())
    assert sign * np.mean(levels) > 0.3


def test_surplus_eases_and_fills_the_pool(worlds):
    surplus, calm = worlds["surplus"], worlds["none"]
    assert change(surplus, "WRESBAL") > change(calm, "WRESBAL") + 0.1
    assert change(surplus, "RRPONTSYD") > change(calm, "RRPONTSYD") + 0.1
    assert series(surplus, "DFEDTARU").iloc[-1] < series(calm, "DFEDTARU").iloc[-1]


def test_taper_drains_reserves_and_the_balance_sheet(worlds):
    taper = worlds["taper"]
    assert change(taper, "WRESBAL") < -0.2
    assert change(taper, "WALCL") < change(taper, "GDP") - 0.15
    assert change(taper, "RRPONTSYD") < -1.0
    assert series(taper, "DFEDTARU").iloc[-1] > series(taper, "DFEDTARU").loc["2020-12-31"]


def test_stress_is_a_crisis_of_weeks(worlds):
    crisis = slice("2022-12-31", "2023-02-05")
    stress, calm = worlds["stress"], worlds["none"]
    pressure, usual = (series(world, "SOFR") - series(world, "IORB") for world in (stress, calm))
    assert pressure.loc[crisis].max() > 0.5 > usual.abs().max()
    assert pressure.loc["2023-03":].max() < 0.5
    for spread, rise in [("BAA10Y", 1.15), ("BAMLH0A0HYM2", 1.25), ("VIXCLS", 1.3)]:
        wider = series(stress, spread) / series(calm, spread)
        assert wider.loc[crisis].max() > rise
        assert wider.loc["2021":"2022-12-30"].max() < 1.001


def test_capex_surges_in_the_boom_while_reserves_are_scarce(worlds):
    boom, calm = worlds["capex_boom"], worlds["none"]
    growth = [series(world, "capex:MSFT").rolling(4).sum().pct_change(4).iloc[-4:].mean() for world in (boom, calm)]
    assert growth[0] > growth[1] + 0.2
    assert series(boom, "WRESBAL").iloc[-1] / 10 / series(boom, "TOTBKCR").iloc[-1] < 12.5
    scarce = [(world.true_regime.iloc[-250:] == "SCARCE").mean() for world in (boom, calm)]
    assert scarce[0] > scarce[1]


def test_the_same_capex_drains_an_empty_pool_and_stimulates_with_a_full_one():
    """One push on appetite, with the pool held low and high, policy left alone; the difference is what capex did."""
    appetite, pool = script("capex_boom", DAYS).pushes[:, 1], np.abs(script("capex_boom", DAYS).pushes[:, 2])
    calm = np.zeros(len(DAYS))
    for seed in SEEDS:
        effect, slack = {}, {}
        for side in (-1.0, 1.0):
            pair = [np.column_stack([calm, push, side * pool, calm]) for push in (appetite, calm)]
            boom, without = (state_of(seed, Script(pushes, calm)) for pushes in pair)
            effect[side] = last_years(boom.liquidity - without.liquidity).mean()
            slack[side] = last_years(boom.slack).mean()
            assert last_years(boom.capex_growth - without.capex_growth).mean() > 1
        assert slack[-1.0] < 0.3 < 0.6 < slack[1.0]
        assert effect[-1.0] < -0.05 < 0.05 < effect[1.0]
