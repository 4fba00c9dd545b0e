from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import tidegate as tg
from tidegate.data.clock import sessions
from tidegate.data.dictionary import dictionary, spec_of
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.economy.shocks import PARTS, Shocks
from tidegate.data.economy.state import State, simulate_state
from tidegate.data.market import Market

SEEDS = range(6)
STOCKS = ["ADBE", "CRM", "CRWD", "DDOG", "INTU", "NOW", "SNOW", "WDAY", "MU", "SNDK", "STX"]
ASSETS = ["BTC-USD", "ETH-USD", *STOCKS, "IGV", "SMH", "BIL", "SHV", "SPY", "TLT", "QQQ", "GONE"]
SPECULATIVE = ["BTC-USD", "ETH-USD", "ADBE", "CRM", "INTU", "NOW", "WDAY", "IGV"]
LISTED = {
    "BTC-USD": "2010-07-19",
    "ETH-USD": "2016-03-01",
    "CRWD": "2019-06-12",
    "DDOG": "2019-09-19",
    "SNOW": "2020-09-16",
    "NOW": "2012-06-29",
    "WDAY": "2012-10-12",
    "SNDK": "2023-02-13",
    "GONE": "2009-06-24",
}
DELISTED = {"GONE": "2016-08-31"}
MADE_OF_PRICES = {"VIXCLS", "BTC-USD"}


@pytest.fixture(scope="module")
def market() -> Market:
    return make_economy(EconomyConfig())


@pytest.fixture(scope="module")
def table(market: Market) -> pd.DataFrame:
    return market.releases.table


@pytest.fixture(scope="module")
def worlds() -> dict[tuple[int, float], Market]:
    return {
        (seed, effect): make_economy(EconomyConfig(seed=seed, effect=effect)) for seed in SEEDS for effect in (0.0, 1.0)
    }


@pytest.fixture(scope="module")
def states() -> list[State]:
    days = pd.date_range("2000-01-01", "2024-12-31", unit="ns")
    return [simulate_state(days, Shocks(seed, len(days))) for seed in SEEDS]


def _values(market: Market, series: str, state: State) -> pd.Series:
    """The last vintage, carried forward on the state's days."""
    known = market.releases.history(series, pd.Timestamp("2030-01-01", tz="UTC"))
    return known.reindex(state.days, method="ffill")


class TestDeterminism:
    def test_another_process_with_another_zone_and_hash_seed_agrees(self, market: Market) -> None:
        code = (
            "import sys; from tidegate.data.economy import EconomyConfig, make_economy\n"
            "print(make_economy(EconomyConfig()).digest)\n"
            "print(*sorted({'scipy', 'vectorbt', 'matplotlib'} & set(sys.modules)))"
        )
        environment = os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "4242"}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        digest, heavy = done.stdout.split("\n")[:2]
        assert digest == market.digest
        assert heavy == ""

    def test_seeds_and_effects_differ(self, worlds: dict[tuple[int, float], Market]) -> None:
        chosen = [worlds[0, 0.0], worlds[0, 1.0], worlds[1, 0.0]]
        assert len({world.digest for world in chosen}) == len(chosen)

    def test_a_later_end_leaves_the_past_as_it_was(self, market: Market) -> None:
        shorter = make_economy(EconomyConfig(last_session="2015-06-30"))
        assert shorter.digest == market.known_at(pd.Timestamp("2015-07-01", tz="UTC")).digest

    def test_every_part_has_a_stream_of_its_own(self) -> None:
        shocks = Shocks(7, 10)
        first = {float(shocks.stream(part).standard_normal()) for part in PARTS}
        assert len(first) == len(PARTS)
        assert shocks.stream("vix").standard_normal() == shocks.stream("vix").standard_normal()


class TestReleases:
    def test_every_row_of_the_dictionary_is_there(self, market: Market) -> None:
        for spec_id in dictionary():
            family = [s for s in market.releases.series if s == spec_id or s.startswith(spec_id.rstrip("*"))]
            two_bases = 1 if spec_id == "capex:*" else 0
            assert len(family) == (5 + two_bases if spec_id.endswith(":*") else 1), spec_id

    def test_medians_of_every_year_are_plausible(self, table: pd.DataFrame) -> None:
        medians = table.groupby(["series", table["period"].dt.year])["value"].median()
        outside = [
            (series, year, median)
            for (series, year), median in medians.items()
            if not spec_of(series).median_band[0] <= median <= spec_of(series).median_band[1]
        ]
        assert outside == []

    def test_nothing_is_public_before_its_period(self, table: pd.DataFrame) -> None:
        assert (table["released"] >= table["period"].dt.tz_localize("UTC")).all()

    @pytest.mark.parametrize("series", ["capex:MSFT", "ocf:META", "capex:ORCL"])
    def test_company_reports_follow_the_fiscal_quarter(self, table: pd.DataFrame, series: str) -> None:
        rows = table[table["series"] == series].drop_duplicates("period")
        months = {2, 5, 8, 11} if series.endswith("ORCL") else {3, 6, 9, 12}
        assert set(rows["period"].dt.month) == months
        assert rows["period"].dt.is_month_end.all()
        lag = (rows["released"].dt.tz_localize(None) - rows["period"]).dt.days
        assert lag.between(25, 47).all()
        assert (rows["released"].dt.tz_convert("America/New_York").dt.strftime("%H:%M") == "09:30").all()

    def test_weekly_series_have_their_weekday(self, table: pd.DataFrame) -> None:
        assert set(table.loc[table["series"] == "WALCL", "period"].dt.day_of_week) == {2}
        assert set(table.loc[table["series"] == "NFCI", "period"].dt.day_of_week) == {4}

    def test_history_is_warm_when_prices_start(self, market: Market, table: pd.DataFrame) -> None:
        begins = table.groupby("series")["period"].min()
        late = set(begins[begins > market.sessions[0] - pd.Timedelta(weeks=200)].index)
        assert late == {"RRPONTSYD", "SOFR", "IORB", "BTC-USD", "capex:AMZN"}

    def test_late_and_discontinued_series(self, table: pd.DataFrame) -> None:
        span = table.groupby("series")["period"].agg(["min", "max"])
        assert span.loc["RRPONTSYD", "min"] == pd.Timestamp("2013-09-23")
        assert span.loc["SOFR", "min"] == pd.Timestamp("2018-04-03")
        assert span.loc["IOER", "max"] == pd.Timestamp("2021-07-28")
        assert span.loc["IORB", "min"] == pd.Timestamp("2021-07-29")

    def test_nothing_comes_after_the_last_bar(self, market: Market, table: pd.DataFrame) -> None:
        assert table["released"].max() == pd.Timestamp("2025-01-01", tz="UTC")
        assert not market.releases.pseudo_pit


class TestThesis:
    def test_all_regimes_occur(self, worlds: dict[tuple[int, float], Market]) -> None:
        for seed in SEEDS:
            share = worlds[seed, 1.0].true_regime.value_counts(normalize=True)
            assert share.reindex(["ABUNDANT", "NEUTRAL", "SCARCE"]).min() > 0.1, seed

    def test_spells_last_months(self, worlds: dict[tuple[int, float], Market]) -> None:
        lengths = []
        for seed in SEEDS:
            regime = worlds[seed, 1.0].true_regime
            spell = (regime != regime.shift()).cumsum()
            lengths += list(regime[regime != "NEUTRAL"].groupby(spell).size() / 21)
        assert 6 < np.median(lengths) < 24

    def test_liquidity_has_unit_scale(self, states: list[State]) -> None:
        assert np.mean([state.liquidity.std() for state in states]) == pytest.approx(1.0, abs=0.2)

    def test_capex_lifts_liquidity_with_idle_money_and_drains_it_without(self, states: list[State]) -> None:
        # The documented equations, solved for policy and then for what capex does to liquidity.
        pull: dict[bool, list[float]] = {True: [], False: []}
        for state in states:
            pool = np.log(state.slack / (1 - state.slack))
            growth, slack = state.capex_growth[:-1], state.slack[:-1]
            policy = (np.diff(pool) * 365.25 - 0.6 + 0.6 * growth + pool[:-1] / 1.5) / 1.6
            unexplained = np.diff(state.liquidity) * 365.25 + state.liquidity[:-1] / 0.7 - 1.5 * policy
            for idle in pull:
                chosen = (slack > 0.5) == idle
                pull[idle].append(float(np.mean(unexplained[chosen] * growth[chosen])))
        assert np.mean(pull[True]) > 0.1
        assert np.mean(pull[False]) < -0.1

    @pytest.mark.parametrize(
        "series", ["THREEFYTP10", "BAA10Y", "BAMLH0A0HYM2", "BAMLC0A0CM", "NFCI", "issuance:coupons"]
    )
    def test_scarcity_raises_levels(
        self, worlds: dict[tuple[int, float], Market], states: list[State], series: str
    ) -> None:
        found = [
            np.corrcoef(_values(worlds[seed, 1.0], series, states[seed])[60:], states[seed].liquidity[60:])
            for seed in SEEDS
        ]
        assert max(matrix[0, 1] for matrix in found) < -0.3

    @pytest.mark.parametrize(("series", "sign"), [("DGS10", -1), ("DFII10", -1), ("WALCL", 1), ("M2SL", 1)])
    def test_liquidity_moves_changes(
        self, worlds: dict[tuple[int, float], Market], states: list[State], series: str, sign: int
    ) -> None:
        found = []
        for seed in SEEDS:
            change = _values(worlds[seed, 1.0], series, states[seed]).diff(91)[160:]
            found.append(np.corrcoef(change, states[seed].liquidity[160:])[0, 1])
        assert sign * np.mean(found) > 0.25

    def test_a_composite_recovers_liquidity_better_than_any_series(
        self, worlds: dict[tuple[int, float], Market], states: list[State]
    ) -> None:
        single, together = [], []
        for seed in SEEDS:
            get = {s: _values(worlds[seed, 1.0], s, states[seed]) for s in worlds[seed, 1.0].releases.series}
            signs = pd.DataFrame(
                {
                    "easing": get["DFF"] - get["DGS2"],
                    "reserves": get["WRESBAL"] / get["TOTBKCR"],
                    "premium": -get["THREEFYTP10"],
                    "credit": -get["BAA10Y"],
                    "conditions": -get["NFCI"],
                    "coupons": -get["issuance:coupons"] / get["GDP"],
                }
            )[60:]
            truth = pd.Series(states[seed].liquidity[60:], index=signs.index)
            single.append(signs.corrwith(truth).max())
            together.append(((signs - signs.mean()) / signs.std()).mean(axis="columns").corr(truth))
        assert np.mean(together) > 0.85
        assert np.mean(together) > np.mean(single) + 0.05


def _abundant_minus_scarce(world: Market) -> float:
    """Annual difference of the mean speculative return between the true regimes."""
    mean = np.log(world.prices[SPECULATIVE]).diff().mean(axis="columns")
    by_regime = mean.groupby(world.true_regime).mean() * 252
    return float(by_regime["ABUNDANT"] - by_regime["SCARCE"])


class TestEffect:
    def test_the_thesis_holds_with_effect_one(self, worlds: dict[tuple[int, float], Market]) -> None:
        gaps = [_abundant_minus_scarce(worlds[seed, 1.0]) for seed in SEEDS]
        assert np.mean(gaps) > 0.5

    def test_the_null_world_has_none(self, worlds: dict[tuple[int, float], Market]) -> None:
        gaps = [_abundant_minus_scarce(worlds[seed, 0.0]) for seed in SEEDS]
        assert abs(np.mean(gaps)) < 3 * np.std(gaps, ddof=1) / np.sqrt(len(gaps))
        assert abs(np.mean(gaps)) < 0.25

    def test_effect_touches_nothing_but_prices(self, worlds: dict[tuple[int, float], Market]) -> None:
        null, thesis = worlds[3, 0.0], worlds[3, 1.0]
        changed = {
            series
            for series in null.releases.series
            if null.releases.line(series).value.tobytes() != thesis.releases.line(series).value.tobytes()
        }
        assert changed == MADE_OF_PRICES
        pd.testing.assert_series_equal(null.true_regime, thesis.true_regime)
        pd.testing.assert_frame_equal(null.prices[["BIL", "SHV"]], thesis.prices[["BIL", "SHV"]])

    def test_memory_gains_little_where_crypto_gains_much(self, worlds: dict[tuple[int, float], Market]) -> None:
        # Same shocks in both worlds: their difference is the effect alone.
        null, thesis = (np.log(worlds[1, effect].prices).diff() for effect in (0.0, 1.0))
        effect = (thesis - null).groupby(worlds[1, 1.0].true_regime).mean().loc["ABUNDANT"] * 252
        assert effect["BTC-USD"] > effect["CRM"] > effect["IGV"] > effect["SPY"] > 0 > effect["MU"]


class TestPrices:
    def test_shape(self, market: Market) -> None:
        assert set(market.assets) == set(ASSETS)
        expected = sessions(pd.Timestamp("2005-01-03"), pd.Timestamp("2024-12-31"))
        pd.testing.assert_index_equal(market.sessions, expected)
        pd.testing.assert_index_equal(market.true_regime.index, expected)

    def test_nothing_before_listing_and_no_hole_after(self, market: Market) -> None:
        for asset in ASSETS:
            listed = pd.Timestamp(LISTED.get(asset, "2005-01-03"))
            column = market.prices[asset]
            trades = (column.index >= listed) & (column.index <= pd.Timestamp(DELISTED.get(asset, "2024-12-31")))
            assert column[~trades].isna().all(), asset
            assert column[trades].notna().all(), asset

    def test_the_delisted_name_is_in_no_shipped_sleeve_and_ends_low(self, market: Market) -> None:
        studies = [tg.Study.load(name) for name in ("essay", "proxies", "long_history")]
        held = {asset for study in studies for sleeve in study.sleeves for asset in sleeve[1].assets}
        assert "BTC-USD" in held
        assert not held & set(DELISTED)
        prices = market.prices["GONE"].dropna()
        assert prices.index[-1] == pd.Timestamp(DELISTED["GONE"])
        assert prices.iloc[-1] < 0.5 * prices.iloc[0]

    def test_weekend_moves_land_in_mondays_row(self, market: Market) -> None:
        bars = market.releases.history("BTC-USD", pd.Timestamp("2030-01-01", tz="UTC"))
        assert (bars.index == pd.date_range("2010-07-19", "2024-12-31")).all()
        held = market.prices["BTC-USD"].dropna()
        assert (held == bars.loc[held.index]).all()
        moves = np.log(bars).diff()
        by_day = moves.groupby(moves.index.day_of_week).std()
        assert by_day.max() < 1.5 * by_day.min()
        friday, monday = pd.Timestamp("2022-03-04"), pd.Timestamp("2022-03-07")
        three_days = moves.loc["2022-03-05":"2022-03-07"]
        assert (three_days != 0).all()
        assert np.log(held[monday] / held[friday]) == pytest.approx(three_days.sum())

    def test_tails_are_fat_and_volatility_clusters(self, market: Market) -> None:
        returns = np.log(market.prices["SPY"]).diff().dropna()
        assert returns.kurt() > 1.5
        assert returns.abs().autocorr(1) > 0.05

    def test_bills_accrue_the_bill_rate(self, market: Market) -> None:
        growth = market.prices["BIL"].iloc[-1] / market.prices["BIL"].iloc[0]
        rate = market.releases.history("DGS3MO", pd.Timestamp("2030-01-01", tz="UTC"))["2005":]
        assert np.log(growth) == pytest.approx(rate.mean() / 100 * 20, rel=0.01)
        assert (market.prices["BIL"].diff().dropna() >= 0).all()

    def test_the_vix_follows_realised_volatility(self, market: Market) -> None:
        vix = market.releases.history("VIXCLS", pd.Timestamp("2030-01-01", tz="UTC"))
        realised = np.log(market.prices["SPY"]).diff().rolling(21).std() * np.sqrt(252)
        assert vix.corr(realised) > 0.8

    def test_everything_says_that_it_is_synthetic(self, market: Market) -> None:
        assert market.provenance.synthetic
        assert market.provenance.source == "synthetic"
        assert "ynthetic" in market.provenance.notes[0]


class TestConfig:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"seed": -1},
            {"effect": 3.1},
            {"effect": -0.1},
            {"colour": "blue"},
            {"first_session": "1990-01-02"},
            {"first_session": "2015-01-02", "last_session": "2015-01-09"},
        ],
    )
    def test_wrong_values_are_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            EconomyConfig(**wrong)

    def test_it_is_frozen(self) -> None:
        with pytest.raises(ValidationError):
            EconomyConfig().seed = 8

    def test_every_field_is_described(self) -> None:
        assert all(field.description for field in EconomyConfig.model_fields.values())

    def test_another_span(self) -> None:
        other = make_economy(EconomyConfig(first_session="1996-01-02", last_session="2001-12-31"))
        assert other.sessions[0] == pd.Timestamp("1996-01-02")
        assert other.releases.table["period"].min() == pd.Timestamp("1991-01-01")
        assert other.prices["SNOW"].isna().all()
