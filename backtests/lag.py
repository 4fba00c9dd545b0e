"""The lag: the one place where a decision becomes the session that fills it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.clock import session_closes
from ..data.releases import nanoseconds
from ..errors import LookaheadError


def fill_sessions(decisions: pd.DatetimeIndex, sessions: pd.DatetimeIndex, *, lag: int) -> pd.DatetimeIndex:
    """Session whose close fills the orders of each decision.

    Parameters
    ----------
    decisions : DatetimeIndex, shape (n,)
        Decision instants (UTC).
    sessions : DatetimeIndex
        Exchange sessions (naive dates).
    lag : int
        1: the first session that closes after the decision; 2: the one after it, and so on.

    Returns
    -------
    DatetimeIndex, shape (n,)
        NaT where the sessions end before the fill.

    Raises
    ------
    LookaheadError
        `lag` is less than 1: the fill would not be later than its decision.
    """
    padded = sessions.append(pd.DatetimeIndex([pd.NaT]))
    return pd.DatetimeIndex(padded[fill_rows(decisions, sessions, lag=lag)])


def fill_rows(decisions: pd.DatetimeIndex, sessions: pd.DatetimeIndex, *, lag: int) -> npt.NDArray[np.int64]:
    """Position of the fill session of each decision among `sessions`; ``len(sessions)`` where they end before it."""
    if lag < 1:
        raise LookaheadError(
            "Execution lag", received=lag, expected="at least 1 session: a fill is later than its decision"
        )
    position = np.searchsorted(nanoseconds(session_closes(sessions)), nanoseconds(decisions), side="right") + lag - 1
    return np.minimum(position, len(sessions)).astype(np.int64)
