"""`tidegate sweep` in a process of its own, to be interrupted and killed."""

import os
import signal
import subprocess
import time

from ..command import start_apart
from .small import ECONOMY


def sweep_apart(grid, out, *further, cwd, **environment):
    """A sweep of the small study."""
    arguments = ("sweep", "proxies", "--grid", grid, "--out", out, *further, *ECONOMY)
    return start_apart(*arguments, cwd=cwd, **environment)


def until_stored(out, process, *, parts=1, seconds=120):
    """Wait until so many parts are on the disk."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if len(list(out.glob("parts/*.parquet"))) >= parts:
            return
        time.sleep(0.01)
    raise AssertionError(f"no {parts} parts: {process.communicate()}")


def children(process):
    """Processes that `process` has started."""
    found = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process.pid)], capture_output=True, text=True
    )
    return {int(line.split()[0]): line for line in found.stdout.splitlines()}


def kill(pid):
    """As the system does when memory runs out."""
    os.kill(pid, signal.SIGKILL)
