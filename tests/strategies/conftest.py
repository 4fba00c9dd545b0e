"""A short economy, and registers that forget what a test registered."""

import pytest

from tidegate import user_modules
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.strategies import all_strategies, registry


@pytest.fixture(scope="session")
def market():
    return make_economy(EconomyConfig(first_session="2012-01-03", last_session="2014-06-30"))


@pytest.fixture
def own_register(monkeypatch):
    all_strategies()
    monkeypatch.setattr(registry, "_REGISTER", dict(registry._REGISTER))
    monkeypatch.setattr(user_modules, "_RUN", {})
