"""The daily values of the members, for who asks for them."""

import pandas as pd
import pytest

import tidegate as tg
from tidegate.backtests.engine import backtest
from tidegate.decisions import decide
from tidegate.pipeline import tradable_prices

GRID = tg.Grid.of(
    {"parameters": {"clock.end": ["2015-12-31", "2016-06-30"], "signal.regime.scarce_enter": [-0.6, 5.0]}}
)


@pytest.fixture(scope="module")
def swept(study, market, tmp_path_factory):
    return tg.sweep(study, GRID, market, out=tmp_path_factory.mktemp("curves") / "out", curves=True, ledger=None)


def test_a_curve_is_what_the_study_alone_was_worth(swept, market):
    curves = swept.curves()
    ran = swept.ran["member"].tolist()
    assert ran == [0, 2]  # a threshold of 5 goes with no other
    for member in ran:
        alone = swept.plan.member(member)
        decisions = decide(alone, market)
        trades = decisions.trades(decisions.targets, alone.strategy)
        value = backtest("alone", trades, tradable_prices(alone, market), alone.costs, alone.execution).value
        drawn = curves[member].dropna()
        pd.testing.assert_index_equal(drawn.index, value.index, check_names=False, exact=False)
        assert drawn.to_numpy() == pytest.approx(value.to_numpy(), rel=1e-12)
    assert curves[[1, 3]].isna().all(axis=None)


def test_the_table_leaves_them_out(swept):
    assert not [name for name in swept.table.columns if name.startswith("curve")]


def test_without_being_asked_nothing_is_kept(study, market, tmp_path):
    plain = tg.sweep(study, GRID, market, out=tmp_path / "out", ledger=None)
    with pytest.raises(tg.ConfigError, match="--curves"):
        plain.curves()


def test_a_sweep_without_curves_is_another_one(swept, study, market):
    with pytest.raises(tg.ConfigError, match="another plan"):
        tg.sweep(study, GRID, market, out=swept.folder.path, ledger=None)
