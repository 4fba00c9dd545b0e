"""From a study and a market to target weights: the daily path, free of vectorbt, quantstats and matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from .data.market import Market
from .errors import ConfigError
from .signals import Waterline, measure_waterline
from .strategies import (
    BILLS,
    SLEEVES,
    SleeveConfig,
    View,
    asset_weights,
    chosen_strategy,
    eligible,
    rebalance_rows,
    share_within,
    wrapped,
)
from .strategies.config import StrategyConfig
from .study import Study
from .study_errors import nearest
from .user_modules import load_modules

_WARM_UP = 5  # decisions by which one sleeve may be old enough before the other: crypto's bars end a day later


@dataclass(frozen=True, eq=False)
class Decisions:
    """What a study decides on a market.

    Attributes
    ----------
    waterline : Waterline
        At every decision the market spans.
    view : View
        What the strategy looked at, on the decisions of the backtest.
    exposures : DataFrame, shape (decisions in the backtest, sleeves)
        Weights of the sleeves, negative where short; ``bills`` too where the study lets bills stand in.
    shares : Mapping of str to DataFrame
        Weights within each sleeve on the same decisions.
    targets : DataFrame, shape (decisions in the backtest, assets)
        Target weights; what is missing to 1 is cash.
    """

    waterline: Waterline
    view: View
    exposures: pd.DataFrame
    shares: Mapping[str, pd.DataFrame]
    targets: pd.DataFrame

    @property
    def regime(self) -> pd.Series[str]:
        """Regime at each decision of the backtest."""
        return self.waterline.regime.loc[self.targets.index]

    def trades(self, targets: pd.DataFrame, config: StrategyConfig) -> pd.DataFrame:
        """The rows of `targets` that send orders."""
        assets = list(map(str, targets.columns))

        def prices() -> npt.NDArray[np.float64]:
            """Those of the targets' own decisions: a rival may begin later."""
            return self.view.since(pd.DatetimeIndex(targets.index)).last_prices(assets)

        return targets[rebalance_rows(targets, config, prices)]


def decide(study: Study, market: Market) -> Decisions:
    """Measure, classify and set target weights.

    Raises
    ------
    ConfigError
        The market lacks a ticker of the study, the clock leaves no decision, a sleeve is empty on some of them, or the
        strategy is unknown or sets impossible exposures.
    """
    refuse_unknown_assets(study, market)
    load_modules((*study.signal.modules, *study.strategy.modules))
    waterline = measure_waterline(market, study.sleeves.assets(), study.signal, every=study.clock.decision)
    shares = sleeve_shares(study, market, in_span(study, waterline.regime))
    decisions = covered(study, shares)
    shares = {sleeve: table.loc[decisions] for sleeve, table in shares.items()}
    view = View(waterline.regime.loc[decisions], waterline.level.loc[decisions], shares, study.strategy, market)
    exposures = exposed(view)
    return Decisions(waterline, view, exposures, shares, asset_weights(exposures, shares))


def exposed(view: View) -> pd.DataFrame:
    """What the study's strategy sets, scaled by its wrappers, with bills where the study lets them stand in."""
    set_ = wrapped(view, chosen_strategy(view.config).exposures(view))
    return _with_bills(set_, view) if BILLS in view.shares else set_


def sleeve_shares(study: Study, market: Market, decisions: pd.DatetimeIndex) -> dict[str, pd.DataFrame]:
    """Weights within each sleeve; within ``bills`` too where the study needs them."""
    config = study.strategy
    sleeves = {sleeve: getattr(study.sleeves, sleeve) for sleeve in SLEEVES}
    if config.bills_stand_in:
        sleeves[BILLS] = SleeveConfig(assets=(config.bills,))
    return {
        name: share_within(
            sleeve,
            eligible(market, sleeve.assets, decisions, min_sessions=config.min_sessions, min_prices=config.min_prices),
            market,
        )
        for name, sleeve in sleeves.items()
    }


def _with_bills(exposures: pd.DataFrame, view: View) -> pd.DataFrame:
    """Bills take what an empty sleeve would have held, and what no sleeve takes."""
    answer = exposures.assign(**{BILLS: 0.0})
    if view.config.empty_sleeve == BILLS:
        for sleeve in SLEEVES:
            empty = view.shares[sleeve].sum(axis="columns") == 0
            answer[BILLS] += answer[sleeve].clip(lower=0.0).where(empty, 0.0)
            answer[sleeve] = answer[sleeve].mask(empty, 0.0)
    if view.config.idle == BILLS:
        answer[BILLS] += (1.0 - answer.abs().sum(axis="columns")).clip(lower=0.0)
    return answer


def refuse_unknown_assets(study: Study, market: Market) -> None:
    """Raise ConfigError when the market lacks a ticker of the study, naming the nearest one it has."""
    lacking = [asset for asset in study.tickers if asset not in market.assets]
    if lacking:
        near = nearest(lacking[0], market.assets)
        raise ConfigError(
            f"The data lacks {'a ticker' if len(lacking) == 1 else 'tickers'} of the study '{study.name}'",
            received=", ".join(lacking),
            expected=f"tickers among {', '.join(market.assets)}",
            remedy=f"Did you mean {near}?" if near else "Add the price file, or choose another basket with --set.",
        )


def by_clock(study: Study, decisions: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Those of ascending decisions that lie inside the clock's span."""
    first = pd.Timestamp(study.clock.start, tz="UTC")
    last = pd.Timestamp(study.clock.end or "2200-01-01", tz="UTC") + pd.Timedelta(days=1)
    return decisions[decisions.searchsorted(first) : decisions.searchsorted(last)]


def in_span(study: Study, regime: pd.Series[str]) -> pd.DatetimeIndex:
    """Decisions inside the clock's span that have a regime; ConfigError where none has."""
    called = pd.DatetimeIndex(regime.index[regime.notna()])
    chosen = by_clock(study, called)
    if chosen.empty:
        known = (
            f"{called[0]:%Y-%m-%d} to {called[-1]:%Y-%m-%d}"
            if len(called)
            else "nowhere: too few blocks can be measured"
        )
        raise ConfigError(
            "No decision with a regime lies in the clock's span",
            received=f"{study.clock.start} to {study.clock.end or 'the end of the data'}",
            expected=f"a span that overlaps the called regimes ({known})",
            remedy="Change --set clock.start, or bring more data.",
        )
    return chosen


def covered(study: Study, shares: Mapping[str, pd.DataFrame]) -> pd.DatetimeIndex:
    """Decisions from the first one at which every sleeve holds something.

    ConfigError where one is empty afterwards, or empty before while the other holds something: nobody waits for years
    unasked. Before any asset is old enough, both wait. Where bills stand in, a sleeve holds something when they do.
    """
    filled = pd.DataFrame({sleeve: table.sum(axis="columns") > 0 for sleeve, table in shares.items()})
    if study.strategy.empty_sleeve == BILLS:
        stood_in = filled[list(SLEEVES)].apply(lambda held: held | filled[BILLS])
        filled = stood_in.assign(**{BILLS: filled[BILLS]}) if study.strategy.idle == BILLS else stood_in
    both = filled.all(axis="columns")
    if not both.any():
        empty = ", ".join(str(sleeve) for sleeve in filled if not filled[sleeve].any()) or "one or the other"
        raise ConfigError(
            "A sleeve never holds an eligible asset",
            received=empty,
            expected="assets that trade within the clock's span",
        )
    start = both.idxmax()
    waiting = filled.loc[filled.any(axis="columns").idxmax() : start].iloc[:-1]
    if len(waiting) > _WARM_UP and study.strategy.empty_sleeve != "wait":
        _refuse_empty(waiting, f"begin on {start:%Y-%m-%d} with --set strategy.empty_sleeve=wait")
    later = filled.loc[start:]
    if not later.all(axis=None):
        _refuse_empty(later[~later.all(axis="columns")], "end the study earlier with --set clock.end=YYYY-MM-DD")
    return pd.DatetimeIndex(later.index)


def _refuse_empty(filled: pd.DataFrame, instead: str) -> NoReturn:
    """Raise for the sleeve that is empty first among the decisions `filled`."""
    sleeve = str(filled.columns[int(np.argmin(filled.iloc[0]))])
    days = filled.index[~filled[sleeve]]
    others = "Add an asset to the sleeve, let bills stand in with --set strategy.empty_sleeve=bills"
    others = "Name older bills with --set strategy.bills=TICKER" if sleeve == BILLS else others
    raise ConfigError(
        f"The sleeve {sleeve} has no eligible asset on {len(days)} decisions",
        received=f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}",
        expected="at least one tradable asset per sleeve",
        remedy=f"{others}, or {instead}.",
    )
