"""Who does the work: this process, processes of this machine, or a cluster that is already there."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ConfigError, SourceError
from .job import Answer, Call, Job

Ask = Callable[[Iterable[Call]], Iterator[Answer]]
_PATIENCE = 10  # seconds for a scheduler to answer and to have a worker
_PAYS = 20_000  # members from which on the start of a second process is made good


@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    jobs : int, optional
        Processes of this machine; 1 is this process. Not given: one for each core where the work is worth it.
    scheduler : str, optional
        Address of a `dask.distributed` scheduler, whose workers then do it all. What a lost one had is done by another.
    """

    jobs: int | None = None
    scheduler: str | None = None

    @contextmanager
    def hired(self, job: Job) -> Iterator[Ask]:
        """Something to give calls to, which gives the answers as they come; `job` is sent to each worker once.

        Raises
        ------
        SourceError
            The scheduler does not answer, or has no worker.
        ConfigError
            `dask.distributed` is not installed.
        """
        jobs = self.jobs or ((os.cpu_count() or 1) if job.plan.size >= _PAYS else 1)
        if self.scheduler is not None:
            with _cluster(job, self.scheduler) as ask:
                yield ask
        elif jobs > 1:
            with _processes(job, jobs) as ask:
                yield ask
        else:
            yield lambda calls: map(job.answer, calls)


@contextmanager
def _processes(job: Job, jobs: int) -> Iterator[Ask]:
    from joblib import Parallel, delayed

    with tempfile.TemporaryDirectory(prefix="tidegate-") as folder:
        parcel = Path(folder) / "job"
        parcel.write_bytes(pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL))
        pool = Parallel(jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
        yield lambda calls: pool(delayed(_answer_from)(str(parcel), call) for call in calls)


def _answer_from(parcel: str, call: Call) -> Answer:
    return _unpacked(parcel).answer(call)


@lru_cache(maxsize=1)
def _unpacked(parcel: str) -> Job:
    job: Job = pickle.loads(Path(parcel).read_bytes())  # noqa: S301  (our own, of this very sweep)
    return job


@contextmanager
def _cluster(job: Job, scheduler: str) -> Iterator[Ask]:
    from joblib import Parallel, delayed, parallel_config

    with _client(scheduler) as client, parallel_config("dask", client=client, scatter=[job]):
        pool = Parallel(return_as="generator_unordered", batch_size=1)
        yield lambda calls: pool(delayed(Job.answer)(job, call) for call in calls)


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise ConfigError(
            "--scheduler needs dask.distributed, which is not installed", remedy="pip install 'tidegate[dask]'"
        ) from None
    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise SourceError(
            "The scheduler does not answer",
            received=f"{scheduler}: {error}",
            expected=f"a dask.distributed scheduler with at least one worker, within {_PATIENCE} seconds",
            remedy="Start one with `dask scheduler` and `dask worker ADDRESS`, or leave --scheduler out.",
        ) from None
    with client:
        yield client
