"""Other libraries on the same target weights, one study after the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from .job import CAPITAL, RATE, Job


def with_bt(job: Job) -> Callable[[], np.ndarray]:
    """bt: fractional shares, the same costs."""
    import bt

    def values(number: int) -> np.ndarray:
        study = job.studies[number]
        dates = job.prices.index[study.rows]
        targets = pd.DataFrame(study.weights, index=dates, columns=job.prices.columns)
        rule = bt.Strategy("study", [bt.algos.WeighTarget(targets), bt.algos.Rebalance()])
        run = bt.Backtest(
            rule,
            job.prices,
            initial_capital=CAPITAL,
            commissions=lambda quantity, price: abs(quantity) * price * RATE,
            integer_positions=False,
            progress_bar=False,
        )
        run.run()
        found: np.ndarray = run.strategy.values.reindex(job.prices.index).to_numpy()
        return found

    return lambda: np.column_stack([values(number) for number in range(len(job.studies))])


def with_pandas(job: Job) -> Callable[[], np.ndarray]:
    """`weights.shift() * returns`: the line that everybody writes, costs by turnover.

    Wrong in what it holds: it takes the target for the position on every day, as if the drift between two rebalances
    were traded away each evening, for nothing.
    """
    weights = [job.weights_by_session(number, forward=True) for number in range(len(job.studies))]

    def values(held: pd.DataFrame) -> np.ndarray:
        returns = (held.shift() * job.prices.pct_change()).sum(axis=1) - held.diff().abs().sum(axis=1) * RATE
        found: np.ndarray = CAPITAL * (1.0 + returns).cumprod().to_numpy()
        return found

    return lambda: np.column_stack([values(each) for each in weights])
