"""What the tests of this folder share: one run of the shipped essay, and a study on four years of an economy."""

import pytest

import tidegate as tg

FOUR_YEARS = ("economy.first_session=2012-01-03", "economy.last_session=2015-12-31")


@pytest.fixture(scope="session")
def essay():
    return tg.Study.load("essay")


@pytest.fixture(scope="session")
def economy():
    return tg.load_market("synthetic")


@pytest.fixture(scope="session")
def result(essay, economy):
    return tg.run(essay, economy)


@pytest.fixture(scope="module")
def study():
    """Small enough to be decided in a second; modules that need another one define their own."""
    return tg.Study.load("proxies", ["clock.start=2014-01-01", *FOUR_YEARS])


@pytest.fixture(scope="module")
def market(study):
    """The economy of the module's `study`."""
    return tg.load_market("synthetic", economy=study.economy)


@pytest.fixture(scope="module")
def decisions(study, market):
    return tg.decide(study, market)


@pytest.fixture(scope="session")
def folder(result, tmp_path_factory):
    return result.write(tmp_path_factory.mktemp("outputs") / "essay")
