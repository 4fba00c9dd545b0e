"""The command line as a user calls it, in this process or in one of its own."""

import os
import signal
import subprocess
import sys
from typing import NamedTuple

import pytest

from tidegate.cli import main


class Answer(NamedTuple):
    status: int
    out: str
    err: str


def call(capsys, monkeypatch, *arguments):
    """Run `tidegate ARGUMENTS` in this process."""
    monkeypatch.setattr(sys, "argv", ["tidegate", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    captured = capsys.readouterr()
    return Answer(int(exit_.value.code or 0), captured.out, captured.err)


def call_apart(*arguments, cwd, **environment):
    """Run `tidegate ARGUMENTS` in a process of its own, with further environment variables."""
    done = subprocess.run(
        [sys.executable, "-c", "from tidegate.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def start_apart(*arguments, cwd=None, **environment):
    """Begin `tidegate ARGUMENTS` as the leader of its own group, as a terminal has it."""
    return subprocess.Popen(
        [sys.executable, "-c", "from tidegate.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_ctrl_c,
    )


def _hear_ctrl_c():
    """What a shell starts in the background does not hear it, and neither would what the tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
