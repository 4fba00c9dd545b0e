"""A decision taken apart: by hand, as properties of any table, and over every decision of an economy."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tidegate.data import load_market
from tidegate.errors import ConfigError
from tidegate.signals import RegimeConfig, SignalConfig, Waterline, measure_waterline
from tidegate.signals.composite import block_means, compose
from tidegate.signals.explain import explain
from tidegate.signals.flip import pending, thresholds
from tidegate.signals.regimes.schmitt import schmitt_trigger

FOUR = {"water": 1.0, "price": 1.0, "credit": 1.0, "tells": 1.0}
NAN = float("nan")
HAIR = 1e-6


def config(weights=FOUR, *, dwell=1, **changes):
    return SignalConfig(block_weights=weights, regime=RegimeConfig(min_dwell=dwell), **changes)


def table(columns):
    rows = len(next(iter(columns.values())))
    index = pd.date_range("2024-01-04 22:00", periods=rows, freq="7D", tz="UTC", name="decision")
    return pd.DataFrame(columns, index=index, dtype=float)


def measured(indicators, chosen, missing=None):
    """The waterline of a table of standardised indicators, through the composite and the trigger."""
    level, contributions, coverage = compose(indicators, chosen, min_count=2)
    return Waterline(
        level=level.rename("waterline"),
        fundamental=compose(indicators, chosen, min_count=2, without="tells").level,
        regime=schmitt_trigger(level, chosen.regime),
        coverage=coverage,
        slack=pd.Series(NAN, index=indicators.index),
        blocks=block_means(indicators),
        raw=10.0 * indicators,
        indicators=indicators,
        contributions=contributions,
        held=level.isna(),
        missing=missing or {},
    )


# Composites 0.5, -0.5, 1.5; their expanding standard deviations are sqrt(0.5) at the second row and 1 at the third.
BY_HAND = table(
    {
        "water.a": [0.5, -0.5, 3.0],
        "price.c": [0.5, -0.5, 2.0],
        "credit.d": [0.5, -0.5, 1.0],
        "tells.e": [0.5, -0.5, 0.0],
    }
)


def test_contributions_and_changes_by_hand():
    told = explain(measured(BY_HAND, config()), config())
    before = -0.125 / np.sqrt(0.5)
    assert told.level == pytest.approx(1.5)
    assert told.change == pytest.approx(1.5 - 4 * before)
    assert told.previous == BY_HAND.index[1]
    assert told.indicators["contribution"].tolist() == pytest.approx([0.75, 0.5, 0.25, 0.0])
    assert told.indicators["change"].tolist() == pytest.approx([0.75 - before, 0.5 - before, 0.25 - before, -before])
    assert told.indicators["raw"].tolist() == [30.0, 20.0, 10.0, 0.0]
    assert told.indicators["standardised"].tolist() == [3.0, 2.0, 1.0, 0.0]
    assert told.blocks.index.tolist() == ["water", "price", "credit", "tells"]
    assert (told.entered, told.left, dict(told.missing), told.note) == ((), (), {}, "")


def test_the_regime_its_age_and_what_ends_it_by_hand():
    told = explain(measured(BY_HAND, config()), config())
    assert (told.regime, told.flipped_from, told.since) == ("ABUNDANT", "SCARCE", BY_HAND.index[2])
    assert (told.decisions_in_force, told.dwell_left, told.pending) == (1, 0, None)
    assert [(each.regime, each.level, each.upwards, each.waits) for each in told.thresholds] == [
        ("NEUTRAL", 0.2, False, 0),
        ("SCARCE", -0.5, False, 0),
    ]
    assert [each.distance for each in told.thresholds] == pytest.approx([-1.3, -2.0])


def test_the_single_indicator_that_would_flip_it_by_hand():
    """Each counts a quarter: 1.3 down to 0.2 is 5.2 of one of them, and only water.a has that room above -3."""
    told = explain(measured(BY_HAND, config()), config())
    assert [(flip.indicator, flip.regime, flip.waits) for flip in told.single_flips] == [("water.a", "NEUTRAL", 0)]
    assert (told.single_flips[0].standardised, told.single_flips[0].needed) == (3.0, pytest.approx(-2.2))


def test_none_alone_is_an_answer():
    narrow = config(winsor=2.1)
    assert explain(measured(BY_HAND, narrow), narrow).single_flips == ()


def test_the_dwell_holds_back_what_the_level_calls_for():
    told = explain(measured(BY_HAND, config(dwell=4)), config(dwell=4))
    assert (told.regime, told.flipped_from, told.since) == ("SCARCE", None, BY_HAND.index[1])
    assert (told.decisions_in_force, told.dwell_left, told.pending) == (2, 2, "ABUNDANT")
    assert [(each.regime, each.level, each.waits) for each in told.thresholds] == [
        ("ABUNDANT", 0.5, 2),
        ("NEUTRAL", -0.2, 2),
    ]
    assert told.single_flips == ()  # it flips by itself


def lines(level, regime, waits, **changes):
    return [(each.regime, each.level, each.waits) for each in thresholds(level, regime, waits, RegimeConfig(**changes))]


@pytest.mark.parametrize(
    ("level", "regime", "waits", "expected"),
    [
        (0.1, "NEUTRAL", 0, [("ABUNDANT", 0.5, 0), ("SCARCE", -0.5, 0)]),
        (-0.1, "NEUTRAL", 1, [("SCARCE", -0.5, 1), ("ABUNDANT", 0.5, 1), ("SCARCE", -1.5, 0)]),
        (0.9, "ABUNDANT", 3, [("NEUTRAL", 0.2, 3), ("SCARCE", -0.5, 3), ("SCARCE", -1.5, 0)]),
        (-0.6, "SCARCE", 0, [("NEUTRAL", -0.2, 0), ("ABUNDANT", 0.5, 0)]),
        (-0.6, "SCARCE", 3, [("NEUTRAL", -0.2, 3), ("ABUNDANT", 0.5, 3)]),  # no override out of SCARCE
    ],
)
def test_thresholds_of_each_regime(level, regime, waits, expected):
    assert lines(level, regime, waits) == expected


def test_where_neutral_has_no_room_it_does_not_begin():
    assert lines(1.0, "ABUNDANT", 0, scarce_enter=0.1, scarce_leave=0.1, abundant_leave=0.1) == [("SCARCE", 0.1, 0)]
    assert lines(-1.0, "SCARCE", 0, scarce_leave=0.5, abundant_leave=0.5) == [("ABUNDANT", 0.5, 0)]


def test_pending_is_the_regime_that_the_level_has_reached_last():
    assert pending(thresholds(0.1, "ABUNDANT", 2, RegimeConfig())) == "NEUTRAL"
    assert pending(thresholds(-0.6, "ABUNDANT", 2, RegimeConfig())) == "SCARCE"
    for level, regime in ((0.2, "ABUNDANT"), (0.5, "NEUTRAL"), (-0.5, "NEUTRAL"), (-0.2, "SCARCE")):
        assert pending(thresholds(level, regime, 2, RegimeConfig())) is None  # the threshold itself does not flip


def test_what_is_missing_and_what_entered_or_left():
    gaps = BY_HAND.copy()
    gaps.loc[gaps.index[1], "price.c"] = NAN
    gaps.loc[gaps.index[2], "credit.d"] = NAN
    told = explain(measured(gaps, config(), {"credit.d": "BAA10Y is stale"}), config())
    assert (told.entered, told.left) == (("price.c",), ("credit.d",))
    assert dict(told.missing) == {"credit.d": "BAA10Y is stale"}
    assert told.indicators["contribution"]["credit.d"] == 0.0
    assert np.isnan(told.indicators["standardised"]["credit.d"])
    assert "credit.d" not in {flip.indicator for flip in told.single_flips}
    assert told.indicators["change"].sum() == pytest.approx(told.change, abs=1e-12)


def test_an_earlier_decision_knows_what_was_missing_but_not_the_reasons_of_today():
    gaps = BY_HAND.copy()
    gaps.loc[gaps.index[1], "price.c"] = NAN
    told = explain(measured(gaps, config(), {"price.c": "today's reason"}), config(), gaps.index[1])
    assert dict(told.missing) == {"price.c": "no value at this decision"}
    assert np.isnan(told.change)  # the first row has no level


def test_a_held_regime_is_said_to_be_held():
    gaps = BY_HAND.copy()
    gaps.loc[gaps.index[2], ["water.a", "price.c"]] = NAN
    told = explain(measured(gaps, config()), config())
    assert (told.regime, told.decisions_in_force) == ("SCARCE", 2)
    assert np.isnan(told.level)
    assert np.isnan(told.change)
    assert told.indicators["contribution"].isna().all()
    assert (told.thresholds, told.single_flips, told.pending) == ((), (), None)
    assert told.note == "Too little is measured (50% of the weight): SCARCE is held."


def test_a_block_without_weight_contributes_nothing():
    heavy = {**FOUR, "tells": 0.0}
    told = explain(measured(BY_HAND, config(heavy)), config(heavy))
    assert told.indicators["contribution"]["tells.e"] == 0.0
    assert told.indicators["contribution"].sum() == pytest.approx(told.level, abs=1e-12)


@pytest.mark.parametrize("classifier", ["jump", "markov", "moving_average"])
def test_another_classifier_has_no_thresholds_and_says_so(classifier):
    told = explain(measured(BY_HAND, config()), config(classifier=classifier))
    assert (told.classifier, told.thresholds, told.single_flips, told.dwell_left) == (classifier, (), (), None)
    assert f"'{classifier}' has no thresholds on the waterline" in told.note
    assert told.indicators["contribution"].sum() == pytest.approx(told.level, abs=1e-12)


@pytest.mark.parametrize("moment", ["2024-01-05", "2024-01-04 22:00", "1999-01-01"])
def test_only_a_decision_with_a_regime_can_be_explained(moment):
    with pytest.raises(ConfigError, match=r"calls no regime there; received '.*'; expected one of its decisions from"):
        explain(measured(BY_HAND, config()), config(), pd.Timestamp(moment, tz="UTC"))


def test_a_waterline_without_any_regime_cannot_be_explained():
    with pytest.raises(ConfigError, match="expected a called regime"):
        explain(measured(BY_HAND.iloc[:1], config()), config())


def test_plain_data_survive_json():
    told = explain(measured(BY_HAND, config()), config(), BY_HAND.index[1])
    plain = told.as_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["decision"] == "2024-01-11T22:00:00+00:00"
    assert plain["change"] is None
    assert plain["indicators"]["water.a"] == {
        "unit": "",
        "raw": -5.0,
        "standardised": -0.5,
        "contribution": pytest.approx(-0.125 / np.sqrt(0.5)),
        "change": None,
    }
    assert plain["thresholds"][0].keys() == {"regime", "level", "distance", "upwards", "waits"}
    assert set(plain) == set(vars(told)) - {"units"}


COLUMNS = ("water.a", "water.b", "plumbing.c", "drain.d", "price.e", "credit.f", "tells.g", "tells.h")
GRID = st.integers(-30, 30).map(lambda number: number / 10)
THRESHOLDS = st.lists(st.integers(-30, 30), min_size=5, max_size=5).map(sorted)
NAMES = ("override", "scarce_enter", "scarce_leave", "abundant_leave", "abundant_enter")


@st.composite
def worlds(draw):
    rows = draw(st.integers(3, 12))
    value = GRID | st.just(NAN) if draw(st.booleans()) else GRID
    columns = {name: draw(st.lists(value, min_size=rows, max_size=rows)) for name in COLUMNS}
    levels = dict(zip(NAMES, (number / 20 for number in draw(THRESHOLDS)), strict=True))
    regime = RegimeConfig(min_dwell=draw(st.integers(1, 5)), **levels)
    weights = {"water": draw(st.sampled_from([0.5, 1.0])), "tells": draw(st.sampled_from([0.0, 1.0, 2.0]))}
    return table(columns), SignalConfig(
        block_weights={"plumbing": 1.0, "drain": 1.0, "price": 1.0, "credit": 1.0, **weights}, regime=regime
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(world=worlds())
def test_parts_sum_and_the_named_indicator_flips_in_any_world(world):
    indicators, chosen = world
    line = measured(indicators, chosen)
    assume(line.regime.notna().any() and not (line.level.abs() > 50).any())
    for decision in line.regime.dropna().index:
        told = explain(line, chosen, decision)
        sums_to_its_level(told)
        moves = [abs(flip.needed - flip.standardised) for flip in told.single_flips]
        assert moves == sorted(moves)
        for flip in told.single_flips[:3]:
            flips_there_and_not_before(line, chosen, told, flip)


def sums_to_its_level(told):
    if np.isnan(told.level):
        return
    assert told.indicators["contribution"].sum() == pytest.approx(told.level, abs=1e-12)
    assert told.blocks["contribution"].sum() == pytest.approx(told.level, abs=1e-12)
    if not np.isnan(told.change):
        assert told.indicators["change"].sum() == pytest.approx(told.change, abs=1e-12)
        assert told.blocks["change"].sum() == pytest.approx(told.change, abs=1e-12)


def flips_there_and_not_before(line, chosen, told, flip):
    way = np.sign(flip.needed - flip.standardised)
    assert abs(flip.needed) < chosen.winsor
    assert regimes_after(line, chosen, told, flip, flip.needed + way * HAIR)[-1] == flip.regime
    if flip.waits:
        assert set(regimes_after(line, chosen, told, flip, flip.needed + way * HAIR)[:-1]) == {told.regime}
    assert regimes_after(line, chosen, told, flip, flip.needed - way * HAIR)[-1] != flip.regime


def regimes_after(line, chosen, told, flip, value):
    """Regimes of the next decisions, up to the first that may flip, were one indicator to stand at `value`."""
    row = line.decisions.get_loc(told.decision)
    moved = line.indicators.iloc[: row + 1].copy()
    moved.loc[told.decision, flip.indicator] = value
    level = compose(moved, chosen, min_count=2).level.iloc[-1]
    held = level * spread(moved, chosen) / spread(line.indicators.iloc[: row + 1], chosen)
    ahead = pd.Series([*line.level.iloc[: row + 1], *[held] * (flip.waits + 1)])
    return schmitt_trigger(ahead, chosen.regime).iloc[row + 1 :].tolist()


def spread(indicators, chosen):
    """Standard deviation of the composite, by a slow loop."""
    composites = []
    for _, row in indicators.iterrows():
        means, weights = [], []
        for block, weight in chosen.block_weights.items():
            inside = [value for name, value in row.items() if name.startswith(block) and not np.isnan(value)]
            if inside and weight:
                means.append(np.mean(inside))
                weights.append(weight)
        enough = len(means) >= chosen.min_blocks and sum(weights) / sum(chosen.block_weights.values()) >= 0.6
        if enough:
            composites.append(np.average(means, weights=weights))
    return np.std(composites, ddof=1)


def test_every_decision_of_an_economy_adds_up_and_foretells_the_next():
    """Each decision's thresholds, met by the level of the next decision, give the regime of the next decision."""
    sleeves = {"speculative": ("BTC-USD", "IGV"), "near_cash_flow": ("SMH", "BIL")}
    line = measure_waterline(load_market("synthetic"), sleeves, SignalConfig())
    told = [explain(line, SignalConfig(), decision) for decision in line.regime.dropna().index]
    for each in told:
        sums_to_its_level(each)
    assert {each.regime for each in told} == {"ABUNDANT", "NEUTRAL", "SCARCE"}
    assert sum(not np.isnan(each.change) for each in told) > 500
    assert sum(each.flipped_from is not None for each in told) > 10
    assert len({each.since for each in told}) == sum(each.decisions_in_force == 1 for each in told)
    assert [following.regime for following in told[1:]] == [
        foretold(now, following.level) for now, following in pairwise(told)
    ]
    assert (told[-1].units["tells.vix"], told[-1].units["water.net_liquidity_impulse"]) == ("points", "% of GDP")


def foretold(told, level):
    """The regime of the next decision by the thresholds of this one."""
    crossed = [each for each in told.thresholds if not each.waits and beyond(each, level)]
    return min(crossed, key=lambda each: abs(each.level - level)).regime if crossed else told.regime


def beyond(threshold, level):
    return level > threshold.level if threshold.upwards else level < threshold.level
