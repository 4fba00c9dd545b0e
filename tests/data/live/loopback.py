"""A loopback web server that stands in for the hosts of the live sources, and misbehaves on demand.

    with Loopback() as web:
        web.answer("api.stlouisfed.org/fred/series", handler)      # handler(query) -> body or Answer
        web.misbehave(TOO_MANY, HTML_PAGE)                         # the next two requests go wrong
        settings = LiveSettings(mirror=web.address, ...)
        web.requests                                               # what was asked, in order

Clients reach it as a mirror: `https://HOST/path` arrives here as `/HOST/path`.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """One HTTP answer as it goes over the wire."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds before the first byte
    sent: float = 1.0  # share of the body that is sent before the connection is reset


def as_json(content: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(content).encode(), status, {"Content-Type": "application/json"})


TOO_MANY = Answer(b"Too Many Requests\r\n", 429, {"Retry-After": "0"})
SERVER_ERROR = Answer(b"Internal Server Error", 500)
UNAVAILABLE = Answer(b"", 503)
HTML_PAGE = Answer(b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><p>busy<br></body></html>")
TIMEOUT = Answer(b"late", delay=2.0)  # tests use a read timeout well below


class Reset(Answer):
    """The good answer, cut by a connection reset in the middle of its body."""


class Truncated(Answer):
    """The first half of the good answer, sent as if it were all of it."""


RESET, TRUNCATED = Reset(), Truncated()
FAULTS = {
    "429": TOO_MANY,
    "500": SERVER_ERROR,
    "503": UNAVAILABLE,
    "timeout": TIMEOUT,
    "reset": RESET,
    "truncated": TRUNCATED,
    "html": HTML_PAGE,
}

Handler = Callable[[dict[str, str]], "Answer | bytes"]


@dataclass(frozen=True)
class Request:
    path: str  # HOST/path
    query: dict[str, str]
    headers: dict[str, str]
    at: float  # seconds, monotonic


class Loopback:
    """A server on a free port of this machine. Unknown paths answer 404."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._handlers: dict[str, Handler] = {}
        self._faults: list[Answer] = []
        self._always: Answer | None = None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, prefix: str, handler: Handler | Answer | bytes) -> None:
        """Answer the path `prefix` (HOST/path) and all below it; the longest prefix wins."""
        self._handlers[prefix] = handler if callable(handler) else lambda query: handler

    def misbehave(self, *faults: Answer) -> None:
        """Answer the next requests with `faults`, one each, before behaving again."""
        self._faults.extend(faults)

    def misbehave_always(self, fault: Answer | None) -> None:
        """Answer every request with `fault`, until told None."""
        self._always = fault

    def respond(self, path: str, query: dict[str, str]) -> Answer:
        known = [prefix for prefix in self._handlers if f"{path}/".startswith(f"{prefix.rstrip('/')}/".lstrip("/"))]
        good = self._handlers[max(known, key=len)](query) if known else Answer(b"Not Found", 404)
        good = good if isinstance(good, Answer) else Answer(good)
        with self._lock:
            fault = self._always or (self._faults.pop(0) if self._faults else None)
        if isinstance(fault, Reset):
            return Answer(good.body, good.status, good.headers, sent=0.5)
        if isinstance(fault, Truncated):
            return Answer(good.body[: len(good.body) // 2], good.status, good.headers)
        return fault or good

    def _handler(loopback) -> type[BaseHTTPRequestHandler]:  # noqa: N805  (self is the handler's below)
        class One(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or each answer waits 40 ms for the client's acknowledgement

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                path = parts.path.lstrip("/")
                loopback.requests.append(Request(path, query, dict(self.headers), time.monotonic()))
                _send(self, loopback.respond(path, query))

            def log_message(self, *_: object) -> None:
                pass

        return One


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    time.sleep(answer.delay)
    try:
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body[: int(len(answer.body) * answer.sent)])
        handler.wfile.flush()
        if answer.sent < 1.0:  # a hard reset, not an orderly close
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
    except OSError:  # the client hung up first
        handler.close_connection = True
