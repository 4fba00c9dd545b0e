"""The one way to the outside: patience, words, and no secret in them."""

import json
import logging

import pytest

from tests.data.live.loopback import FAULTS, TOO_MANY, Answer, as_json
from tidegate.data.live.web import RefusedError, get, open_session
from tidegate.errors import SourceError

URL = "https://data.sec.gov/thing"


@pytest.fixture
def ask(session, settings, web):
    web.answer("data.sec.gov/thing", as_json({"value": list(range(5000))}))
    return lambda: get(session, URL, settings=settings, parse=json.loads, params={"api_key": "secret"})


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_survived(fault, ask, web):
    web.misbehave(FAULTS[fault], FAULTS[fault])
    assert len(ask()["value"]) == 5000
    assert len(web.requests) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_told_without_the_query(fault, ask, web):
    web.misbehave_always(FAULTS[fault])
    with pytest.raises(SourceError, match=r"data.sec.gov/thing gave no usable answer after 3 attempts") as caught:
        ask()
    assert caught.value.exit_status == 3
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert len(web.requests) == 3


def test_no_log_has_the_key(ask, caplog):
    with caplog.at_level(logging.DEBUG):
        ask()
    assert "api_key=(key)" in caplog.text
    assert "secret" not in caplog.text


def test_a_refusal_is_not_asked_again(ask, web):
    web.misbehave_always(Answer(b"no such thing", 404))
    with pytest.raises(RefusedError) as caught:
        ask()
    assert (caught.value.status, caught.value.body, len(web.requests)) == (404, b"no such thing", 1)


def test_the_server_may_ask_for_a_longer_wait(session, settings, web):
    web.answer("data.sec.gov/thing", b"1")
    patient = settings.model_copy(update={"longest_wait": 0.4})
    web.misbehave(Answer(TOO_MANY.body, 429, {"Retry-After": "1"}))
    get(session, URL, settings=patient, parse=int)
    first, second = (request.at for request in web.requests)
    assert second - first > 0.35


def test_nobody_listens(settings):
    """requests' own words would name the address with its query."""
    unreachable = settings.model_copy(update={"mirror": "http://127.0.0.1:9"})
    with open_session(unreachable) as lonely, pytest.raises(SourceError, match="connection failed") as caught:
        get(lonely, URL, settings=unreachable, parse=bytes, params={"api_key": "secret"})
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_pace_of_a_source_is_kept_over_all_its_hosts(web, settings, monkeypatch):
    from tidegate.data.live import web as module

    adapter = module._Adapter(8, web.address)
    web.answer("", b"ok")
    import requests

    with requests.Session() as session:
        session.mount("https://", adapter)
        for number in range(12):
            session.get(f"https://{'data' if number % 2 else 'www'}.sec.gov/{number}", timeout=5)
    times = [request.at for request in web.requests]
    assert all(late - early > 0.95 for early, late in zip(times, times[8:], strict=False))


def test_a_mirror_is_asked_past_the_proxy_of_the_real_hosts(ask, web, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert len(ask()["value"]) == 5000
