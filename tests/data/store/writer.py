"""A process that forks writers on demand, so that a test can kill many of them without importing pandas each time.

Each line on standard input, `FOLDER FIRST LAST`, forks a writer that puts growing tables of three items into the store
of FOLDER, from `FIRST` rows to `LAST`. It prints its number at once, and notes `ITEM ROWS` in FOLDER.acknowledged after
each put.
"""

import os
import signal
import sys
from pathlib import Path

import pandas as pd

from tests.data.store.tables import NOW, bars, releases
from tidegate.data.store import Store

ITEMS = ("MU", "SPY", "WALCL")


def table(item, rows):
    """The first `rows` rows of an endless history."""
    if item == "WALCL":
        days = pd.bdate_range("2000-01-03", periods=rows)
        return releases([(day, None, 1e6 + number) for number, day in enumerate(days)])
    return bars([10.0 + number for number in range(rows)], first="2000-01-03", ticker=item)


def write(folder, first, last):
    store = Store(folder)
    with Path(f"{folder}.acknowledged").open("ab", buffering=0) as notes:
        for rows in range(first, last + 1):
            for item in ITEMS:
                store.put(table(item, rows), NOW + pd.Timedelta(minutes=rows))
                notes.write(f"{item} {rows}\n".encode())


def serve():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead vanish at once
    for line in sys.stdin:
        folder, first, last = line.split()
        if os.fork() == 0:
            os.write(1, f"{os.getpid()}\n".encode())
            write(Path(folder), int(first), int(last))
            os._exit(0)


if __name__ == "__main__":
    serve()
