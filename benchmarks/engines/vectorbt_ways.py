"""vectorbt as its documentation has it: all studies side by side in one call, or one call for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from .job import CAPITAL, RATE, Job

_SAME: dict[str, Any] = {
    "size_type": "targetpercent",
    "fees": RATE,
    "init_cash": CAPITAL,
    "cash_sharing": True,
    "call_seq": "auto",
    "freq": "1D",
}


def wide(job: Job) -> Callable[[], Any]:
    """One call on a table of (sessions, studies x assets). The call alone: no value, no ratio is asked of it."""
    import vectorbt as vbt

    count = len(job.studies)
    names = pd.MultiIndex.from_product([range(count), job.prices.columns], names=["study", "asset"])
    prices = pd.DataFrame(np.tile(job.prices.to_numpy(), (1, count)), index=job.prices.index, columns=names)
    sizes = pd.DataFrame(
        np.hstack([job.weights_by_session(number).to_numpy() for number in range(count)]),
        index=job.prices.index,
        columns=names,
    )
    vbt.Portfolio.from_orders(prices.iloc[:50, :14], sizes.iloc[:50, :14], group_by="study", **_SAME)

    return lambda: vbt.Portfolio.from_orders(prices, sizes, group_by="study", **_SAME)


def values_of(portfolio: Any) -> np.ndarray:
    """Daily values of what `wide` has made, shape (sessions, studies)."""
    values: np.ndarray = portfolio.value().to_numpy()
    return values


def one_by_one(job: Job) -> Callable[[], np.ndarray]:
    """A call for each study, and its values."""
    import vectorbt as vbt

    sizes = [job.weights_by_session(number) for number in range(len(job.studies))]
    vbt.Portfolio.from_orders(job.prices.iloc[:50], sizes[0].iloc[:50], group_by=True, **_SAME)

    def done() -> np.ndarray:
        made = (vbt.Portfolio.from_orders(job.prices, each, group_by=True, **_SAME) for each in sizes)
        return np.column_stack([portfolio.value().to_numpy() for portfolio in made])

    return done
