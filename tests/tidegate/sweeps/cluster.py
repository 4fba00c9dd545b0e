"""A real dask cluster on loopback: a scheduler and workers, each a process with a home of its own."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START = 60  # seconds a slow machine may take to start a process


@dataclass
class Cluster:
    """Started processes; `folder` holds the logs and the workers' homes."""

    folder: Path
    address: str
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen] = field(default_factory=list)

    @property
    def home(self):
        return self.folder / "home"

    def hire(self, *arguments, threads=1, before=None):
        """Start one worker; `before` comes first where it looks for packages."""
        number = len(self.workers)
        process = _start(
            "dask_worker",
            self.address,
            *("--nthreads", str(threads), "--no-nanny", "--death-timeout", "60"),
            *("--local-directory", str(self.folder / "space"), "--no-dashboard", *arguments),
            log=self.folder / f"worker-{number}.log",
            cwd=self.folder,
            before=before,
            TIDEGATE_HOME=str(self.home),
        )
        self.workers.append(process)
        return process

    def wait_for(self, workers):
        """Until so many have reported."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START)


@contextmanager
def cluster(folder, *, workers=2):
    """A scheduler and some workers; all of them are gone afterwards."""
    found = folder / "scheduler.json"
    arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(found))
    scheduler = _start("dask_scheduler", *arguments, log=folder / "scheduler.log", cwd=folder)
    running = Cluster(folder, "", scheduler)
    try:
        running.address = _address(found, scheduler)
        for _ in range(workers):
            running.hire()
        yield running
    finally:
        for process in [*running.workers, scheduler]:
            process.kill()
            process.wait()


def _start(module, *arguments, log, cwd, before=None, **environment):
    path = os.pathsep.join(map(str, [*([before] if before else []), Path(__file__).parents[3]]))
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": path, **environment},
        )


def _address(found, scheduler):
    until = time.monotonic() + START
    while time.monotonic() < until and scheduler.poll() is None:
        try:
            return json.loads(found.read_text())["address"]
        except (OSError, ValueError):
            time.sleep(0.05)
    raise AssertionError("the scheduler did not start")
