"""One small economy for the sweeps: five years, two funds a sleeve, half a second to decide."""

import pytest

import tidegate as tg
from tidegate.study import Study

from .small import SMALL


@pytest.fixture(scope="session")
def study():
    return Study.load("proxies", SMALL)


@pytest.fixture(scope="session")
def market(study):
    return tg.load_market("synthetic", economy=study.economy)
