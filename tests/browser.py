"""Real headless Chromium for tests, driven through its debugging pipe: no dependency, no port, no network.

`with page_in_browser(path, width=390) as page:` opens a file; `page.evaluate`, `page.dom`, `page.screenshot`
and `page.complaints` (console errors, exceptions, failed or outside requests) say what it became.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
PATIENCE_SECONDS = 120.0
# Chromium reads commands from descriptor 3 and answers on 4; Popen cannot renumber descriptors, this can.
LAUNCHER = """
import os, sys
read, write, *command = sys.argv[1:]
os.dup2(int(read), 3)
os.dup2(int(write), 4)
os.execv(command[0], command)
"""
LOADED = """new Promise(done => {
  if (document.readyState === "complete") done(true);
  else addEventListener("load", () => done(true));
})"""
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


class Pipe:
    """The DevTools protocol over a pair of pipes: JSON messages that end in a zero byte."""

    def __init__(self, read: int, write: int) -> None:
        self.events: list[dict[str, Any]] = []
        self._read, self._write = read, write
        self._buffer = b""
        self._last = 0

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send one command and wait for its answer; events that arrive meanwhile are kept."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._last:
                break
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self._read, 1 << 20) if ready else b""
            if not chunk:
                raise RuntimeError("Chromium closed its pipe or kept silent")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded


class Page:
    """One loaded page."""

    def __init__(self, pipe: Pipe, session: str) -> None:
        self._pipe, self._session = pipe, session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one DevTools command to this page."""
        return self._pipe.call(method, self._session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def dom(self) -> str:
        """The document as it stands after its scripts ran."""
        return str(self.evaluate("document.documentElement.outerHTML"))

    def screenshot(self, target: Path) -> Path:
        """Write the whole page, not only the visible part, as PNG."""
        picture = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        target.write_bytes(base64.b64decode(picture["data"]))
        return target

    def complaints(self) -> list[str]:
        """Console errors, uncaught exceptions, failed requests and requests to anything but this file."""
        self.evaluate(SETTLED)
        return [text for event in self._pipe.events if (text := _complaint(event))]


@contextlib.contextmanager
def page_in_browser(path: Path, *, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """Open a file in a fresh Chromium whose window is really `width` CSS pixels wide."""
    with _chromium() as pipe:
        target = pipe.call("Target.createTarget", url="about:blank")["targetId"]
        session = pipe.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(pipe, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        page.call("Emulation.setScrollbarsHidden", hidden=True)
        page.call("Page.navigate", url=path.resolve().as_uri())
        page.evaluate(LOADED)
        page.evaluate(SETTLED)
        yield page


@contextlib.contextmanager
def _chromium() -> Iterator[Pipe]:
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    given = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (command_read, answer_write)]
    os.close(command_read)
    os.close(answer_write)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                LAUNCHER,
                *map(str, given),
                str(CHROMIUM),
                *FLAGS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for fd in given:
            os.close(fd)
        pipe = Pipe(answer_read, command_write)
        try:
            yield pipe
        finally:
            _close(pipe, process)
            os.close(command_write)
            os.close(answer_read)


def _close(pipe: Pipe, process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(RuntimeError, OSError):
        pipe.call("Browser.close")
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _complaint(event: dict[str, Any]) -> str:
    method, said = event.get("method", ""), event.get("params", {})
    if method == "Runtime.exceptionThrown":
        return str(said["exceptionDetails"])
    if method == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
        return f"console.{said['type']}: {said['args']}"
    if method == "Log.entryAdded" and said["entry"]["level"] == "error":
        return str(said["entry"])
    if method == "Network.loadingFailed":
        return f"failed request: {said}"
    if method == "Network.requestWillBeSent":
        url = str(said["request"]["url"])
        return "" if url.startswith(("file:", "data:", "blob:", "about:")) else f"request to {url}"
    return ""
