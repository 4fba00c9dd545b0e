"""The start of the data, the vintages and the lag: by hand, and on a small economy."""

import itertools

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tests.worlds import market_of, random_prices, release_rows
from tidegate.backtests.evidence import annual_sharpe
from tidegate.causality.sensitivity import LAGS, _traded, by_start, by_vintage_and_lag, lag_check, latest_vintage, since
from tidegate.data.economy import EconomyConfig, make_economy

TWO = ("2020-01-01", "2020-02-01")


def small_market():
    """Two periods of X, the first revised twice, and one of Y; six releases."""
    x = release_rows(
        "X",
        ["2020-01-01", "2020-01-01", "2020-01-01", "2020-02-01", "2020-02-01"],
        ["2020-02-10", "2020-03-10", "2020-05-10", "2020-03-10", "2020-04-10"],
        [1.0, 2.0, 3.0, 10.0, 11.0],
    )
    y = release_rows("Y", ["2020-01-01"], ["2020-01-15"], [7.0])
    prices = random_prices("2020-01-02", "2020-05-29", ("QQQ",))
    return market_of(prices, pd.concat([x, y], ignore_index=True), pseudo_pit=("Y",))


def test_the_latest_vintage_is_known_when_the_first_one_was():
    market = small_market()
    careless = latest_vintage(market)
    table = careless.releases.table
    assert table["series"].tolist() == ["X", "X", "Y"]
    assert table["period"].dt.strftime("%Y-%m-%d").tolist() == ["2020-01-01", "2020-02-01", "2020-01-01"]
    assert table["released"].dt.strftime("%Y-%m-%d").tolist() == ["2020-02-10", "2020-03-10", "2020-01-15"]
    assert table["value"].tolist() == [3.0, 11.0, 7.0]
    assert careless.releases.pseudo_pit == {"Y"}
    assert careless.prices is market.prices
    assert len(market.releases.table) == 6


def test_a_market_that_begins_later():
    later = since(small_market(), pd.Timestamp("2020-03-10"))
    assert later.sessions[0] == pd.Timestamp("2020-03-10")
    assert later.releases.table["value"].tolist() == [2.0, 3.0, 10.0, 11.0]  # what came out on the day itself is in
    assert later.releases.pseudo_pit == {"Y"}


def test_where_the_data_begin(study):
    market = make_economy(EconomyConfig(first_session="2008-01-02", last_session="2015-12-31"))
    decisions = tg.decide(study, market)
    table = by_start(study, market, decisions)
    first = market.sessions[0]
    assert table.index.tolist() == [first + pd.DateOffset(years=years) for years in (0, 1, 2, 5)]
    last = decisions.regime.index[-1]
    whole = table.iloc[0]
    assert (whole["waterline"], whole["regime"], whole["agreement"]) == (
        decisions.waterline.level[last],
        decisions.regime[last],
        1.0,
    )
    later = tg.decide(study, since(market, first + pd.DateOffset(years=1)))
    both = later.regime.index.intersection(decisions.regime.index)
    assert table["waterline"].iloc[1] == later.waterline.level[last]
    assert table["agreement"].iloc[1] == np.mean([later.regime[each] == decisions.regime[each] for each in both])
    assert table.iloc[:3].notna().all(axis=None)
    assert table.iloc[3].isna().all()  # too short for a regime


def test_data_that_end_before_a_later_start(study, market, decisions):
    table = by_start(study, market, decisions)
    assert table.index[3] > market.sessions[-1]
    assert table.iloc[3].isna().all()
    assert table.iloc[0].notna().all()


def targets(*days):
    index = pd.DatetimeIndex([pd.Timestamp(f"{day} 17:00", tz="America/New_York") for day in days]).tz_convert("UTC")
    weights = np.arange(1.0, len(days) + 1) / 10
    return pd.DataFrame({"QQQ": weights, "SPY": 1.0 - weights}, index=pd.DatetimeIndex(index, name="decision"))


@pytest.mark.parametrize(
    ("sessions", "filled"),
    [
        (0, ["2019-11-21", "2019-11-27", "2019-12-05"]),  # Thanksgiving: the last close before it was on Wednesday
        (1, ["2019-11-22", "2019-11-29", "2019-12-06"]),
        (2, ["2019-11-25", "2019-12-02", "2019-12-09"]),
        (5, ["2019-11-29", "2019-12-05", "2019-12-12"]),
    ],
)
def test_which_close_fills_at_each_lag(study, sessions, filled):
    market = market_of(random_prices("2019-11-01", "2019-12-20", ("QQQ", "SPY")))
    decided = targets("2019-11-21", "2019-11-28", "2019-12-05")
    schedule = _traded(study, market, decided, sessions)
    assert schedule.index.strftime("%Y-%m-%d").tolist() == filled
    np.testing.assert_array_equal(schedule.to_numpy(), decided.to_numpy())


def returns(*parts):
    return pd.Series(np.concatenate(parts))


def test_a_strategy_that_knew_the_day_collapses():
    """At once it earns every move, a session later none of them."""
    moves = np.random.default_rng(0).normal(0.0, 0.01, 1000)
    told = lag_check(returns(np.abs(moves)), returns(np.sign(np.roll(moves, 1)) * moves))
    assert (told.node, told.check, told.verdict, told.comparisons) == ("fill", "execution lag", "smell", len(LAGS))
    assert told.expected == annual_sharpe(np.abs(moves))
    assert told.found < told.expected / 2
    assert "one session later" in told.note


def test_a_strategy_that_did_not_passes():
    """The same trend, a session later: a slow forecast loses next to nothing."""
    moves = np.random.default_rng(1).normal(0.001, 0.01, 1000)
    told = lag_check(returns(moves), returns(np.roll(moves, 1)))
    assert (told.verdict, told.note) == ("pass", "")


def test_half_of_the_sharpe_ratio_left_is_no_collapse_however_clear():
    noise = np.random.default_rng(2).normal(0.0, 1e-4, 1000)
    base = np.random.default_rng(3).normal(0.0, 0.01, 1000)
    base -= base.mean()
    at_once, later = base + 0.002, base + 0.0011 + noise
    assert lag_check(returns(at_once), returns(later)).verdict == "pass"
    assert lag_check(returns(at_once), returns(later - 0.0004)).verdict == "smell"


def test_a_collapse_that_chance_may_have_made_is_none():
    rng = np.random.default_rng(4)
    at_once, later = rng.normal(0.0, 0.01, (2, 250))
    at_once += 0.0008 - at_once.mean()
    later -= later.mean()
    assert lag_check(returns(at_once), returns(later)).verdict == "pass"


def test_the_tables_of_an_honest_study(study, market, decisions):
    tables, check = by_vintage_and_lag(study, market, decisions)
    lag, vintages = tables["lag"], tables["vintages"]
    assert lag.index.tolist() == list(LAGS)
    assert vintages.index.tolist() == ["true", "latest"]
    assert vintages.loc["true", "sharpe"] == pytest.approx(lag.loc[1, "sharpe"])  # the study's own lag
    path = decisions.regime.tolist()
    assert vintages.loc["true", "flips"] == sum(one != other for one, other in itertools.pairwise(path))
    assert (check.expected, check.found) == (lag.loc[0, "sharpe"], lag.loc[1, "sharpe"])
    assert check.verdict == "pass"
    assert np.isfinite(lag["sharpe"]).all()


def test_latest_vintages_are_told_as_a_careless_user_would_have_them(market):
    near = "override=-3.0, scarce_enter=-0.3, scarce_leave=-0.3, abundant_leave=0.3, abundant_enter=0.3, min_dwell=1"
    restless = [f"signal.regime={{{near}}}", "signal.block_weights={water=1.0, drain=1.0, price=1.0}"]
    study = tg.Study.load("proxies", ["clock.start=2014-01-01", *restless])
    decided, late = tg.decide(study, market), latest_vintage(market)
    told = by_vintage_and_lag(study, market, decided)[0]["vintages"]
    careless = by_vintage_and_lag(study, late, tg.decide(study, late))[0]["vintages"]
    assert told.loc["latest"].tolist() == pytest.approx(careless.loc["true"].tolist())
    assert (told.loc["latest"] != told.loc["true"]).all()


def test_a_study_that_trades_on_what_the_close_did_smells(market):
    """Daily, all in what rose most today: at today's close it owned it, at tomorrow's it does not know."""
    study = tg.Study.load("proxies", ["clock.start=2014-01-01", "clock.decision=daily"])
    decided = tg.decide(study, market)
    assets = list(decided.targets.columns)
    prices = market.prices[assets]
    days = pd.DatetimeIndex(decided.targets.index.tz_convert("America/New_York").tz_localize(None).normalize())
    following = prices.pct_change(fill_method=None).shift(-1).reindex(days).fillna(0.0).to_numpy()
    winners = np.eye(len(assets))[following.argmax(axis=1)]
    omniscient = pd.DataFrame(winners, index=decided.targets.index, columns=assets)
    _, check = by_vintage_and_lag(study, market, type(decided)(**{**vars(decided), "targets": omniscient}))
    assert check.verdict == "smell"
    assert check.found < check.expected / 2
