"""Layout: every set of sessions that a walk-forward looks at, by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .choice import test_of, train_of
from .config import WalkConfig
from .paths import Splits, split_of, split_sessions
from .windows import Window, rows_as_set, windows

WHOLE, OUT_OF_SAMPLE = "whole", "out_of_sample"


@dataclass(frozen=True, eq=False)
class Layout:
    """Sets of session rows.

    Attributes
    ----------
    sessions : int
        Of the market.
    span : range
        On which the study itself holds something.
    windows : tuple of Window
        Trainings and tests.
    splits : Splits or None
        Trainings of the paths, where paths are asked for.
    """

    sessions: int
    span: range
    windows: tuple[Window, ...]
    splits: Splits | None

    @classmethod
    def of(cls, sessions: pd.DatetimeIndex, span: range, config: WalkConfig) -> Layout:
        """Lay everything out; ConfigError where the span is too short."""
        laid_out = windows(sessions, span, config)
        return cls(len(sessions), span, laid_out, split_sessions(span, config) if config.paths else None)

    @property
    def tested(self) -> range:
        """Rows of all tests together."""
        return range(self.windows[0].test.start, self.windows[-1].test.stop)

    def sets(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Which sessions belong to each set, shape (sessions,), by the name of its score."""
        rows: dict[str, range | npt.NDArray[np.int64]] = {WHOLE: self.span, OUT_OF_SAMPLE: self.tested}
        for number, window in enumerate(self.windows):
            rows |= {train_of(number): window.train, test_of(number): window.test}
        for number, train in enumerate(self.splits.trains if self.splits else ()):
            rows[split_of(number)] = train
        return {name: rows_as_set(each, self.sessions) for name, each in rows.items()}
