"""The default world, shared by the tests of this folder."""

import pytest

from tidegate.data.economy import EconomyConfig, make_economy


@pytest.fixture(scope="session")
def market():
    return make_economy(EconomyConfig())


@pytest.fixture(scope="session")
def table(market):
    return market.releases.table
