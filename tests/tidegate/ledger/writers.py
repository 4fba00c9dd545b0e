"""Trials to record, and processes that record them: at the same time, or until they are killed.

python writers.py together FOLDER | python writers.py killed FILE | python writers.py nobody FILE
"""

import hashlib
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tidegate.errors import ConfigError
from tidegate.ledger import Ledger, Trial
from tidegate.ledger.trial import METRICS

BASE = {"name": "mine", "strategy": {"kind": "toggle", "neutral_share": 0.5}, "clock": {"end": None}}
PROCESSES, BATCHES, ROUNDS, FILES = 4, 20, 8, 5


def hash_of(word):
    return hashlib.sha256(str(word).encode()).hexdigest()


def trial(number=0, **changes):
    """A trial; `number` stands for its configuration."""
    facts = {
        "config_hash": hash_of(number),
        "data_hash": hash_of("data"),
        "synthetic": True,
        "source": "synthetic",
        "study": "mine",
        "base": BASE,
        "metrics": dict.fromkeys(METRICS, 0.5) | {"sharpe": 0.1},
        "sessions": 500,
        "first_month": "2005-11",
        "months": np.array([0.01, -0.02, 0.03], dtype=np.float32),
        "code_version": "0.1.0",
        "at": datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
    }
    return Trial(**facts | changes)


def together(folder):
    """Processes that begin at the same instant, on no file yet; each adds its own trials and one that all share."""
    for number in range(FILES):
        ledger, begin = Ledger(folder / str(number) / "ledger.sqlite"), os.pipe()
        children = [forked(lambda k=k, b=begin, of=ledger: record_some(k, b, of)) for k in range(PROCESSES)]
        os.close(begin[0])
        os.close(begin[1])
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * PROCESSES


def record_some(process, begin, ledger):
    os.close(begin[1])
    os.read(begin[0], 1)  # until everybody is there
    for batch in range(BATCHES):
        ledger.record([trial(f"{process}/{batch}"), trial("shared")])


def killed(path):
    """A writer after the other, each killed at work; prints the batches that each had been told are recorded."""
    for number in range(ROUNDS):
        read, write = os.pipe()
        child = forked(lambda n=number, w=write: record_until_killed(n, w, Ledger(path)))
        os.close(write)
        first = os.read(read, 8)
        time.sleep(0.03 + 0.02 * number)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(read, "rb") as rest:
            sys.stdout.write(f"{number} {len(first + rest.read())}\n")


def record_until_killed(number, told, ledger):
    for batch in range(10_000):
        ledger.record(trial(f"{number}/{batch}/{k}") for k in range(50))
        os.write(told, b".")


def nobody(path):
    """What is said to somebody who may only read; root may always write, and becomes nobody first."""
    if os.geteuid() == 0:
        os.setuid(65534)
    for act in (Ledger.prepare, Ledger.trials):
        try:
            sys.stdout.write(f"{len(act(Ledger(path)))}\n")
        except ConfigError as error:
            sys.stdout.write(f"{error}\n")


def forked(work):
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    {"together": together, "killed": killed, "nobody": nobody}[sys.argv[1]](Path(sys.argv[2]))
