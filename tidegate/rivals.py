"""Rivals: what every run shows beside the strategy, so that a reader sees what the waterline adds to the obvious."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from .backtests.config import Limits
from .data.market import Market
from .decisions import Decisions, exposed
from .signals.composite import compose
from .signals.known import decisions_in
from .signals.regimes.schmitt import schmitt_trigger
from .strategies import SLEEVES, asset_weights, buy_and_hold, chosen_strategy, constant_mix, eligible, wrapped
from .strategies.config import StrategyConfig
from .study import Study

SIXTY_FORTY = {"SPY": 0.6, "TLT": 0.4}
_ONLY = {"net_liquidity_only": "water.net_liquidity_impulse", "credit_only": "credit.", "price_only": "price."}
_CHANGES = {"rebalance_on": ("change",), "no_trade_band": 0.0}


@dataclass(frozen=True, eq=False)
class Plan:
    """Target weights of one portfolio, and when they are traded.

    Attributes
    ----------
    targets : DataFrame, shape (decisions, assets)
        Target weights.
    config : StrategyConfig
        When they send orders.
    limits : Limits
        What they may be.
    ungated : bool
        Whether it holds names beside the study's, at which no quality gate has looked: a hole in their prices is
        filled with the last one and stops nobody's run.
    """

    targets: pd.DataFrame
    config: StrategyConfig
    limits: Limits = field(default_factory=Limits)
    ungated: bool = False


def plans(study: Study, market: Market, decisions: Decisions) -> dict[str, Plan]:
    """The strategy and its rivals, by name, the strategy first.

    ``constant_mix`` is the null: the strategy's own average exposure. ``speculative`` and ``near_cash_flow`` hold a
    sleeve; ``sixty_forty`` holds SPY and TLT where the data have them; ``trend`` is the 200-day rule;
    ``volatility_managed`` an even mix at the volatility target; ``*_only`` the study's strategy on one indicator or
    block of the waterline.
    """
    config, limits = study.strategy, limits_of(study)
    made = {
        "strategy": Plan(decisions.targets, config, limits),
        "constant_mix": Plan(asset_weights(constant_mix(decisions.exposures), decisions.shares), config, limits),
    }
    held = pd.DatetimeIndex(decisions.targets.index)
    for sleeve in SLEEVES:
        if (decisions.shares[sleeve].sum(axis="columns") > 0).any():
            targets = asset_weights(buy_and_hold(held, sleeve, SLEEVES), _sleeves(decisions))
            made[sleeve] = Plan(targets, config.model_copy(update=_CHANGES))
    others = {name: rule(study, market, decisions) for name, rule in _RULES.items()}
    others |= {name: _only(study, decisions, part) for name, part in _ONLY.items()}
    return made | {name: plan for name, plan in others.items() if plan is not None}


def absent(study: Study, shown: Collection[str]) -> tuple[str, ...]:
    """Rivals that belong beside the study and are not among those `shown`: the data do not reach for them."""
    expected = ("constant_mix", *SLEEVES, *_RULES, *_ONLY, *(["proxies"] if study.hindsight else []))
    return tuple(name for name in expected if name not in shown)


def limits_of(study: Study) -> Limits:
    """What the study's strategy may hold."""
    return Limits(gross=study.strategy.max_gross, shorts=chosen_strategy(study.strategy).shorts)


def _sleeves(decisions: Decisions) -> Mapping[str, pd.DataFrame]:
    return {sleeve: decisions.shares[sleeve] for sleeve in SLEEVES}


def _sixty_forty(study: Study, market: Market, decisions: Decisions) -> Plan | None:
    """None where a fund of it is missing from the data or cannot be held at every decision."""
    if not set(SIXTY_FORTY) <= set(market.assets):
        return None
    index, config = pd.DatetimeIndex(decisions.targets.index), study.strategy
    allowed = eligible(market, list(SIXTY_FORTY), index, min_sessions=config.min_sessions)
    if not allowed.to_numpy().all():
        return None
    targets = pd.DataFrame(dict(SIXTY_FORTY), index=index)
    config = config.model_copy(update={"rebalance_on": ("schedule",), "no_trade_band": 0.0})
    return Plan(targets, config, ungated=True)


def _trend(study: Study, market: Market, decisions: Decisions) -> Plan:
    config = _plain(study.strategy, kind="trend")
    view = replace(decisions.view, config=config)
    return Plan(asset_weights(exposed(view), decisions.shares), config)


def _volatility_managed(study: Study, market: Market, decisions: Decisions) -> Plan:
    config = _plain(study.strategy, wrap=("vol_target",))
    view = replace(decisions.view, config=config)
    even = pd.Series(0.5, index=view.regime.index)
    return Plan(asset_weights(wrapped(view, view.exposures(even, even)), decisions.shares), config)


def _plain(config: StrategyConfig, **changes: object) -> StrategyConfig:
    """The study's parameters without its wrappers, shorts or leverage."""
    return config.model_copy(update={"wrap": (), "max_gross": 1.0, **changes})


_RULES: dict[str, Callable[[Study, Market, Decisions], Plan | None]] = {
    "sixty_forty": _sixty_forty,
    "trend": _trend,
    "volatility_managed": _volatility_managed,
}


def _only(study: Study, decisions: Decisions, part: str) -> Plan | None:
    """The study's strategy, when nothing but the indicators whose ids begin with `part` are measured.

    NEUTRAL before the first call; None where there is none.
    """
    measured = decisions.waterline.indicators
    chosen = measured[[name for name in measured if str(name).startswith(part)]]
    if chosen.empty:
        return None
    alone = study.signal.model_copy(update={"min_blocks": 1, "min_coverage": 0.0, "block_weights": _one(part)})
    least = decisions_in(study.signal.composite_min_weeks, study.clock.decision)
    level = compose(chosen, alone, min_count=least).level
    called = schmitt_trigger(level, study.signal.regime).loc[decisions.targets.index]
    if called.isna().all():
        return None
    regime = called.fillna("NEUTRAL")
    view = replace(decisions.view, regime=regime, level=level.loc[decisions.targets.index])
    return Plan(asset_weights(exposed(view), decisions.shares), study.strategy, limits_of(study))


def _one(part: str) -> dict[str, float]:
    return {part.partition(".")[0]: 1.0}
