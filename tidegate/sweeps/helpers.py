"""Processes of this machine that work beside this one: each takes from one pile of batches as soon as it has time."""

from __future__ import annotations

import os
import pickle
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread

from ..errors import SourceError
from .job import Answer, Ask, Job, Members

_AHEAD = 2  # batches for each helper: one at work, one at hand
PARCEL = "job"


@contextmanager
def helped(job: Job, helpers: int) -> Iterator[Ask]:
    """So many processes and this one, as `Workers.hired` gives them."""
    from joblib.externals.loky import ProcessPoolExecutor

    with tempfile.TemporaryDirectory(prefix="tidegate-") as folder:
        Path(folder, PARCEL).write_bytes(pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL))
        pool = ProcessPoolExecutor(helpers)
        submit = partial(pool.submit, measured_into, folder, os.getpid())
        try:
            yield lambda batches: Pile(batches, submit, ahead=_AHEAD * helpers).answers(job)
        finally:
            pool.shutdown(kill_workers=True)


class Pile:
    """Batches nobody has begun, and answers that have come."""

    def __init__(self, batches: Iterable[Members], submit: Callable[[Members], Future[Path]], *, ahead: int) -> None:
        self._left, self._submit, self._lock = iter(batches), submit, Lock()
        self._out, self._come = 0, SimpleQueue[Future[Path]]()
        for _ in range(ahead):
            self._hand_out()

    def answers(self, job: Job) -> Iterator[Answer]:
        """What the helpers have done; where nothing has come, this process does a batch itself."""
        while True:
            if not self._come.empty():
                yield self._received()
            elif (own := self._take()) is not None:
                yield job.measure(own)
            elif self._out:
                yield self._received()
            else:
                return

    def _take(self) -> Members | None:
        with self._lock:
            return next(self._left, None)

    def _hand_out(self) -> None:
        members = self._take()
        if members is not None:
            with suppress(RuntimeError):  # the pool was closed, or it broke: what is out will say so
                answer = self._submit(members)
                with self._lock:
                    self._out += 1
                answer.add_done_callback(self._came)

    def _came(self, answer: Future[Path]) -> None:
        if answer.exception() is None:
            self._hand_out()
        self._come.put(answer)

    def _received(self) -> Answer:
        """The next answer that comes."""
        place = _told_of_death(self._come.get())
        with self._lock:
            self._out -= 1
        answer: Answer = pickle.loads(place.read_bytes())  # noqa: S301  (our own, of this very sweep)
        place.unlink()
        return answer


def _told_of_death(answer: Future[Path]) -> Path:
    from joblib.externals.loky import BrokenProcessPool

    try:
        return answer.result()
    except BrokenProcessPool:
        raise SourceError(
            "A process of the sweep was killed, as the system does when memory runs out",
            remedy="What is stored stays: the same command goes on from there; with a smaller --jobs it needs less "
            "memory.",
        ) from None


def measured_into(folder: str, driver: int, members: Members) -> Path:
    """What a helper does: measure, and say where the answer lies.

    It does not travel through the pipe: of a helper that is killed in the middle of it all others would wait.
    """
    _leave_with(driver)
    answer = _unpacked(folder).measure(members)
    place = Path(folder, str(members[0]))
    place.write_bytes(pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL))
    return place


@lru_cache(maxsize=1)
def _leave_with(driver: int) -> None:
    """End this process soon after the one that hired it: a killed one cannot tell its helpers, which else wait on."""

    def watch() -> None:
        while os.getppid() == driver:
            time.sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@lru_cache(maxsize=1)
def _unpacked(folder: str) -> Job:
    job: Job = pickle.loads(Path(folder, PARCEL).read_bytes())  # noqa: S301  (our own, of this very sweep)
    return job
