"""A study computed with the memory of another gives what it gives alone: every parameter, one by one."""

import sys
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tidegate.backtests.bills import bill_accruals
from tidegate.backtests.lag import fill_rows
from tidegate.backtests.performance import Performance
from tidegate.decisions import exposed, sleeve_shares
from tidegate.errors import TidegateError
from tidegate.gates import pass_gates
from tidegate.pipeline import tradable_prices
from tidegate.signals.composite import compose
from tidegate.signals.regimes.registry import chosen_classifier
from tidegate.signals.waterline import measured, standardised
from tidegate.strategies.rebalance import traded_rows
from tidegate.study import Study
from tidegate.sweeps.batch import measure_batch
from tidegate.sweeps.graph import StudyGraph
from tidegate.sweeps.memo import Memory
from tidegate.sweeps.orders import orders_of

from ..every_parameter import EVERY, SWITCHED, another, changed
from .small import SMALL, alone

BASE = Study.load("proxies", SMALL)
LATE_HISTORY = {"signal.min_history_weeks": 340, "signal.rolling_weeks": 340}
SWITCHES = {  # what is read only under these, beside `SWITCHED`
    "sleeves.speculative.cap": {"sleeves.speculative.weighting": "inverse_volatility"},
    "sleeves.near_cash_flow.cap": {"sleeves.near_cash_flow.weighting": "momentum"},
    "sleeves.speculative.weights": {
        "sleeves.speculative.weighting": "fixed",
        "sleeves.speculative.weights": {"BTC-USD": 1.0, "IGV": 3.0},
    },
    "sleeves.near_cash_flow.weights": {
        "sleeves.near_cash_flow.weighting": "fixed",
        "sleeves.near_cash_flow.weights": {"SMH": 1.0, "BIL": 3.0},
    },
    "signal.jump.refit_weeks": {"signal.classifier": "jump"},
    "signal.jump.horizon_weeks": {"signal.classifier": "jump"},
    "signal.markov.min_weeks": {"signal.classifier": "markov"},
    "signal.moving_average.weeks": {"signal.classifier": "moving_average"},
    "strategy.tilt.centre": {"strategy.kind": "tilt"},
    "strategy.trend.sessions": {"strategy.kind": "trend"},
    "strategy.max_gross": {"strategy.kind": "spread"},
    "strategy.vol_target.volatility": {"strategy.wrap": ("vol_target",)},
    "strategy.vol_target.lookback": {"strategy.wrap": ("vol_target",)},
    "strategy.drawdown_brake.limit": {"strategy.wrap": ("drawdown_brake",)},
    "strategy.drawdown_brake.release": {"strategy.wrap": ("drawdown_brake",)},
    "strategy.no_trade_band": {"strategy.rebalance_on": ("schedule", "drift")},
    "costs.bills.borrow_bps": {"strategy.kind": "spread"},
    "signal.min_coverage": LATE_HISTORY,
    "signal.min_blocks": LATE_HISTORY,
    "strategy.idle": {"strategy.bills": "SHV", "strategy.wrap": ("vol_target",)},
    "strategy.bills": {"strategy.idle": "bills", "strategy.wrap": ("vol_target",)},
    "strategy.empty_sleeve": {  # listed in October 2012
        "strategy.empty_sleeve": "wait",
        "strategy.bills": "SHV",
        "strategy.min_sessions": 500,
        "sleeves.speculative.assets": ("WDAY",),
    },
}
VALUES = {  # where another value must not be merely other, but matter on this market, and be possible
    "sleeves.speculative.weights": {"BTC-USD": 3.0, "IGV": 1.0},
    "sleeves.near_cash_flow.weights": {"SMH": 3.0, "BIL": 1.0},
    "sleeves.speculative.weighting": "inverse_volatility",
    "sleeves.near_cash_flow.weighting": "momentum",
    "sleeves.speculative.cap": 0.6,
    "sleeves.near_cash_flow.cap": 0.6,
    "sleeves.speculative.lookback": 20,
    "sleeves.near_cash_flow.lookback": 20,
    "strategy.bills": "SHV",
    "strategy.min_sessions": 500,
    "strategy.min_prices": 500,
    "strategy.max_gross": 0.8,
    "signal.block_weights": {"water": 2.0, "plumbing": 1.0, "drain": 1.0, "price": 1.0, "credit": 1.0},
    "signal.min_coverage": 0.97,
    "signal.min_blocks": 6,
    "signal.winsor": 1.0,
    "signal.rolling_weeks": 170,
    "signal.composite_min_weeks": 250,
    "signal.history_start": date(2010, 1, 1),
}
KINDS = {  # switches by themselves, and pairs that meet in one node
    "jump": {"signal.classifier": "jump"},
    "markov": {"signal.classifier": "markov"},
    "moving average": {"signal.classifier": "moving_average"},
    "capex B": {"signal.capex.form": "B"},
    "capex C": {"signal.capex.form": "C"},
    "tilt": {"strategy.kind": "tilt"},
    "trend": {"strategy.kind": "trend"},
    "short": {"strategy.kind": "spread"},
    "short trend of daily decisions": {"strategy.kind": "spread", "clock.decision": "daily"},
    "daily": {"clock.decision": "daily"},
    "daily moving average": {"clock.decision": "daily", "signal.classifier": "moving_average"},
    "bills idle": {"strategy.idle": "bills", "strategy.wrap": ("vol_target",)},
    "bills idle and in a sleeve": {"strategy.idle": "bills", "strategy.bills": "BIL"},
    "bills in a sleeve by another ticker": {"strategy.idle": "bills", "strategy.bills": "SHV"},
    "empty sleeve": {"strategy.empty_sleeve": "bills", "strategy.min_sessions": 500},
    "two wrappers": {"strategy.wrap": ("vol_target", "drawdown_brake")},
    "two wrappers the other way round": {"strategy.wrap": ("drawdown_brake", "vol_target")},
    "other assets": {"sleeves.speculative.assets": ("BTC-USD", "ETH-USD", "CRM")},
    "assets the other way round": {"sleeves.speculative.assets": ("IGV", "BTC-USD")},
    "drift alone": {"strategy.rebalance_on": ("drift",)},
    "late fills": {"execution.lag": 5},
    "ends early": {"clock.end": date(2015, 6, 1)},
}


@pytest.fixture(scope="module")
def warm(market):
    """Memory that has seen the small study under a switch; one for each switch."""

    memories = {}

    def warmed(base):
        if base.config_hash not in memories:
            memory = Memory()
            before = measure_batch([base], market, memory).table.iloc[0]
            assert not before["refused"]
            memories[base.config_hash] = memory, before
        return memories[base.config_hash]

    return warmed


def agree(study, market, memory):
    """Whether the sweep with this memory gives what the study gives alone; the sweep's row."""
    single = alone(study, market)
    row = measure_batch([study], market, memory).table.iloc[0]
    assert row["config_hash"] == study.config_hash
    if isinstance(single, str):
        assert row["refused"] == single
        return row
    assert not row["refused"]
    orders = orders_of(StudyGraph(study, market, memory)).value
    np.testing.assert_array_equal(orders.rows, single.rows)
    np.testing.assert_array_equal(orders.weights, single.weights)
    for name, value in single.figures.items():
        assert row[name] == pytest.approx(value, rel=1e-10, abs=1e-10, nan_ok=True), name
    return row


@pytest.mark.parametrize(("key", "value"), EVERY, ids=[key for key, _ in EVERY])
def test_a_changed_parameter_reaches_every_node_that_reads_it(key, value, market, warm):
    switch = SWITCHES.get(key) or SWITCHED.get(key, {})
    base = changed(BASE, switch)
    memory, before = warm(base)
    study = changed(base, {key: VALUES.get(key, another(key, value))})
    if study.config_hash == base.config_hash:  # nothing reads it: what `test_study_hash` shows
        after = measure_batch([study], market, memory).table.iloc[0]
        assert after.equals(before)
    else:
        agree(study, market, memory)


@pytest.mark.parametrize("switch", KINDS.values(), ids=KINDS)
def test_a_switch_reaches_every_node_that_reads_it(switch, market, warm):
    memory, before = warm(BASE)
    after = agree(changed(BASE, switch), market, memory)
    assert after["config_hash"] != before["config_hash"]


@pytest.mark.parametrize(
    "switch",
    [{"clock.end": date(2015, 6, 1)}, {"clock.start": date(2014, 6, 2)}, {"signal.history_start": date(2010, 1, 1)}],
    ids=lambda switch: next(iter(switch)),
)
def test_less_time_leaves_nothing_behind_for_more(switch, market, warm):
    memory, before = warm(changed(BASE, switch))
    assert agree(BASE, market, memory)["final_value"] != before["final_value"]


def test_a_delisted_asset_is_given_back_at_each_members_own_price(study, market):
    prices = market.prices.copy()
    prices.loc["2013-08-01":, "IGV"] = np.nan
    broken = replace(market, prices=prices)
    memory, losses = Memory(), (0.0, -0.5, -0.3)
    rows = [agree(changed(study, {"execution.delisting_return": loss}), broken, memory) for loss in losses]
    assert len({row["final_value"] for row in rows}) == 3


def calls_of(functions, work):
    """How often functions are entered while `work` is done."""
    found, names = Counter(), {each.__code__: each.__name__ for each in functions}

    def tracer(frame, event, _):
        if event == "call" and frame.f_code in names:
            found[names[frame.f_code]] += 1

    sys.setprofile(tracer)
    try:
        work()
    finally:
        sys.setprofile(None)
    return dict(found)


CALL = chosen_classifier(BASE.signal).fit_predict_online.__func__
WORK = [  # what the nodes do, from the gates to the fills
    pass_gates,
    measured,
    standardised,
    compose,
    CALL,
    sleeve_shares,
    exposed,
    tradable_prices,
    bill_accruals,
    fill_rows,
    traded_rows,
]
FROM_LEVEL = {"compose": 1, CALL.__name__: 1, "exposed": 1, "traded_rows": 1}


@pytest.mark.parametrize(
    ("changes", "anew"),
    [
        ([{"costs.crypto.fee_bps": float(fee)} for fee in range(5)], {"traded_rows": 5}),
        ([{"execution.lag": lag} for lag in (2, 3)], {"fill_rows": 2, "traded_rows": 2}),
        ([{"strategy.neutral_share": share} for share in (0.3, 0.4)], {"exposed": 2, "traded_rows": 2}),
        (
            [{"signal.regime.min_dwell": dwell} for dwell in (13, 26)],
            {CALL.__name__: 2, "exposed": 2, "traded_rows": 2},
        ),
        ([{"signal.regime.min_dwell": dwell} for dwell in (3, 5)], {CALL.__name__: 2}),  # which call what 4 calls
        ([{"sleeves.speculative.lookback": 20}], {"sleeve_shares": 1, "traded_rows": 1}),
        ([{"signal.composite_min_weeks": 60}], FROM_LEVEL),
        ([{"signal.rolling_weeks": 200}], {"standardised": 1, **FROM_LEVEL}),
        ([{"signal.change_weeks": 12}], {"measured": 1, "standardised": 1, **FROM_LEVEL}),
        (
            [{"execution.delisting_return": -0.1}],
            {"tradable_prices": 1, "bill_accruals": 1, "fill_rows": 1, "traded_rows": 1},
        ),
    ],
    ids=lambda each: next(iter(each[0])) if isinstance(each, list) else "",
)
def test_what_does_not_depend_on_a_parameter_is_not_computed_again(changes, anew, market):
    memory = Memory()
    measure_batch([BASE], market, memory)
    studies = [changed(BASE, each) for each in changes]
    assert calls_of(WORK, lambda: measure_batch(studies * 2, market, memory)) == anew


def test_a_study_is_computed_once(market):
    assert calls_of(WORK, lambda: measure_batch([BASE] * 3, market, Memory())) == {each.__name__: 1 for each in WORK}


ABSENT = {"strategy.bills": "NOPE"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"sleeves.speculative.assets": ("IGV", "NOPE")}),
        ({}, {"sleeves.near_cash_flow.assets": ("SMH", "NOPE")}),
        ({"strategy.idle": "bills"}, {"strategy.idle": "bills", **ABSENT}),
        (ABSENT, {"strategy.idle": "bills", **ABSENT}),
        (ABSENT, {"strategy.empty_sleeve": "bills", **ABSENT}),
    ],
)
def test_the_gates_are_passed_again_where_other_tickers_are_held(before, after, market):
    memory = Memory()
    assert measure_batch([changed(BASE, before)], market, memory).table["refused"][0] == ""
    assert "received 'NOPE'" in agree(changed(BASE, after), market, memory)["refused"]


def test_an_indicator_of_the_users_may_read_every_parameter_of_the_signal(tmp_path, market):
    (tmp_path / "mine.py").write_text(INDICATOR)
    own = changed(BASE, {"signal.modules": (str(tmp_path / "mine.py"),)})
    memory = Memory()
    rows = [agree(changed(own, {"signal.moving_average.weeks": weeks}), market, memory) for weeks in (40, 90)]
    assert rows[0]["final_value"] != rows[1]["final_value"]


INDICATOR = '''
import numpy as np
import pandas as pd
from tidegate.signals import indicator

@indicator("water", source="mine", standardisation="none")
def mine(known):
    """A wave whose length is a parameter of something else.

    Information set: the calendar.
    """
    return known.row(4.0 * np.sin(np.arange(len(known.index)) / known.config.moving_average.weeks))
'''


def test_a_refusal_is_told_again_and_leaves_the_others_alone(market):
    memory = Memory()
    broken = changed(BASE, {"sleeves.speculative.assets": ("IGVV",)})
    table = measure_batch([broken, BASE, broken, TidegateError("crossed")], market, memory).table
    assert "IGVV" in table["refused"][0]
    assert table["refused"][0] == table["refused"][2]
    assert table["refused"][3] == "crossed."
    assert table["refused"][1] == ""
    assert np.isnan(table.loc[[0, 2, 3], list(Performance.__annotations__)].to_numpy(dtype=float)).all()


def test_members_that_send_the_same_orders_get_the_same_figures_each_in_its_place(market):
    changes = [{"signal.regime.min_dwell": dwell} for dwell in (13, 3, 26, 5, 13)]
    changes += [{"execution.delisting_return": -0.1}, {"clock.end": date(2015, 6, 1)}, {}]
    studies = [changed(BASE, each) for each in changes]
    together = measure_batch(studies, market, Memory(), curves=True)
    for place, study in enumerate(studies):
        single = measure_batch([study], market, Memory(), curves=True)
        pd.testing.assert_frame_equal(together.table.iloc[[place]].reset_index(drop=True), single.table)
        np.testing.assert_array_equal(together.months[place], single.months[0])
    assert together.table["final_value"].nunique() == 4
    assert together.table["config_hash"].nunique() == 7


def test_the_same_orders_with_other_capital_are_other_figures(market):
    studies = [changed(BASE, {"execution.capital_usd": usd}) for usd in (1e5, 2e5)]
    small, large = measure_batch(studies, market, Memory()).table["final_value"]
    assert large == pytest.approx(2 * small, rel=1e-12)


def test_orders_that_wait_for_a_price_are_not_taken_for_those_that_may_not(market):
    graph = StudyGraph(BASE, market, Memory())
    prices = market.prices.copy()
    prices.iloc[orders_of(graph).value.rows[5], prices.columns.get_loc("IGV")] = np.nan
    broken, memory = replace(market, prices=prices), Memory()
    rows = [agree(changed(BASE, {"execution.missing_fill": what}), broken, memory) for what in ("defer", "error")]
    assert rows[0]["refused"] == ""
    assert rows[1]["refused"].startswith("No price of IGV on the fill session")
