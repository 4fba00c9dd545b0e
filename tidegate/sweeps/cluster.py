"""Workers of a cluster that is already there: each gets the job once, and members as long as there are any."""

from __future__ import annotations

import asyncio
import logging
import pickle
import platform
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.metadata import version
from itertools import islice
from typing import Any, NamedTuple
from uuid import uuid4
from weakref import finalize

import numpy as np
import numpy.typing as npt

from ..errors import ConfigError, SourceError
from .job import Answer, Ask, Job, Members

_PATIENCE = 10  # seconds for a scheduler to answer and to have a worker
_FORSAKEN = 60  # seconds without any worker: one that is started anew must be back by then
_AHEAD = 2  # batches for each thread of a worker: one at work, one at hand
_SAME = ("tidegate", "numpy", "pandas", "scipy", "numba", "vectorbt")  # what the last digits of a figure depend on


@contextmanager
def hired(job: Job, scheduler: str) -> Iterator[Ask]:
    """The cluster of `scheduler`, as `Workers.hired` gives it."""
    parcel = np.frombuffer(pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL), dtype=np.uint8)
    with _quiet(), _client(scheduler) as client:
        # A task of its own: what it gives goes from worker to worker, and is made again should all that had it be lost.
        sent = Sent(uuid4().hex, _versions(), client.submit(np.copy, parcel, pure=False))
        yield lambda batches: _answers(client, sent, iter(batches))


class Sent(NamedTuple):
    """The job as a worker gets it: a name, the versions that made it, and its bytes, which any worker can take."""

    name: str
    versions: Mapping[str, str]
    parcel: Any


def _answers(client: Any, sent: Sent, batches: Iterator[Members]) -> Iterator[Answer]:
    """Set every worker to work, keep it busy, and give what comes back."""
    return _taken(client, sent, batches, _submitted(client, sent, batches, already=0))


def _taken(client: Any, sent: Sent, batches: Iterator[Members], asked: set[Any]) -> Iterator[Answer]:
    while asked:
        with _reachable():
            done = _next_done(client, asked)
            found = [_found(future) for future in done]
        asked -= done
        asked |= _submitted(client, sent, batches, already=len(asked))
        for each in found:
            if isinstance(each, BaseException):
                raise _in_words(each)
            yield each


def _submitted(client: Any, sent: Sent, batches: Iterator[Members], *, already: int) -> set[Any]:
    """As many of the next batches as the workers have room for."""

    def unpacked_and_done(asked: bytes, parcel: Any) -> Any:
        # Defined in here it travels as code: a worker that cannot import tidegate must live to say so.
        import pickle

        return pickle.loads(asked)(parcel)  # noqa: S301  (our own)

    def submitted(members: Members) -> Any:
        asked = pickle.dumps(partial(_measured, sent.name, sent.versions, members))
        return client.submit(unpacked_and_done, asked, sent.parcel, pure=False)

    with _reachable():
        room = max(1, _AHEAD * sum(client.nthreads().values())) - already
        return set(map(submitted, islice(batches, max(room, 0))))


def _next_done(client: Any, asked: set[Any]) -> set[Any]:
    """Those that are done, as soon as one is; SourceError where no worker is left to do any."""
    from distributed import wait

    asking: Any = wait
    seen = time.monotonic()
    while True:
        try:
            with client.as_current():
                return set(asking(asked, timeout=_PATIENCE, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            if client.nthreads():
                seen = time.monotonic()
            elif time.monotonic() - seen > _FORSAKEN:
                raise SourceError(
                    "The cluster has lost all its workers",
                    expected=f"one of them back within {_FORSAKEN} seconds",
                    remedy="What is stored stays: start workers, and the same command goes on from there.",
                ) from None


def _found(future: Any) -> Answer | BaseException:
    """What a worker gave, or the error that it raised."""
    found: Answer | BaseException = future.exception() if future.status == "error" else future.result()
    return found


def _in_words(error: BaseException) -> BaseException:
    """An error from a worker; its own words where tidegate did not raise it for the user to read."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return SourceError(
            "The same members took several workers with them",
            received=str(error),
            expected="workers that are not killed, as the system does when memory runs out",
            remedy="What is stored stays: the same command goes on from there.",
        )
    if isinstance(error, ImportError):
        return ConfigError(
            "A worker of the cluster cannot import what the sweep needs",
            received=str(error),
            expected="the same packages as here",
        )
    return error


_JOBS: dict[str, Job] = {}  # by name, as long as this worker has the bytes


def _measured(name: str, versions: Mapping[str, str], members: Members, parcel: npt.NDArray[np.uint8]) -> Answer:
    """What a worker does; `parcel` is unpacked the first time, and what was computed stays with it."""
    if name not in _JOBS:
        _refuse_other(versions)
        _JOBS.setdefault(name, pickle.loads(parcel.data))  # noqa: S301  (our own, of this very sweep)
        finalize(parcel, _JOBS.pop, name, None)
    return _JOBS[name].measure(members)


def _refuse_other(versions: Mapping[str, str]) -> None:
    here = _versions()
    differing = [name for name in versions if here[name] != versions[name]]
    if differing:
        raise ConfigError(
            f"A worker of the cluster has another {', '.join(differing)}",
            received=", ".join(f"{name} {here[name]}" for name in differing),
            expected=", ".join(f"{name} {versions[name]}" for name in differing),
            remedy="Install the same versions everywhere: results must not depend on who computes them.",
        )


def _versions() -> dict[str, str]:
    return {"Python": platform.python_version(), **{name: version(name) for name in _SAME}}


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    try:
        import dask
        from distributed import Client
        from distributed.comm.core import connect
    except ImportError:
        raise ConfigError(
            "--scheduler needs dask.distributed, which is not installed", remedy="pip install 'tidegate[dask]'"
        ) from None
    opened: Any = Client
    calling: Any = connect

    async def greeted() -> None:
        # The client itself waits for ever where somebody takes its call and says nothing.
        reached = await asyncio.wait_for(calling(scheduler, timeout=_PATIENCE), _PATIENCE)
        await reached.close()

    quiet = {"distributed.admin.large-graph-warning-threshold": "1GiB"}  # the market is large
    with dask.config.set(quiet), ExitStack() as opening:
        try:
            with ThreadPoolExecutor(1) as aside:  # a notebook has a loop of its own in this thread
                aside.submit(asyncio.run, greeted()).result()
            client = opened(scheduler, timeout=_PATIENCE, set_as_default=False)
            opening.callback(client.close)
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise SourceError(
                "The scheduler does not answer",
                received=f"{scheduler}: {error}",
                expected=f"a dask.distributed scheduler with at least one worker, within {_PATIENCE} seconds",
                remedy="Start one with `dask scheduler` and `dask worker ADDRESS --nworkers auto`, or leave out "
                "--scheduler.",
            ) from None
        yield client


@contextmanager
def _reachable() -> Iterator[None]:
    """A lost scheduler in words."""
    try:
        yield
    except (CancelledError, OSError, TimeoutError) as error:
        raise SourceError(
            "The scheduler is gone",
            received=f"{type(error).__name__}: {error}",
            expected="one that stays until the sweep is done",
            remedy="What is stored stays: the same command goes on from there.",
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask logs on standard error what is said here in words."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
