"""PyBroker on the same target weights; run by a Python that has it, which need not have tidegate.

It decides on the bar before: shares are counted with the price and the equity of that bar, and filled at the next
close.
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pybroker import FeeMode, PriceType, Strategy, StrategyConfig

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from apart import peak_mb
from engines.job import CAPITAL, RATE, Job, Size, Study


def bars_of(job: Job) -> pd.DataFrame:
    """One row a bar and symbol, as PyBroker takes them."""
    tall = job.prices.rename_axis("date").reset_index().melt("date", var_name="symbol", value_name="close")
    return tall.assign(open=tall["close"], high=tall["close"], low=tall["close"], volume=1e9)


def values(job: Job, bars: pd.DataFrame, study: Study) -> np.ndarray:
    """Daily equity of one study."""
    before = job.prices.index[study.rows - 1]
    targets = {
        date: dict(zip(job.prices.columns, row, strict=True)) for date, row in zip(before, study.weights, strict=True)
    }

    def rebalance(contexts: dict[str, Any]) -> None:
        first = next(iter(contexts.values()))
        wanted = targets.get(pd.Timestamp(first.dt))
        if wanted is None:
            return
        equity = float(first.total_equity)
        for symbol, context in contexts.items():
            target = wanted[symbol] * equity / context.close[-1]
            held = context.long_pos()
            change = target - (float(held.shares) if held else 0.0)
            if change > 0:
                context.buy_shares, context.buy_fill_price = Decimal(change), PriceType.CLOSE
            elif change < 0:
                context.sell_shares, context.sell_fill_price = Decimal(-change), PriceType.CLOSE

    config = StrategyConfig(
        initial_cash=CAPITAL,
        fee_mode=FeeMode.ORDER_PERCENT,
        fee_amount=100 * RATE,
        enable_fractional_shares=True,
        round_fill_price=False,
        round_test_result=False,
    )
    strategy = Strategy(bars, job.prices.index[0], job.prices.index[-1], config)
    strategy.add_execution(None, list(job.prices.columns))
    strategy.set_after_exec(rebalance)
    equity = strategy.backtest(calc_bootstrap=False).portfolio["equity"]
    found: np.ndarray = equity.reindex(job.prices.index).to_numpy(dtype=float)
    return found


def main() -> None:
    """Print seconds, memory and daily values as JSON."""
    import logging

    import pybroker

    pybroker.disable_logging() if hasattr(pybroker, "disable_logging") else logging.disable()
    pybroker.disable_progress_bar()
    job = Job.of(Size(*map(int, sys.argv[1:])))
    bars = bars_of(job)
    values(
        job._replace(prices=job.prices.iloc[:100]),
        bars[bars["date"] <= job.prices.index[99]],
        Study(np.array([5]), job.studies[0].weights[:1]),
    )
    begun = time.perf_counter()
    found = [values(job, bars, study) for study in job.studies]
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "values": np.column_stack(found).tolist()}))


if __name__ == "__main__":
    main()
