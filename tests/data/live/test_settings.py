"""Settings from the environment: where things are, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tidegate.data.live.settings import LiveSettings
from tidegate.errors import ConfigError

KEY = "abcdef0123456789abcdef0123456789"


def read(**environment):
    return LiveSettings.from_environment(environment)


def test_an_empty_environment_gives_the_defaults():
    settings = read()
    assert settings == LiveSettings()
    assert settings.home.is_absolute()
    assert (settings.fred_api_key, settings.contact, settings.mirror, settings.attempts) == (None, None, None, 4)


def test_every_variable_is_read():
    settings = read(
        TIDEGATE_HOME="/store",
        TIDEGATE_CONTACT="desk@example.com",
        TIDEGATE_MIRROR="http://127.0.0.1:8000",
        TIDEGATE_TIMEOUT="2.5",
        TIDEGATE_ATTEMPTS="7",
        TIDEGATE_WAIT="0.5",
        FRED_API_KEY=f" {KEY}\n",
    )
    assert (settings.home, settings.contact, settings.mirror) == (
        Path("/store"), "desk@example.com", "http://127.0.0.1:8000",
    )  # fmt: skip
    assert (settings.read_timeout, settings.attempts, settings.first_wait) == (2.5, 7, 0.5)
    assert settings.fred_api_key.get_secret_value() == KEY


def test_a_variable_that_is_empty_is_not_set():
    assert read(TIDEGATE_HOME="", TIDEGATE_MIRROR="", FRED_API_KEY="", FRED_API_KEY_FILE="") == LiveSettings()


def test_the_key_may_stand_in_a_file(tmp_path):
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    assert read(FRED_API_KEY_FILE=str(path)).fred_api_key.get_secret_value() == KEY
    assert read(FRED_API_KEY_FILE=str(path), FRED_API_KEY="other").fred_api_key.get_secret_value() == "other"


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe\xff"])
def test_a_file_without_a_key_is_refused(tmp_path, content):
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="FRED_API_KEY_FILE cannot be read") as caught:
        read(FRED_API_KEY_FILE=str(path))
    assert caught.value.exit_status == 2


def test_a_tilde_is_the_home_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text(KEY)
    settings = read(TIDEGATE_HOME="~/store", FRED_API_KEY_FILE="~/key")
    assert settings.home == tmp_path / "store"
    assert settings.fred_api_key.get_secret_value() == KEY


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TIDEGATE_TIMEOUT", "soon", "number"),
        ("TIDEGATE_TIMEOUT", "0", "greater than 0"),
        ("TIDEGATE_ATTEMPTS", "0", "greater than or equal to 1"),
        ("TIDEGATE_ATTEMPTS", "1.5", "integer"),
        ("TIDEGATE_WAIT", "-1", "greater than or equal to 0"),
        ("TIDEGATE_MIRROR", "localhost:8000", "http"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value(name, value, expected):
    with pytest.raises(ConfigError, match=f"{name}; received '{value}'; expected .*{expected}"):
        read(**{name: value})


def test_the_key_is_shown_nowhere():
    settings = read(FRED_API_KEY=KEY)
    assert KEY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        LiveSettings().attempts = 9
