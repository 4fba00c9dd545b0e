"""One way to the outside: a polite session, and a GET that waits, tries again, and fails with words.

Whatever fails here names the host and the path, never the query: keys travel in queries.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import tenacity
from requests_ratelimiter import LimiterAdapter

from ...errors import SourceError
from .settings import LiveSettings

T = TypeVar("T")

# Requests per second that each source is asked at most; the SEC blocks above ten over all its hosts, FRED above two.
_PACE: tuple[tuple[float, tuple[str, ...]], ...] = (
    (8, ("https://data.sec.gov", "https://www.sec.gov")),
    (2, ("https://api.stlouisfed.org",)),
    (2, ("https://fred.stlouisfed.org",)),
    (4, ("https://query1.finance.yahoo.com", "https://query2.finance.yahoo.com", "https://fc.yahoo.com")),
    (4, ("https://api.fiscaldata.treasury.gov",)),
    (4, ("https://",)),
)

_KEY = re.compile(r"(api_key=)[^&\s\"]+")


class TransientError(Exception):
    """A failure that may pass: worth another attempt.

    Parameters
    ----------
    what : str
        What happened, without secrets.
    retry_after : float
        Seconds the server asked to wait.
    """

    def __init__(self, what: str, *, retry_after: float = 0.0) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class UnansweredError(SourceError):
    """Every attempt failed: the source itself seems to be down, or out of reach."""


class RefusedError(Exception):
    """An answer that will not change by asking again (HTTP 4xx); the client knows what it means."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.body = status, body


class _Adapter(LimiterAdapter):
    """Keeps the pace of one source; with a mirror, asks ``MIRROR/HOST/path`` for ``https://HOST/path``."""

    def __init__(self, per_second: float, mirror: str | None) -> None:
        super().__init__(per_second=per_second, burst=1, per_host=False, limit_statuses=())
        self._mirror = mirror.rstrip("/") if mirror else None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self._mirror:
            request.url = f"{self._mirror}/{str(request.url).removeprefix('https://')}"
            kwargs["proxies"] = {}  # those of the real host
        answer: requests.Response = super().send(request, *args, **kwargs)
        return answer


def open_session(settings: LiveSettings) -> requests.Session:
    """A session that keeps each source's pace and goes through the mirror where one is set. Close it after use."""
    logging.getLogger("urllib3.connectionpool").addFilter(_without_keys)
    session = requests.Session()
    for per_second, prefixes in _PACE:
        adapter = _Adapter(1000 if settings.mirror else per_second, settings.mirror)
        for prefix in prefixes:
            session.mount(prefix, adapter)
    return session


def _without_keys(record: logging.LogRecord) -> bool:
    """Whoever logs at level DEBUG finds every address in the log: the key in it is struck out."""
    record.msg, record.args = _KEY.sub(r"\1(key)", record.getMessage()), None
    return True


def get(
    session: requests.Session,
    url: str,
    *,
    settings: LiveSettings,
    parse: Callable[[bytes], T],
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> T:
    """The parsed answer to one GET.

    Parameters
    ----------
    session : requests.Session
        From `open_session`.
    url : str
        Address without query.
    settings : LiveSettings
        Timeouts and patience.
    parse : callable
        Turns the body into the answer; a ValueError from it counts as a broken answer, worth another attempt.
    params, headers : mapping, optional
        Query (never shown in a message) and headers.

    Raises
    ------
    RefusedError
        HTTP 4xx other than 408 and 429.
    UnansweredError
        Every attempt failed: rate limits, server errors, timeouts, connections reset, broken bodies.
    """

    def once() -> T:
        return _once(session, url, settings=settings, parse=parse, params=params, headers=headers)

    return patiently(once, source=_place(url), settings=settings)


def patiently(action: Callable[[], T], *, source: str, settings: LiveSettings) -> T:
    """Result of `action`, tried again with growing, jittered waits while it raises `TransientError`.

    Raises
    ------
    UnansweredError
        The last attempt failed too; the message names `source`.
    """
    failure = ""
    try:
        for attempt in _attempts(settings):
            with attempt:
                return action()
    except TransientError as last:
        failure = str(last)
    times = f" after {settings.attempts} attempts" if settings.attempts > 1 else ""
    raise UnansweredError(
        f"{source} gave no usable answer{times}",
        received=failure,
        expected="data",
        remedy="Try again later; what the store holds stays usable.",
    )


def _attempts(settings: LiveSettings) -> Iterator[tenacity.AttemptManager]:
    backoff = tenacity.wait_random_exponential(multiplier=2 * settings.first_wait, max=settings.longest_wait)

    def wait(state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.retry_after if isinstance(failure, TransientError) else 0.0
        return max(backoff(state), min(asked, settings.longest_wait))

    return iter(
        tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            stop=tenacity.stop_after_attempt(settings.attempts),
            wait=wait,
            reraise=True,
        )
    )


def _once(
    session: requests.Session,
    url: str,
    *,
    settings: LiveSettings,
    parse: Callable[[bytes], T],
    params: Mapping[str, str] | None,
    headers: Mapping[str, str] | None,
) -> T:
    timeout = (settings.connect_timeout, settings.read_timeout)
    answer, failure = None, ""  # raised below, outside the handlers: the caught errors hold the address with its query
    try:
        answer = session.get(url, params=params, headers=headers, timeout=timeout)
    except requests.Timeout:
        failure = f"no answer within {settings.read_timeout:g} s"
    except requests.RequestException as error:
        failure = f"{type(error).__name__}: the connection failed or broke off"
    if answer is None:
        raise TransientError(failure)
    if answer.status_code in {408, 429} or answer.status_code >= 500:
        raise TransientError(f"HTTP {answer.status_code}", retry_after=_retry_after(answer))
    if answer.status_code >= 400:
        raise RefusedError(answer.status_code, answer.content)
    try:
        return parse(answer.content)
    except ValueError:
        failure = f"a body that cannot be read ({len(answer.content)} bytes)"
    raise TransientError(failure)


def _retry_after(answer: requests.Response) -> float:
    """Seconds of the Retry-After header; its date form counts as not given."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else 0.0


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"
