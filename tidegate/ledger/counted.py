"""Which trials a result has to answer for."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..backtests.performance import SESSIONS_PER_YEAR
from .rows import unpacked
from .trial import Months, Trial

MOST = 1000  # trials whose growth is compared: the work grows with the square of their number
_SEED = 20260201


@dataclass(frozen=True, eq=False)
class Counted:
    """The distinct studies that were tried in one world.

    A world is what a search is made in. A synthetic market is one of its own: of its trials, those with the same data
    hash count. All real data, whatever their source and their last day, are one: they grow daily and get a new hash
    with each session, and yet the search goes on. A study that was tried on several data hashes counts once, with its
    last figures; the trial at hand always counts.

    Attributes
    ----------
    sharpes : ndarray, shape (trials,)
        Sharpe ratio over bills of one session of each, the trial at hand first; NaN where not defined.
    growth : tuple of (str, ndarray)
        First month and monthly log growth (see `Trial`) of at most `MOST` of them, drawn with a fixed seed, the trial
        at hand first.
    """

    sharpes: npt.NDArray[np.float64]
    growth: tuple[tuple[str, Months], ...]

    @property
    def trials(self) -> int:
        """How many they are."""
        return len(self.sharpes)


def count(trial: Trial, connection: sqlite3.Connection) -> Counted:
    """Count the trials of the world of `trial` in an open ledger."""
    world = "data_hash = :data" if trial.synthetic else "synthetic = 0"
    others = connection.execute(
        f"""SELECT trial, sharpe, max(last_at) FROM trials JOIN worlds USING (world)
        WHERE {world} AND config_hash <> :config GROUP BY config_hash ORDER BY config_hash""",  # noqa: S608 - both ours
        {"data": bytes.fromhex(trial.data_hash), "config": bytes.fromhex(trial.config_hash)},
    ).fetchall()
    annual = np.array([trial.metrics["sharpe"], *(sharpe for _, sharpe, _ in others)], dtype=float)
    growth = _growth([row for row, _, _ in others], connection)
    return Counted(annual / math.sqrt(SESSIONS_PER_YEAR), ((trial.first_month, trial.months), *growth))


def _growth(rows: list[int], connection: sqlite3.Connection) -> Iterator[tuple[str, Months]]:
    drawn = np.random.default_rng(_SEED).choice(len(rows), min(MOST - 1, len(rows)), replace=False)
    for place in np.sort(drawn):
        asked = connection.execute("SELECT first_month, months FROM trials WHERE trial = ?", (rows[place],))
        yield unpacked(*asked.fetchone())
