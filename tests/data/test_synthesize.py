"""The synthetic economy written as files, and read back."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.worlds import market_of, random_prices, release_rows
from tidegate.data import load_market
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.market import Market, Provenance
from tidegate.data.synthesize import write_folder
from tidegate.errors import ConfigError

SPAN = {"first_session": "2005-01-03", "last_session": "2020-06-30"}  # Amazon changes its basis before the end


def small(*releases, assets=("SPY",), listed=None):
    """A hand-made market of five sessions that calls itself synthetic."""
    prices = random_prices("2024-01-02", "2024-01-08", assets, listed=listed).round(2)
    world = Provenance("synthetic", synthetic=True, notes=("Made up, seed 1, effect 0.", "More."))
    return Market(prices, market_of(prices, pd.concat(releases)).releases, world)


YIELD = release_rows("DGS10", ["2024-01-02"], ["2024-01-03 21:15"], [4.25])


@pytest.fixture(scope="module")
def economy():
    return make_economy(EconomyConfig(seed=3, **SPAN))


@pytest.fixture(scope="module")
def folder(economy, tmp_path_factory):
    path = tmp_path_factory.mktemp("synthetic") / "made" / "here"
    write_folder(economy, path)
    return path


def test_reading_the_folder_gives_the_same_market(economy, folder):
    traded = economy.prices.dropna(axis="columns", how="all")
    back = load_market(folder)
    pd.testing.assert_frame_equal(back.prices, traded[sorted(traded)], check_exact=True, check_freq=False)
    pd.testing.assert_frame_equal(back.releases.table, economy.releases.table, check_exact=True)
    assert back.digest == replace(economy, prices=traded).digest
    assert not back.releases.pseudo_pit


def test_every_kind_of_series_is_there(folder):
    assert {path.stem for path in (folder / "capex").iterdir()} >= {"MSFT", "AMZN", "AMZN@net"}
    fred = {path.stem for path in (folder / "fred").iterdir()}
    assert fred >= {"WALCL", "NFCI", "BAMLH0A0HYM2", "leases:MSFT", "treasury:account"}
    assert not {stem for stem in fred if stem.startswith(("capex", "ocf", "BTC"))}


def test_bitcoin_has_bars_of_all_seven_days(folder):
    dates = pd.to_datetime(pd.read_csv(folder / "prices/BTC-USD.csv")["date"])
    assert (dates.diff().dropna() == pd.Timedelta(days=1)).all()


def test_what_never_traded_has_no_file(economy, folder):
    assert "SNDK" in economy.assets
    assert not (folder / "prices/SNDK.csv").exists()


def test_one_sentence_names_seed_and_effect(folder):
    text = (folder / "SYNTHETIC").read_text()
    assert text == "Synthetic economy, seed 3, effect 1 (prices respond to true liquidity): no number is real.\n"


def test_what_the_files_say(tmp_path):
    market = small(
        YIELD,
        release_rows("capex:MSFT", ["2023-09-30"] * 2, ["2023-10-25 13:30", "2024-01-08 14:30"], [9.5e9, 9.75e9]),
        release_rows("ocf:MSFT", ["2023-09-30"], ["2023-10-25 13:30"], [30e9]),
        assets=("SPY", "SNDK"),
        listed={"SNDK": 3},
    )
    write_folder(market, tmp_path)
    close = market.prices["SNDK"].tolist()[3:]
    assert (tmp_path / "prices/SNDK.csv").read_text().splitlines() == [
        "date,close,adj_close",
        f"2024-01-05,{close[0]},{close[0]}",
        f"2024-01-08,{close[1]},{close[1]}",
    ]
    assert (tmp_path / "fred/DGS10.csv").read_text() == "date,value,released\n2024-01-02,4.25,2024-01-03T21:15:00Z\n"
    assert (tmp_path / "capex/MSFT.csv").read_text().splitlines() == [
        "fiscal_period_end,filed,capex_usd,operating_cash_flow_usd",
        "2023-09-30,2023-10-24,9500000000.0,30000000000.0",
        "2023-09-30,2024-01-05,9750000000.0,",
    ]
    assert (tmp_path / "SYNTHETIC").read_text() == "Made up, seed 1, effect 0.\n"


def test_filings_whose_instant_the_layout_cannot_tell_are_written_as_series(tmp_path):
    market = small(
        YIELD,
        release_rows("capex:MSFT", ["2023-09-30"], ["2023-10-24 20:07"], [9.5e9]),
        release_rows("ocf:MSFT", ["2023-09-30"], ["2023-10-25 13:30"], [30e9]),
        release_rows("ocf:META", ["2023-09-30"], ["2023-10-26 13:30"], [6.5e9]),
    )
    write_folder(market, tmp_path)
    assert {path.stem for path in (tmp_path / "fred").iterdir()} == {"DGS10", "capex:MSFT", "ocf:MSFT"}
    assert {path.stem for path in (tmp_path / "capex").iterdir()} == {"META"}
    pd.testing.assert_frame_equal(load_market(tmp_path).releases.table, market.releases.table)


def test_numbers_of_the_world_are_never_called_synthetic(tmp_path):
    prices = random_prices("2024-01-02", "2024-01-08", ["SPY"])
    with pytest.raises(ConfigError, match="received 'files'"):
        write_folder(market_of(prices, YIELD), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("order", [1, -1])
def test_a_made_up_layer_makes_the_whole_market_made_up(tmp_path, order):
    write_folder(small(YIELD), tmp_path / "made")
    prices = tmp_path / "real" / "prices"
    prices.mkdir(parents=True)
    (prices / "QQQ.csv").write_text("date,adj_close\n2024-01-02,10\n2024-01-03,11\n")
    market = load_market([tmp_path / "made", tmp_path / "real"][::order])
    assert market.provenance.synthetic
    assert "Made up" in market.provenance.notes[0]
