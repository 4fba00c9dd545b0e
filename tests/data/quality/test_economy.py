"""The synthetic world passes the gates, as a market and as a folder of files."""

import pytest

import tidegate as tg
from tidegate.data import load_market
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.quality import check_market
from tidegate.data.synthesize import write_folder

STUDIES = ["essay", "proxies", "long_history"]


def bad(market, assets):
    return [
        (each.severity, each.subject, each.dates) for each in check_market(market, assets) if each.severity != "note"
    ]


@pytest.mark.parametrize("seed", [7, 1, 2])
def test_no_world_has_a_fault_but_the_company_that_failed(seed):
    market = make_economy(EconomyConfig(seed=seed))
    for study in STUDIES:
        assert bad(market, tg.Study.load(study).tickers) == []
    assert bad(market, market.assets) == [("warning", "GONE", "2016-08-31")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_folder(make_economy(EconomyConfig()), folder)
    return folder


def test_as_a_folder_it_has_no_fault_either(folder):
    market = load_market([folder])
    for study in STUDIES:
        assert bad(market, tg.Study.load(study).tickers) == []
