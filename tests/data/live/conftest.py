"""A loopback server and settings that reach it, impatiently."""

import pytest
from pydantic import SecretStr

from tests.data.live.loopback import Loopback
from tidegate.data.live.settings import LiveSettings
from tidegate.data.live.web import open_session

KEY = "abcdef0123456789abcdef0123456789"


@pytest.fixture
def web():
    with Loopback() as server:
        yield server


@pytest.fixture
def settings(web, tmp_path):
    return LiveSettings(
        home=tmp_path / "home",
        fred_api_key=SecretStr(KEY),
        contact="desk@example.com",
        mirror=web.address,
        read_timeout=1.0,
        attempts=3,
        first_wait=0.001,
        longest_wait=0.01,
    )


@pytest.fixture
def session(settings):
    with open_session(settings) as opened:
        yield opened
