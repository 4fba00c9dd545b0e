"""The whole of it on a small economy, against what a hand would do."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.backtests.bills import bill_returns
from tidegate.backtests.engine import backtest
from tidegate.backtests.lag import fill_sessions
from tidegate.backtests.performance import sharpe_ratio
from tidegate.causality.change import Change
from tidegate.causality.worlds import MarketWorld
from tidegate.data.clock import session_closes
from tidegate.pipeline import tradable_prices
from tidegate.walkforward.choice import train_of

from .conftest import CONFIG, GRID


def walk(study, grid, market, out, **config):
    return tg.walk_forward(study, tg.Grid.of(grid), market, config=tg.WalkConfig(**config), out=out, ledger=None)


def executed_alone(study, market):
    decisions = tg.decide(study, market)
    trades = decisions.trades(decisions.targets, study.strategy)
    return backtest("alone", trades, tradable_prices(study, market), study.costs, study.execution)


def by_hand(found, market, members):
    """Decisions of each window's member, by the date of their fills; unchanged targets are traded every fourth time."""
    study, sessions = found.plan.study, market.sessions
    assert (study.strategy.rebalance_on, study.strategy.rebalance_every) == (("change", "schedule"), 4)
    rows, before, since = {}, None, 0
    for member, (_, window) in zip(members, found.windows.iterrows(), strict=True):
        targets = tg.decide(found.plan.member(member), market).targets
        fills = fill_sessions(pd.DatetimeIndex(targets.index), sessions, lag=study.execution.lag)
        for decision, fill in zip(targets.index, fills, strict=True):
            if window["test_first"] <= fill <= window["test_last"]:
                now = targets.loc[decision]
                since += 1
                if before is None or before[0] != member or (now != before[1]).any() or since == 4:
                    rows[decision], since = now, 0
                before = (member, now)
    trades = pd.DataFrame(rows).T
    return backtest("hand", trades, tradable_prices(study, market), study.costs, study.execution)


def test_the_stitched_portfolio_is_what_a_hand_would_stitch(found, market):
    assert found.switches > 0
    hand = by_hand(found, market, found.windows["member"])

    pd.testing.assert_series_equal(found.portfolios["walk_forward"].value, hand.value, check_names=False)
    assert found.portfolios["walk_forward"].orders.equals(hand.orders)


def test_median_and_hindsight_are_their_members_on_the_same_sessions(found, market):
    for name, member in found.rivals.items():
        hand = by_hand(found, market, [member] * len(found.windows))
        pd.testing.assert_series_equal(found.portfolios[name].value, hand.value, check_names=False)
    assert len({portfolio.value.index[0] for portfolio in found.portfolios.values()}) == 1


def test_changing_members_is_paid_for(found):
    """Pasted returns of the members would have been free of it."""
    orders = found.portfolios["walk_forward"].orders
    switched = found.windows[found.windows["member"].diff().fillna(0) != 0]
    for first in switched["test_first"]:
        week = orders[(orders["session"] >= first) & (orders["session"] <= first + pd.Timedelta(days=8))]
        assert (week["fee_usd"] > 0).any()


def test_the_criterion_in_the_table_is_that_of_the_members_own_returns(found, market):
    window = found.windows.iloc[1]
    for member in (0, 4):
        portfolio = executed_alone(found.plan.member(member), market)
        bills = bill_returns(market.releases, pd.DatetimeIndex(portfolio.value.index))
        for name in ("train", "test"):
            rows = slice(window[f"{name}_first"], window[f"{name}_last"])
            expected = sharpe_ratio(portfolio.returns.loc[rows], bills.loc[rows])
            assert found.table.at[member, f"{name}:1"] == pytest.approx(expected, rel=1e-9)


def first_of_the_best(column):
    """Equal portfolios differ by rounding."""
    return int((column >= column.max() - 1e-10).idxmax())


def test_the_best_of_each_training_is_chosen(found):
    for window in found.windows.to_dict("records"):
        column = found.table[train_of(window["window"])]
        assert window["member"] == first_of_the_best(column)
        assert window["train"] == pytest.approx(column.max(), abs=1e-10)
        others = found.table[f"test:{window['window']}"].drop(window["member"]) - window["test"]
        assert window["beaten"] == pytest.approx(((others < -1e-10) + (others.abs() <= 1e-10) / 2).mean())


def test_the_mix_holds_the_presets_average_exposure(found, market):
    study = found.plan.study
    decisions = tg.decide(study, market)
    start = found.portfolios["preset"].value.index[0]
    fills = fill_sessions(pd.DatetimeIndex(decisions.targets.index), market.sessions, lag=1)
    exposure = decisions.exposures[fills >= start]["speculative"].mean()
    first = found.portfolios["constant_mix"].weights.iloc[0]
    reserve = 1 - 2 * max(study.costs.crypto.rate, study.costs.etf.rate, study.costs.equity.rate)
    held = first.reindex(list(study.sleeves.speculative.assets)).sum()
    assert held == pytest.approx(exposure * reserve, rel=2e-3)


def test_the_intervals_are_those_of_stitched_less_rival(found):
    for interval, rival in ((found.sharpe_difference, "preset"), (found.mix_difference, "constant_mix")):
        gap = found.performance["walk_forward"].sharpe - found.performance[rival].sharpe
        assert interval.value == pytest.approx(gap, abs=1e-9)
        assert interval.low < interval.value < interval.high
    summary = found.summary()
    assert summary["mix_difference"]["low"] == found.mix_difference.low
    assert summary["disjoint_trainings"] == found.disjoint


def test_trainings_that_share_no_session_are_counted(found):
    """A year each, begun every half a year: every other one."""
    assert found.disjoint == (len(found.windows) + 1) // 2
    anchored = replace(found, windows=found.windows.assign(train_first=found.windows["train_first"].iloc[0]))
    assert anchored.disjoint == 1


def test_a_path_is_the_returns_of_what_its_splits_chose(found, market):
    paths, scores = found.paths, found.table
    assert paths.members.tolist() == [first_of_the_best(scores[f"split:{k}"]) for k in range(10)]
    alone = {
        member: executed_alone(found.plan.member(member), market).returns for member in set(paths.members.tolist())
    }
    size = len(paths.returns) // 5
    splits = [(one, two) for one in range(5) for two in range(one + 1, 5)]  # the groups that each split tests
    for path in range(4):
        for group in range(5):
            split = [k for k, tested in enumerate(splits) if group in tested][path]
            rows = paths.returns.index[group * size : (group + 1) * size if group < 4 else None]
            expected = alone[paths.members[split]].loc[rows]
            got = paths.returns.loc[rows, f"path:{path}"]
            np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-15)


def test_a_choice_sees_nothing_after_its_training(found, small, market, tmp_path):
    """All that became public after a training's last close is scrambled, for a training in the middle."""
    last = 2
    at = pd.Timestamp(session_closes(pd.DatetimeIndex([found.windows["train_last"][last]]))[0])
    scrambled = MarketWorld(market).changed(Change("noise", at, seed=3)).data
    assert not scrambled.prices.equals(market.prices)

    other = walk(small, GRID, scrambled, tmp_path / "other", **CONFIG)

    for window in range(last + 1):
        name = train_of(window)
        np.testing.assert_array_equal(other.table[name], found.table[name])
    assert other.windows["member"][: last + 1].tolist() == found.windows["member"][: last + 1].tolist()
    assert not np.allclose(other.table[f"test:{last}"], found.table[f"test:{last}"])
    assert not np.allclose(other.table[train_of(last + 2)], found.table[train_of(last + 2)])


NEUTRAL = (
    "signal.regime.override=-100",
    "signal.regime.scarce_enter=-100",
    "signal.regime.abundant_enter=100",
)


def planted(market, returns):
    """The market with other prices of some assets, from daily returns by ticker."""
    prices = market.prices.copy()
    for ticker, each in returns.items():
        prices[ticker] = 50.0 * np.cumprod(1.0 + each)
    return replace(market, prices=prices)


def test_who_is_best_in_each_half_is_chosen_there(small, market, tmp_path):
    count = len(market.sessions)
    noise = np.random.default_rng(5).normal(0, 0.004, (2, count))
    half = np.where(np.arange(count) < count // 2, 0.002, -0.002)
    world = planted(market, {"IGV": noise[0] + half, "SMH": noise[1] - half})
    study = tg.Study.load(
        "proxies",
        [*NEUTRAL, "sleeves.speculative.assets=['IGV']", "sleeves.near_cash_flow.assets=['SMH']"],
    )

    found = walk(
        study, {"parameters": {"strategy.neutral_share": [0.0, 1.0]}}, world, tmp_path / "a", train=1, test=0.5
    )

    middle = market.sessions[count // 2]
    for window in found.windows.to_dict("records"):
        if window["train_last"] < middle:
            assert window["strategy.neutral_share"] == 1.0
        if window["train_first"] > middle:
            assert window["strategy.neutral_share"] == 0.0
    assert set(found.windows["strategy.neutral_share"]) == {0.0, 1.0}


def test_choosing_from_noise_promises_what_it_does_not_keep(small, market, tmp_path):
    names = ["IGV", "SMH", "SPY", "TLT", "QQQ", "ADBE", "CRM", "INTU", "MU", "STX"]
    draws = np.random.default_rng(11).normal(0.0003, 0.01, (len(names), len(market.sessions)))
    world = planted(market, dict(zip(names, draws, strict=True)))
    study = tg.Study.load(
        "proxies",
        [
            *NEUTRAL,
            "strategy.neutral_share=1.0",
            "sleeves.speculative.assets=['IGV']",
            "sleeves.near_cash_flow.assets=['BIL']",
        ],
    )
    grid = {"parameters": {"sleeves.speculative.assets": [[name] for name in names]}}

    found = walk(study, grid, world, tmp_path / "a", train=1, test=0.25)

    assert len(found.windows) >= 10
    assert found.decay.train > 1.0
    assert found.decay.train - found.decay.test > 1.0
    assert abs(found.decay.rank_correlation) < 0.2
    assert 0.25 < found.decay.beaten < 0.75


def test_the_rest_is_measured_once_and_goes_on_where_it_stopped(found, small, market, tmp_path):
    out = tmp_path / "part"
    grid, config = tg.Grid.of(GRID), tg.WalkConfig(**CONFIG)

    class Stop(tg.sweeps.Told):
        def progress(self, done, total):
            if done:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tg.walk_forward(small, grid, market, config=config, out=out, ledger=None, told=Stop())
    assert not (out / "summary.json").exists()

    again = tg.walk_forward(small, grid, market, config=config, out=out, ledger=None)

    for name in ("results.parquet", "windows.parquet", "returns.parquet", "paths.parquet", "summary.json"):
        assert (out / name).read_bytes() == (found.folder.path / name).read_bytes()
    assert again.summary() == found.summary()


def test_two_processes_come_to_the_same(found, small, market, tmp_path):
    out = tmp_path / "two"
    config = tg.WalkConfig(**CONFIG)
    tg.walk_forward(small, tg.Grid.of(GRID), market, config=config, out=out, ledger=None, workers=tg.Workers(jobs=2))
    assert (out / "results.parquet").read_bytes() == (found.folder.path / "results.parquet").read_bytes()


def test_another_configuration_does_not_mix_with_the_old_one(found, small, market):
    with pytest.raises(tg.ConfigError, match="walkforward of another plan"):
        walk(small, GRID, market, found.folder.path, **{**CONFIG, "purge": 8})


@pytest.mark.parametrize("key", ["costs.crypto.fee_bps", "execution.lag", "clock.start", "clock.end"])
def test_what_nobody_can_choose_is_refused(small, market, tmp_path, key):
    values = {"costs.crypto.fee_bps": [1, 2], "execution.lag": [1, 2]}.get(key, ["2011-01-03", "2012-01-03"])
    with pytest.raises(tg.ConfigError, match=f"nobody can choose.*{key}"):
        walk(small, {"parameters": {key: values}}, market, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_members_that_differ_in_clock_names_and_leverage_are_stitched(small, market, tmp_path):
    grid = {
        "parameters": {"clock.decision": ["weekly", "daily"], "strategy.kind": ["toggle", "spread"]},
        "linked": {"names": {"sleeves.speculative.assets": [["IGV"], ["QQQ", "IGV"]]}},
    }
    found = walk(small, grid, market, tmp_path / "a", train=1, test=0.5, criterion="growth")

    assert np.isfinite(found.performance["walk_forward"].sharpe)
    assert len({portfolio.value.index[0] for portfolio in found.portfolios.values()}) == 1
    assert (tmp_path / "a/walkforward.html").is_file()


def test_every_member_is_a_trial(small, market, tmp_path):
    ledger = tg.Ledger(tmp_path / "ledger.sqlite")
    grid = tg.Grid.of({"parameters": {"strategy.neutral_share": [0.2, 0.5, 0.8]}})
    config = tg.WalkConfig(train=1, test=1)
    found = tg.walk_forward(small, grid, market, config=config, out=tmp_path / "a", ledger=ledger)

    trials = ledger.trials(kind="walkforward")
    assert set(trials["config_hash"]) == set(found.table["config_hash"])
