"""A known truth is recovered, a null world is not explained, and the sign of capex follows the stock of idle money."""

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tidegate.data.clock import decision_instants
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.releases import Releases
from tidegate.signals.config import BLOCKS, SignalConfig
from tidegate.signals.filings import capex_impulse
from tidegate.signals.indicators.capex import FORMS, by_funding_gap
from tidegate.signals.known import Known

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "recovery.md").read_text(encoding="utf-8")
RIVALS = [*BLOCKS, "moving average, same trigger", "moving average", "chance", "chance, best of twenty"]
WORLDS = 2


@pytest.fixture(scope="module")
def script():
    return SimpleNamespace(**runpy.run_path(str(DOCS / "recovery.py")))


@pytest.fixture(scope="module")
def figures(script):
    return script.figures(WORLDS)


def test_the_page_quotes_what_the_script_prints(script, figures):
    assert script.report(figures) in PAGE


def test_the_page_claims_of_twenty_worlds_what_its_table_says():
    few, many = (agreements(f"of {worlds} |") for worlds in (WORLDS, 20))
    assert list(few) == list(many) == ["fundamental", *RIVALS]
    assert max(many[name] for name in RIVALS) < 0.68
    assert "| waterline | 0.68 |" in PAGE
    assert many["fundamental"] == 0.68  # the tells add nothing in this world


def agreements(ending):
    """Agreement by reading, from the rows of the page that end so."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.endswith(ending)]
    return {row[0]: float(row[1]) for row in rows if len(row) > 4}


@pytest.mark.parametrize("measure", ["agreement", "kappa", "balanced"])
@pytest.mark.parametrize("rival", RIVALS)
def test_the_waterline_beats_every_single_block_and_the_naive_rivals(figures, rival, measure):
    mean = sum(world[measure] for world in figures.recovered) / WORLDS
    assert mean["waterline"] > mean[rival]


def test_its_level_ranks_the_truth_better_too(figures):
    mean = sum(world["rank"] for world in figures.recovered) / WORLDS
    assert mean["waterline"] > 0.6
    assert mean["waterline"] > mean[RIVALS[:-2]].max()


def test_changes_are_called_within_a_quarter(figures):
    for world in figures.recovered:
        assert 0 <= world["lag"]["waterline"] <= 13
        assert world["caught"]["waterline"] > 0.75


def test_the_timing_says_something_only_where_the_thesis_holds(figures):
    thesis, null = (np.array(worlds) for worlds in (figures.thesis, figures.null))
    assert (thesis[:, 1] > 2).all()
    assert (np.abs(null[:, 1]) > 2).sum() <= 1  # of six; more would happen once in thirty times
    assert abs(null[:, 0].mean()) < 0.1 < thesis[:, 0].mean()


TRUTH = np.array([0, 0, 1, 1, 1, -1, -1, 0, 0, 0])
CALLED = np.array([0, 0, 0, 1, 1, 1, -1, 1, 0, 0])


def test_overlap_by_hand(script):
    found = script.overlap(CALLED, TRUTH)
    assert found["agreement"] == 0.7
    expected = (5 * 5 + 4 * 3 + 1 * 2) / 100
    assert found["kappa"] == pytest.approx((0.7 - expected) / (1 - expected))
    assert found["balanced"] == pytest.approx((4 / 5 + 2 / 3 + 1 / 2) / 3)
    assert script.overlap(TRUTH, TRUTH) == {"agreement": 1.0, "kappa": 1.0, "balanced": 1.0}


def test_timing_by_hand(script):
    found = script.timing(CALLED, TRUTH)
    assert found["lag"] == 1.0  # one week, one week, one week
    assert found["caught"] == 1.0
    assert found["false flips"] == pytest.approx(script.DECISIONS_PER_DECADE / 10)  # the 1 at the eighth decision
    never = script.timing(np.zeros(10), TRUTH)
    assert (never["lag"], never["caught"], never["false flips"]) == (0.0, 1 / 3, 0.0)


def test_by_chance_agreement_is_what_the_shares_say(script):
    rng = np.random.default_rng(0)
    called, truth = (np.repeat(rng.choice([-1, 0, 1], 60), 10) for _ in range(2))
    found = script.by_chance(called, truth)
    assert found["chance"]["kappa"] == pytest.approx(0.0, abs=0.05)
    assert found["chance, best of twenty"]["agreement"] > found["chance"]["agreement"]


SHORT = {"first_session": "2012-01-03", "last_session": "2016-12-30"}
SLEEVES = {"speculative": ("CRM",), "near_cash_flow": ("MU",)}


def known(market, **capex):
    decisions = decision_instants(pd.Timestamp("2010-01-07"), market.sessions[-1])
    return Known(market, decisions, SLEEVES, SignalConfig(min_history_weeks=104, capex=capex))


@pytest.fixture(scope="module")
def economy():
    return make_economy(EconomyConfig(**SHORT))


def with_idle_money(market, share, trend):
    """The same market with reserves at `share` times what they were, and reverse repo that rises or falls."""
    table = market.releases.table.copy()
    reserves, repo = table["series"].isin(["WRESBAL", "WRBWFRBL"]), table["series"] == "RRPONTSYD"
    table.loc[reserves, "value"] *= share
    table.loc[repo, "value"] = np.linspace(1.0, 2.0, repo.sum())[::trend] ** 8 * 100
    return replace(market, releases=Releases(table))


@pytest.fixture(scope="module")
def ample(economy):
    return with_idle_money(economy, 3.2, 1)


@pytest.fixture(scope="module")
def exhausted(economy):
    return with_idle_money(economy, 0.3, -1)


@pytest.mark.parametrize("form", ["A", "B"])
def test_identical_capex_has_opposite_signs_with_and_without_idle_money(ample, exhausted, form):
    push = capex_impulse(known(ample))
    pd.testing.assert_series_equal(push, capex_impulse(known(exhausted)), check_exact=True)
    full, empty = (FORMS[form](known(market, form=form)).iloc[-104:] for market in (ample, exhausted))
    assert full.notna().all()
    assert (np.sign(full) == np.sign(push.iloc[-104:])).all()
    assert (np.sign(empty) == -np.sign(push.iloc[-104:])).all()


def test_beyond_the_idle_stock_more_capex_is_a_drain_and_within_it_nothing(ample, exhausted):
    """Form C: the last year brings twenty times the spending."""
    full, empty = (by_funding_gap(known(market)) for market in (ample, exhausted))
    more_full, more_empty = (by_funding_gap(known(spending_more(market))) for market in (ample, exhausted))
    assert np.isfinite(full.iloc[-1])
    pd.testing.assert_series_equal(more_full, full, check_exact=True)
    assert more_empty.iloc[-1] < empty.iloc[-1] - 0.02


def spending_more(market):
    table = market.releases.table.copy()
    late = table["series"].str.startswith("capex:") & (table["period"] > "2015-06-30")
    table.loc[late, "value"] *= 20.0
    return replace(market, releases=Releases(table))


@pytest.mark.parametrize("form", ["A", "B"])
def test_a_boom_stimulates_in_the_surplus_and_drains_after_it(form):
    """The economy's own episodes: capex rises in both, idle money in one of them."""
    said = {}
    for episode in ("surplus", "capex_boom"):
        at = known(make_economy(EconomyConfig(**SHORT, episode=episode)), form=form)
        assert capex_impulse(at).iloc[-26:].mean() > 0
        said[episode] = FORMS[form](at).iloc[-26:].mean()
    assert said["surplus"] > 0.2
    assert said["capex_boom"] < -0.2
