"""One walk-forward over a small economy, shared by the tests of this folder."""

import pytest

import tidegate as tg

SPAN = ("economy.first_session=2010-01-04", "economy.last_session=2014-12-31")
GRID = {"parameters": {"signal.regime.min_dwell": [1, 8], "strategy.neutral_share": [0.2, 0.5, 0.8]}}
CONFIG = {"train": 1, "test": 0.5, "paths": True, "groups": 5, "embargo": 10}


@pytest.fixture(scope="session")
def small():
    return tg.Study.load("proxies", SPAN)


@pytest.fixture(scope="session")
def market(small):
    return tg.load_market("synthetic", economy=small.economy, assets=small.tickers)


@pytest.fixture(scope="session")
def found(small, market, tmp_path_factory):
    out = tmp_path_factory.mktemp("walkforward") / "small"
    return tg.walk_forward(small, tg.Grid.of(GRID), market, config=tg.WalkConfig(**CONFIG), out=out, ledger=None)
