"""One run of the shipped essay, shared by the tests of this folder."""

import pytest

import tidegate as tg


@pytest.fixture(scope="session")
def essay():
    return tg.Study.load("essay")


@pytest.fixture(scope="session")
def economy():
    return tg.load_market("synthetic")


@pytest.fixture(scope="session")
def result(essay, economy):
    return tg.run(essay, economy)


@pytest.fixture(scope="session")
def folder(result, tmp_path_factory):
    return result.write(tmp_path_factory.mktemp("outputs") / "essay")
