"""Worlds: the same past with another future, for markets and for frames of a user's own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import market_of, random_prices, release_rows
from tidegate.causality.change import CUT, SCRAMBLES, Change
from tidegate.causality.worlds import FrameWorld, MarketWorld, world_of
from tidegate.data.clock import bars_known
from tidegate.data.releases import Releases
from tidegate.errors import ConfigError

ASSETS = ("QQQ", "SPY", "BTC-USD")
DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2020-01-01")
CUT_AT = pd.Timestamp("2020-01-16 22:00", tz="UTC")  # Thursday, 17:00 New York
KINDS = pytest.mark.parametrize("kind", SCRAMBLES)
FRAME_KINDS = tuple(kind for kind in SCRAMBLES if kind != "revise")
ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 20), st.integers(-5, 5)), max_size=20, unique_by=lambda row: row[:2]
)


def instants(days):
    return (START + pd.to_timedelta(np.array(days, dtype=float), unit="D")).tz_localize("UTC")


def rows_of(series, rows):
    periods, released, values = np.array(rows, dtype=float).reshape(-1, 3).T
    dated = instants(released).tz_localize(None)
    return release_rows(series, START + pd.to_timedelta(periods, unit="D"), dated, values)


def releases():
    return pd.concat(
        [
            rows_of("DFF", [(day, day + 1, 1.0 + day) for day in range(30)]),
            rows_of("GDP", [(0, 5, 10.0), (0, 20, 11.0), (3, 12, 20.0), (3, 25, 21.0)]),
        ],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def market():
    prices = random_prices("2020-01-02", "2020-01-31", ASSETS, listed={"SPY": 5})
    return market_of(prices, releases(), pseudo_pit=("DFF",))


def public_bars(market, asset, at):
    return np.asarray(bars_known(market.sessions, crypto=asset.endswith("-USD")) <= at)


def assert_same_answers(one, other, times):
    for series in {*one.series, *other.series}:
        for limit in (None, pd.DatetimeIndex([START + 2 * DAY] * len(times))):
            left, right = one.as_of(series, times, limit), other.as_of(series, times, limit)
            np.testing.assert_array_equal(left.value, right.value)
            assert left.period.equals(right.period)
            assert left.released.equals(right.released)


@KINDS
@settings(max_examples=40, deadline=None)
@given(rows=ROWS, others=ROWS, at=st.integers(0, 20), seed=st.integers(0, 5))
def test_no_scramble_changes_what_was_released_by_the_cut(kind, rows, others, at, seed):
    table = pd.concat([rows_of("X", rows), rows_of("A", others)], ignore_index=True)
    world = MarketWorld(market_of(random_prices("2020-01-02", "2020-01-31", ("QQQ",)), table))
    cut = instants([at])[0]
    other = world.changed(Change(kind, cut, seed)).data.releases
    assert_same_answers(world.data.releases, other, instants(range(at + 1)))
    pd.testing.assert_frame_equal(world.data.releases.known_at(cut).table, other.known_at(cut).table)


@KINDS
def test_what_is_released_after_the_cut_does_change(market, kind):
    other = MarketWorld(market).changed(Change(kind, CUT_AT)).data.releases
    assert not other.table.equals(market.releases.table)
    assert other.pseudo_pit == {"DFF"}


@pytest.mark.parametrize("kind", [CUT, *FRAME_KINDS])
def test_bars_that_were_known_are_bit_identical(market, kind):
    new = MarketWorld(market).changed(Change(kind, CUT_AT, 2)).data
    for asset in ASSETS:
        known = public_bars(market, asset, CUT_AT)
        past = market.prices.loc[known, asset].to_numpy()
        assert new.prices[asset].to_numpy()[: known.sum()].tobytes() == past.tobytes()


@KINDS
def test_bars_after_the_cut_do_change(market, kind):
    new = MarketWorld(market).changed(Change(kind, CUT_AT, 1)).data.prices
    late = ~public_bars(market, "QQQ", CUT_AT)
    assert not new.loc[late].equals(market.prices.loc[late])


def test_the_crypto_bar_of_the_day_is_not_over_at_a_decision(market):
    day = pd.Timestamp("2020-01-16")
    new = MarketWorld(market).changed(Change("delete", CUT_AT)).data.prices
    assert np.isfinite(new.loc[day, "QQQ"])
    assert np.isnan(new.loc[day, "BTC-USD"])
    assert np.isfinite(new.loc[day - DAY, "BTC-USD"])


def test_adjusted_closes_are_adjusted_anew_and_a_coin_is_not(market):
    """A later dividend doubles or halves the whole column of a fund; nothing ever adjusts a coin."""
    new = MarketWorld(market).changed(Change("revise", CUT_AT, 1)).data.prices
    pd.testing.assert_series_equal(new["BTC-USD"], market.prices["BTC-USD"], check_exact=True)
    for fund in ("QQQ", "SPY"):
        assert set((new[fund] / market.prices[fund]).dropna()) <= {0.25, 0.5, 2.0, 4.0}
        pd.testing.assert_series_equal(
            new[fund].pct_change(fill_method=None), market.prices[fund].pct_change(fill_method=None), check_exact=True
        )


def test_every_past_period_gets_one_more_vintage_just_after_the_cut(market):
    new = MarketWorld(market).changed(Change("revise", CUT_AT)).data.releases.table
    added = new[new["released"] == CUT_AT + pd.Timedelta(1, "ns")]
    public = market.releases.table[market.releases.table["released"] <= CUT_AT]
    assert set(zip(added["series"], added["period"], strict=True)) == set(
        zip(public["series"], public["period"], strict=True)
    )
    assert len(new) == len(market.releases.table) + len(added)


def test_a_duplicate_says_the_same_first_and_something_else_a_moment_later(market):
    line = MarketWorld(market).changed(Change("duplicate", CUT_AT)).data.releases
    late = market.releases.table.query("released > @CUT_AT and series == 'GDP'")
    for row in late.itertuples():
        times = pd.DatetimeIndex([row.released, row.released + pd.Timedelta(1, "ns")])
        told = line.as_of("GDP", times, pd.DatetimeIndex([row.period] * 2))
        assert told.value[0] == row.value
        assert told.value[1] != row.value


@KINDS
@pytest.mark.parametrize("only", ["DFF", "GDP", "price:QQQ", "price:BTC-USD"])
def test_only_the_named_series_moves(market, kind, only):
    new = MarketWorld(market).changed(Change(kind, CUT_AT, 1, (only,))).data
    moved = {f"price:{asset}" for asset in ASSETS if not new.prices[asset].equals(market.prices[asset])} | {
        series
        for series in market.releases.series
        if not new.releases.table.query("series == @series")
        .reset_index(drop=True)
        .equals(market.releases.table.query("series == @series").reset_index(drop=True))
    }
    assert moved == (set() if (kind, only) == ("revise", "price:BTC-USD") else {only})


@KINDS
def test_seeded(market, kind):
    first, again, other = (MarketWorld(market).changed(Change(kind, CUT_AT, seed)).data.digest for seed in (1, 1, 2))
    assert first == again
    assert (other != first) == (kind not in {"sign", "delete"})  # which have no chance in them


@KINDS
def test_the_market_that_was_given_stays_as_it_was(market, kind):
    before = replace(market, prices=market.prices.copy(), releases=Releases(market.releases.table.copy())).digest
    MarketWorld(market).changed(Change(kind, CUT_AT))
    assert replace(market, releases=Releases(market.releases.table)).digest == before


def test_prices_stay_positive(market):
    for kind in SCRAMBLES:
        new = MarketWorld(market).changed(Change(kind, CUT_AT, 5)).data.prices.to_numpy()
        assert (new[~np.isnan(new)] > 0).all()


def test_a_cut_is_what_was_known_then(market):
    cut = MarketWorld(market).changed(Change(CUT, CUT_AT)).data
    assert cut.digest == market.known_at(CUT_AT).digest
    assert cut.sessions[-1] == pd.Timestamp("2020-01-16")
    assert cut.releases.table["released"].max() <= CUT_AT


def test_the_series_of_a_market(market):
    assert MarketWorld(market).series == ("DFF", "GDP", "price:QQQ", "price:SPY", "price:BTC-USD")


def new_york(*times):
    return pd.DatetimeIndex([pd.Timestamp(time, tz="America/New_York") for time in times]).tz_convert("UTC").tolist()


def test_a_naive_day_is_known_at_its_close():
    market = market_of(random_prices("2019-11-25", "2019-12-06", ("QQQ",)))
    index = pd.DatetimeIndex(["2019-11-27", "2019-11-28", "2019-11-29", "2019-11-30", "2019-12-02 09:00", "2025-01-03"])
    assert MarketWorld(market).known_by(index).tolist() == new_york(
        "2019-11-27 16:00",
        "2019-11-28 16:00",  # Thanksgiving
        "2019-11-29 13:00",  # the half day after it
        "2019-11-30 16:00",  # a Saturday
        "2019-12-02 16:00",  # an hour of a naive label means its day
        "2025-01-03 16:00",  # no session of this market
    )


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_the_close_does_not_depend_on_the_resolution_of_the_labels(unit):
    market = market_of(random_prices("2019-07-01", "2019-07-05", ("QQQ",)))
    index = pd.DatetimeIndex(["2019-07-03", "2019-07-05"]).as_unit(unit)
    assert MarketWorld(market).known_by(index).tolist() == new_york("2019-07-03 13:00", "2019-07-05 16:00")


@pytest.mark.parametrize("world", [MarketWorld, FrameWorld])
def test_an_instant_is_known_at_itself(world):
    data = random_prices("2020-01-02", "2020-01-31", ("QQQ",))
    index = pd.DatetimeIndex(["2020-01-16 17:00"]).tz_localize("America/New_York")
    known = world(market_of(data) if world is MarketWorld else data).known_by(index)
    assert known.tolist() == [CUT_AT]
    assert str(known.tz) == "UTC"


def frame():
    rng = np.random.default_rng(0)
    index = pd.date_range("2020-01-01", periods=40, freq="D")
    return pd.DataFrame(
        {"level": rng.lognormal(size=40), "signed": rng.normal(size=40), "gone": np.nan, "count": np.arange(40)}, index
    )


AT_ROW = 24
FRAME_CUT = pd.Timestamp("2020-01-25", tz="UTC")


@pytest.mark.parametrize("kind", FRAME_KINDS)
def test_rows_of_a_frame_are_known_at_their_labels(kind):
    data = frame()
    new = FrameWorld(data).changed(Change(kind, FRAME_CUT, 1)).data
    kept = slice(0, AT_ROW + 1)
    np.testing.assert_array_equal(new.iloc[kept].to_numpy(float), data.iloc[kept].to_numpy(float))
    for column in ("level", "signed", "count"):
        assert not np.array_equal(new[column].iloc[AT_ROW + 1 :], data[column].iloc[AT_ROW + 1 :])
    assert (new["level"].dropna() > 0).all()
    pd.testing.assert_frame_equal(data, frame())


def test_a_cut_frame_ends():
    pd.testing.assert_frame_equal(
        FrameWorld(frame()).changed(Change(CUT, FRAME_CUT)).data, frame().iloc[: AT_ROW + 1], check_freq=False
    )


@pytest.mark.parametrize("kind", FRAME_KINDS)
def test_only_the_named_column_of_a_frame_moves(kind):
    new = FrameWorld(frame()).changed(Change(kind, FRAME_CUT, 3, ("signed",))).data
    assert not new["signed"].equals(frame()["signed"])
    pd.testing.assert_frame_equal(new.drop(columns="signed"), frame().drop(columns="signed"))


@pytest.mark.parametrize("kind", FRAME_KINDS)
def test_words_and_switches_become_other_words_and_switches(kind):
    words = pd.Series(["boom", "bust"] * 20, index=frame().index)
    data = pd.DataFrame({"regime": words, "switch": words == "boom", "kind": words.astype("category")})
    new = FrameWorld(data).changed(Change(kind, FRAME_CUT)).data
    assert new.dtypes.equals(data.dtypes)
    pd.testing.assert_frame_equal(new.iloc[: AT_ROW + 1], data.iloc[: AT_ROW + 1], check_freq=False)
    for column in data:
        assert not new[column].equals(data[column])
        assert set(new[column]) <= set(data[column])


@pytest.mark.parametrize("kind", [CUT, *FRAME_KINDS])
def test_a_series_stays_a_series(kind):
    data = frame()["level"]
    new = FrameWorld(data).changed(Change(kind, FRAME_CUT)).data
    assert isinstance(new, pd.Series)
    assert new.name == "level"
    assert new.iloc[: AT_ROW + 1].tolist() == data.iloc[: AT_ROW + 1].tolist()


def test_two_columns_of_one_name_are_told_apart_by_nobody_but_both_move():
    data = frame()[["level", "level"]]
    new = FrameWorld(data).changed(Change("noise", FRAME_CUT, 0, ("level",))).data
    assert (new.iloc[AT_ROW + 1 :].to_numpy() != data.iloc[AT_ROW + 1 :].to_numpy()).all()


def test_a_frame_whose_labels_have_a_zone():
    data = frame().tz_localize("America/New_York")
    cut = FrameWorld(data).changed(Change(CUT, pd.Timestamp("2020-01-25 05:00", tz="UTC"))).data
    assert len(cut) == AT_ROW + 1
    assert len(FrameWorld(data).changed(Change(CUT, pd.Timestamp("2020-01-25 04:59", tz="UTC"))).data) == AT_ROW


def test_revisions_make_no_sense_for_a_frame():
    assert FrameWorld(frame()).kinds == FRAME_KINDS
    assert MarketWorld(market_of(random_prices("2020-01-02", "2020-01-31", ("QQQ",)))).kinds == tuple(SCRAMBLES)


@pytest.mark.parametrize(
    "data",
    [frame().iloc[::-1], frame().iloc[[0, 0, 1]], frame().reset_index(drop=True), frame()["level"].iloc[[1, 0]]],
    ids=["descending", "twice", "numbered", "series"],
)
def test_a_frame_without_ascending_dates_is_refused(data):
    with pytest.raises(ConfigError, match="labelled by ascending dates, each once") as refusal:
        world_of(data)
    assert type(data).__name__ in str(refusal.value)


def test_the_world_that_data_is(market):
    assert isinstance(world_of(market), MarketWorld)
    assert isinstance(world_of(frame()), FrameWorld)
    assert isinstance(world_of(frame()["level"]), FrameWorld)
