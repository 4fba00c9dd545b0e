"""Measure in a process of its own: memory is then that of the one thing measured."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from typing import Any


def peak_mb() -> float:
    """The most memory that this process ever held, or any that it waited for."""
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def measured_apart(script: str, arguments: Sequence[str], *, python: str = sys.executable) -> Any:
    """What `script` prints as JSON when it is called with `arguments`; what it says on standard error is shown."""
    done = subprocess.run([python, script, *arguments], check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)
