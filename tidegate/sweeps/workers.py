"""Who does the work: this process, processes of this machine, or a cluster that is already there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .job import Ask, Job

_WORTH = 2_500  # members that a process must get to make good its start


@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    jobs : int, optional
        Processes of this machine, this one among them. Not given: one for every 2,500 members, up to one a core.
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
        jobs = self.jobs or max(1, min(os.cpu_count() or 1, job.plan.size // _WORTH))
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
