"""`tidegate sweep` in a process of its own, to be interrupted and killed."""

import os
import signal
import subprocess
import sys
import time

from .small import ECONOMY


def start(*arguments, cwd, **environment):
    """Begin `tidegate ARGUMENTS` as the leader of its own group, as a terminal has it."""
    return subprocess.Popen(
        [sys.executable, "-c", "from tidegate.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def sweep_apart(grid, out, *further, cwd, **environment):
    """A sweep of the small study."""
    arguments = ("sweep", "proxies", "--grid", grid, "--out", out, *further, *ECONOMY)
    return start(*arguments, cwd=cwd, **environment)


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
