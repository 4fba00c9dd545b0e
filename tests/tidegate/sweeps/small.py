"""A small economy, grids on it, and what one member is when it is run alone."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

import tidegate as tg
from tidegate.backtests.bills import bill_returns
from tidegate.backtests.engine import backtest, cost_rates, cost_reserve
from tidegate.backtests.performance import measure
from tidegate.backtests.schedule import order_schedule
from tidegate.errors import TidegateError
from tidegate.pipeline import tradable_prices
from tidegate.rivals import limits_of

SMALL = [
    "economy.first_session=2012-01-03",
    "economy.last_session=2016-12-30",
    "clock.start=2013-06-03",
    "signal.history_start=2008-01-01",
]
ECONOMY = [part for each in SMALL for part in ("--set", each)]
THRESHOLDS = {"signal.regime.scarce_enter": [-0.8, -0.5], "signal.regime.min_dwell": {"from": 1, "to": 3}}


def content(folder):
    """Every file by what is in it; what is no result begins with a dot and is empty."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert all(path.stat().st_size == 0 for path in files if path.name.startswith("."))
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not path.name.startswith(".")
    }


class Alone(NamedTuple):
    """One study, decided and executed without the sweep's graph and its loop."""

    rows: np.ndarray
    weights: np.ndarray
    figures: dict


def alone(study, market):
    """What `run` does with a study; its error where it refuses."""
    try:
        return _executed(study, market)
    except TidegateError as error:
        return str(error)


def _executed(study, market):
    decisions = tg.decide(study, market)
    prices = tradable_prices(study, market)
    trades = decisions.trades(decisions.targets, study.strategy)
    done = backtest("strategy", trades, prices, study.costs, study.execution, limits=limits_of(study))
    figures = measure(done, bill_returns=bill_returns(market.releases, pd.DatetimeIndex(done.value.index))).as_dict()
    schedule = order_schedule(trades, prices, study.execution)
    used = schedule.columns[(trades != 0).any()]
    closes = prices.ffill().loc[schedule.index, schedule.columns].to_numpy()
    sent = schedule * (1.0 - cost_reserve(cost_rates(used, study.costs), schedule.to_numpy(), closes))
    sent = sent[list(study.tickers)].where(prices.loc[schedule.index, list(study.tickers)].notna())
    return Alone(prices.index.get_indexer(schedule.index), sent.to_numpy(), figures)
