"""Who does the work: this process, processes of this machine, or a cluster that is already there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .job import Ask, Job

_PAYS = 5_000  # members from which on the start of a second process is made good


@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    jobs : int, optional
        Processes of this machine, this one among them. Not given: one for each core where the work is worth it.
    scheduler : str, optional
        Address of a `dask.distributed` scheduler, whose workers then do it all. What a lost one had is done by another.
    """

    jobs: int | None = None
    scheduler: str | None = None

    @contextmanager
    def hired(self, job: Job) -> Iterator[Ask]:
        """Something to ask for batches of members, which gives them as they come; `job` goes to each worker once.

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
            from .helpers import helped

            with helped(job, jobs - 1) as ask:
                yield ask
        else:
            yield lambda batches: map(job.measure, batches)
