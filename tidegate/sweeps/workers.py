"""Who does the work: this process, processes of this machine, or a cluster that is already there."""

from __future__ import annotations

import os
import pickle
import tempfile
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from threading import Thread

from ..errors import SourceError
from .job import Answer, Call, Job

Ask = Callable[[Iterable[Call]], Iterator[Answer]]
_PAYS = 5_000  # members from which on the start of a second process is made good


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
            The scheduler does not answer, or has no worker; or all workers are gone before the work is done.
        ConfigError
            `dask.distributed` is not installed, or a worker has other versions than this process.
        """
        jobs = self.jobs or ((os.cpu_count() or 1) if job.plan.size >= _PAYS else 1)
        if self.scheduler is not None:
            from .cluster import hired

            with hired(job, self.scheduler) as ask:
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
        asked = partial(_answer_from, str(parcel), os.getpid())
        yield lambda calls: _told_of_death(pool(delayed(asked)(call) for call in calls))


def _told_of_death(answers: Generator[Answer, None, None]) -> Iterator[Answer]:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        for answer in answers:  # noqa: UP028  (`yield from` would close them by itself)
            yield answer
    except TerminatedWorkerError:
        raise SourceError(
            "A process of the sweep was killed, as the system does when memory runs out",
            remedy="What is stored stays: the same command goes on from there; with a smaller --jobs it needs less "
            "memory.",
        ) from None
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an end before the last answer is told as a waste
            answers.close()


def _answer_from(parcel: str, driver: int, call: Call) -> Answer:
    _leave_with(driver)
    return _unpacked(parcel).answer(call)


@lru_cache(maxsize=1)
def _leave_with(driver: int) -> None:
    """End this process soon after the one that hired it: a killed one cannot tell its helpers, which else wait on."""

    def watch() -> None:
        while os.getppid() == driver:
            time.sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@lru_cache(maxsize=1)
def _unpacked(parcel: str) -> Job:
    job: Job = pickle.loads(Path(parcel).read_bytes())  # noqa: S301  (our own, of this very sweep)
    return job
