"""The job: prices, and the rows on which each study trades to its target weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

CAPITAL = 1e6
RATE = 0.001  # cost per unit of notional, all assets alike
SHOWN = 3  # studies whose daily values are compared


class Size(NamedTuple):
    """How large a job is; the defaults are the reference."""

    studies: int = 1000
    assets: int = 14
    sessions: int = 4000
    rebalances: int = 200

    def arguments(self) -> list[str]:
        """As a command takes them."""
        return [str(each) for each in self]


class Study(NamedTuple):
    """Session rows that trade, shape (rebalances,), and weights with the cost reserve off, (rebalances, assets)."""

    rows: np.ndarray
    weights: np.ndarray


class Job(NamedTuple):
    """Prices, shape (sessions, assets), and studies."""

    size: Size
    prices: pd.DataFrame
    studies: list[Study]

    @classmethod
    def of(cls, size: Size) -> Self:
        """The same for the same size."""
        return cls(size, prices_of(size), [study_of(size, number) for number in range(size.studies)])

    def batches(self, count: int, each: int) -> Iterator[list[Study]]:
        """`count` further studies, made batch by batch, as a sweep has them."""
        for begin in range(0, count, each):
            yield [study_of(self.size, number) for number in range(begin, min(begin + each, count))]

    def weights_by_session(self, number: int, *, forward: bool = False) -> pd.DataFrame:
        """Target weights of one study on every session: NaN between rebalances, or the last ones with `forward`."""
        table = pd.DataFrame(np.nan, index=self.prices.index, columns=self.prices.columns)
        table.iloc[self.studies[number].rows] = self.studies[number].weights
        return table.ffill().fillna(0.0) if forward else table


def prices_of(size: Size) -> pd.DataFrame:
    """Random walks that share a market."""
    rng = np.random.default_rng(1)
    market = rng.normal(0.0003, 0.01, (size.sessions, 1))
    own = rng.normal(0.0, 0.015, (size.sessions, size.assets))
    sessions = pd.bdate_range("2005-01-03", periods=size.sessions)
    names = [f"A{number:02d}" for number in range(size.assets)]
    return pd.DataFrame(100.0 * np.exp(np.cumsum(market + own, axis=0)), index=sessions, columns=names)


def study_of(size: Size, number: int) -> Study:
    """A toggle between two halves of the assets: one, the other, or even; most rebalances keep the regime."""
    rng = np.random.default_rng((2, number))
    rows = np.sort(rng.choice(np.arange(1, size.sessions), size.rebalances, replace=False))
    changes = np.append(True, rng.random(size.rebalances - 1) < 0.25)
    last_change = np.maximum.accumulate(np.where(changes, np.arange(size.rebalances), 0))
    regimes = rng.choice([0.0, 0.5, 1.0], size.rebalances)[last_change]
    half = size.assets // 2
    first, second = np.zeros(size.assets), np.zeros(size.assets)
    first[:half], second[half:] = 1.0 / max(half, 1), 1.0 / (size.assets - half)
    weights = regimes[:, None] * first + (1.0 - regimes)[:, None] * second
    return Study(rows.astype(np.int64), weights * (1.0 - 2.0 * RATE))
