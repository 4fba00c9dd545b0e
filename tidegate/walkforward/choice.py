"""Choice: the best member of each training, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import ConfigError
from ..sweeps.check import TOLERANCE
from ..sweeps.plan import Plan
from ..sweeps.results import written
from .windows import Window

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Decay:
    """What is left, in the tests, of what the trainings promised; means over the windows.

    Attributes
    ----------
    train, test : float
        Criterion of the chosen members in their trainings and in their tests.
    beaten : float
        Share of the members, in [0, 1], that the chosen one beat in its test; chance gives a half.
    rank_correlation : float
        Spearman's, of all members between training and test; NaN where no window has two different ones.
    """

    train: float
    test: float
    beaten: float
    rank_correlation: float

    @classmethod
    def of(cls, windows: pd.DataFrame) -> Decay:
        """Average a table of `choices`."""
        return cls(*(float(windows[name].mean()) for name in ("train", "test", "beaten", "rank_correlation")))

    def as_dict(self) -> dict[str, float]:
        """Plain data."""
        return asdict(self)


def train_of(window: int) -> str:
    """Column of the criterion in the training of a window, in the table of results."""
    return f"train:{window}"


def test_of(window: int) -> str:
    """Column of the criterion in its test."""
    return f"test:{window}"


def choose(table: pd.DataFrame, column: str, *, also: str = "", over: str = "the span") -> int:
    """The member with the largest score; of equal ones (see `levelled`) the lowest number.

    Parameters
    ----------
    table : DataFrame
        Rows of members with their ``member`` and scores, ascending by member; NaN is not eligible.
    column : str
        The score. Nothing else of the table is looked at but `also`.
    also : str, optional
        Another score that must be defined, whatever its value.
    over : str, optional
        The sessions of the score, in words.

    Raises
    ------
    ConfigError
        No member is eligible.
    """
    scores = levelled(table[column])
    eligible = np.isfinite(scores) & (np.isfinite(table[also].to_numpy(dtype=float)) if also else True)
    if not eligible.any():
        raise ConfigError(
            "No member of the grid can be chosen",
            received=f"none that was held for long enough over {over} and has a criterion there",
            expected="at least one",
            remedy="Start the study earlier, or ask for less than the whole training with --held 0.8.",
        )
    return int(table["member"].iloc[int(np.argmax(np.where(eligible, scores, -np.inf)))])


def choices(table: pd.DataFrame, plan: Plan, sessions: pd.DatetimeIndex, laid_out: tuple[Window, ...]) -> pd.DataFrame:
    """What each window chose, and what became of it.

    Parameters
    ----------
    table : DataFrame
        Members that ran, with their scores.
    plan : Plan
        Their parameters.
    sessions : DatetimeIndex
        Of the market.
    laid_out : tuple of Window
        See `windows`.

    Returns
    -------
    DataFrame, shape (windows, columns)
        ``window``, first and last session of training and test, ``member``, its value of each swept parameter,
        ``eligible`` members, criterion of the chosen one in ``train`` and ``test``, ``beaten`` and
        ``rank_correlation`` of the window (see `Decay`).
    """
    rows = []
    for number, window in enumerate(laid_out):
        dates = _dates(sessions, window)
        member = choose(
            table, train_of(number), over=f"{dates['train_first']:%Y-%m-%d} to {dates['train_last']:%Y-%m-%d}"
        )
        train, test = table[train_of(number)], table[test_of(number)]
        own = (table["member"] == member).to_numpy()
        rows.append(
            {
                "window": number,
                **dates,
                "member": member,
                **_readable(plan.overrides(member)),
                "eligible": int(train.notna().sum()),
                "train": float(train[own].iloc[0]),
                "test": float(test[own].iloc[0]),
                "beaten": _beaten(levelled(test), own),
                "rank_correlation": rank_correlation(train, test),
            }
        )
    return pd.DataFrame(rows)


def levelled(scores: pd.Series[float]) -> Floats:
    """Scores of which those that only rounding sets apart are equal.

    Members that hold the same portfolio differ in the last digits of their scores, as their cash does from the years
    before. No choice, rank or count may hang on that: it would be another one on another machine.

    Parameters
    ----------
    scores : Series, shape (members,)
        NaN where not defined.

    Returns
    -------
    ndarray, shape (members,)
        In ascending order, scores less than 1e-10 above the one before have the value of the first of them.
    """
    answer: Floats = np.array(scores, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(answer))
    ascending = known[np.argsort(answer[known], kind="stable")]
    ordered = answer[ascending]
    firsts = np.flatnonzero(np.append(True, np.diff(ordered) >= TOLERANCE)[: len(ordered)])
    answer[ascending] = np.repeat(ordered[firsts], np.diff(np.append(firsts, len(ordered))))
    return answer


def rank_correlation(one: pd.Series[float], other: pd.Series[float]) -> float:
    """Spearman's, over what both have; NaN where one of them does not vary."""
    both = one.notna() & other.notna()
    ranks = [pd.Series(levelled(each[both])).rank() for each in (one, other)]
    if min(each.nunique() for each in ranks) < 2:
        return float("nan")
    return float(ranks[0].corr(ranks[1]))


def _beaten(scores: Floats, own: npt.NDArray[np.bool_]) -> float:
    """Share of the others that are worse; an equal one counts half."""
    others, mine = scores[~own & np.isfinite(scores)], scores[own][0]
    if not len(others) or not np.isfinite(mine):
        return float("nan")
    return float((others < mine).mean() + (others == mine).mean() / 2.0)


def _dates(sessions: pd.DatetimeIndex, window: Window) -> dict[str, pd.Timestamp]:
    return {
        f"{name}_{end}": sessions[rows[place]]
        for name, rows in window._asdict().items()
        for end, place in (("first", 0), ("last", -1))
    }


def _readable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as one cell each: what is no number, word or truth value as JSON, as in the table of results."""
    return {key: value if isinstance(value, str | int | float) else written(value) for key, value in values.items()}
