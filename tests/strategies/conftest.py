"""A short economy."""

import pytest

from tidegate.data.economy import EconomyConfig, make_economy


@pytest.fixture(scope="session")
def market():
    return make_economy(EconomyConfig(first_session="2012-01-03", last_session="2014-06-30"))
