"""Hindsight controls: how much of a result was the choice of names by somebody who knew who won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from .backtests.evidence import annual_sharpe
from .backtests.many import simulate_many
from .backtests.schedule import order_schedule
from .data.assets import is_crypto
from .data.market import Market
from .decisions import Decisions, decide
from .errors import ConfigError
from .rivals import Plan, limits_of
from .strategies import SLEEVES, SleeveConfig, asset_weights, eligible, share_within
from .study import Study

_NEAR = SLEEVES[1]
_PROXIES = "proxies"


@dataclass(frozen=True)
class Baskets:
    """The study with its near-cash-flow names drawn at random from everything else in the data.

    Attributes
    ----------
    sharpe : float
        Annual Sharpe ratio over bills of the study with its own names, equally shared as those of the baskets are.
    median, low, high : float
        Median, 5 % and 95 % quantile of the Sharpe ratios with random baskets of as many names.
    p_value : float
        Share of the baskets that did at least as well; the study's own counts.
    draws, universe : int
        Baskets drawn, and names they were drawn from.
    """

    sharpe: float
    median: float
    low: float
    high: float
    p_value: float
    draws: int
    universe: int

    def as_dict(self) -> dict[str, float]:
        """Plain data, as in ``summary.json``."""
        return asdict(self)


def proxies_plan(study: Study, market: Market, decisions: Decisions) -> Plan | None:
    """The same rules on the names of the study ``proxies``, from when they can be held; None where data lack them."""
    sleeves, config = Study.load(_PROXIES).sleeves, study.strategy
    if config.empty_sleeve == "refuse":
        config = config.model_copy(update={"empty_sleeve": "wait"})
    stand_in = study.model_copy(update={"sleeves": sleeves, "strategy": config, "name": _PROXIES})
    try:
        decided = decide(stand_in, market)
    except ConfigError:
        return None
    targets = decided.targets.loc[decisions.targets.index[0] :]
    return Plan(targets, study.strategy, limits_of(study), ungated=True) if len(targets) else None


def universe(study: Study, market: Market) -> tuple[str, ...]:
    """Names that could have been chosen: everything that is neither crypto nor in the speculative sleeve."""
    taken = set(study.sleeves.speculative.assets)
    return tuple(asset for asset in market.assets if asset not in taken and not is_crypto(asset))


def random_baskets(study: Study, market: Market) -> list[tuple[str, ...]]:
    """Baskets of as many names as the study's, without repetition within one."""
    names, size = universe(study, market), len(study.sleeves.near_cash_flow.assets)
    rng = np.random.default_rng(study.evidence.seed)
    if len(names) <= size:
        return []
    return [tuple(rng.choice(names, size, replace=False)) for _ in range(study.evidence.baskets)]


def weigh_baskets(
    study: Study, market: Market, decisions: Decisions, prices: pd.DataFrame, bills: pd.Series[float]
) -> Baskets | None:
    """The basket-permutation test; None where the data hold no other names.

    Parameters
    ----------
    study, market, decisions : Study, Market, Decisions
        The study and what it decided; exposures stay as they are.
    prices : DataFrame, shape (sessions, assets)
        What orders are filled at.
    bills : Series, shape (sessions of the backtest,)
        Simple daily returns of bills.
    """
    baskets = random_baskets(study, market)
    if not baskets:
        return None
    own = study.sleeves.near_cash_flow.assets
    config, index = study.strategy, pd.DatetimeIndex(decisions.targets.index)
    names = list(dict.fromkeys((*own, *universe(study, market))))
    closes = prices.ffill()  # no gate looked at names that the study does not hold: a hole fills at the last price
    allowed = eligible(market, names, index, min_sessions=config.min_sessions, min_prices=config.min_prices)

    def schedule(basket: Sequence[str]) -> pd.DataFrame:
        """Orders with `basket`, equally shared, as the near-cash-flow sleeve; cash while none of it may be held."""
        share = share_within(SleeveConfig(assets=tuple(map(str, basket))), allowed, market)
        targets = asset_weights(decisions.exposures, {**decisions.shares, _NEAR: share})
        return order_schedule(decisions.trades(targets, config), closes, study.execution)

    schedules = [schedule(basket) for basket in (own, *baskets)]
    assets = list(dict.fromkeys(asset for each in schedules for asset in each.columns))
    aligned = [each.reindex(columns=assets, fill_value=0.0) for each in schedules]
    capital = study.execution.capital_usd
    values = simulate_many(aligned, closes, study.costs, capital=capital).loc[bills.index]
    returns = values / values.shift(1).fillna(capital) - 1.0
    actual, *drawn = annual_sharpe(returns.sub(bills, axis="index").to_numpy())
    low, median, high = np.nanquantile(drawn, [0.05, 0.5, 0.95])
    return Baskets(
        sharpe=float(actual),
        median=float(median),
        low=float(low),
        high=float(high),
        p_value=float((1 + np.sum(np.asarray(drawn) >= actual)) / (1 + len(drawn))),
        draws=len(drawn),
        universe=len(universe(study, market)),
    )
