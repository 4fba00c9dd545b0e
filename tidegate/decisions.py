"""From a study and a market to target weights: the daily path, free of vectorbt, quantstats and matplotlib."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .data.market import Market
from .errors import ConfigError
from .signals import Waterline, measure_waterline
from .strategies import SLEEVES, asset_weights, eligible, share_within, toggle
from .study import Study
from .study_errors import nearest
from .user_modules import load_modules


@dataclass(frozen=True, eq=False)
class Decisions:
    """What a study decides on a market.

    Attributes
    ----------
    waterline : Waterline
        At every decision the market spans.
    exposures : DataFrame, shape (decisions in the backtest, sleeves)
        Weights of the sleeves.
    shares : Mapping of str to DataFrame
        Weights within each sleeve on the same decisions.
    targets : DataFrame, shape (decisions in the backtest, assets)
        Target weights; rows sum to 1.
    """

    waterline: Waterline
    exposures: pd.DataFrame
    shares: dict[str, pd.DataFrame]
    targets: pd.DataFrame

    @property
    def regime(self) -> pd.Series[str]:
        """Regime at each decision of the backtest."""
        return self.waterline.regime.loc[self.targets.index]


def decide(study: Study, market: Market) -> Decisions:
    """Measure, classify and set target weights.

    Raises
    ------
    ConfigError
        The market lacks a ticker of the study, the clock leaves no decision, or a sleeve is empty on some of them.
    """
    refuse_unknown_assets(study, market)
    load_modules(study.signal.modules)
    waterline = measure_waterline(market, study.sleeves.assets(), study.signal, every=study.clock.decision)
    decisions = _span(study, waterline)
    shares = {
        sleeve: share_within(
            getattr(study.sleeves, sleeve),
            eligible(market, assets, decisions, min_sessions=study.strategy.min_sessions),
        )
        for sleeve, assets in study.sleeves.assets().items()
    }
    filled = pd.DataFrame({sleeve: shares[sleeve].sum(axis="columns") > 0 for sleeve in SLEEVES})
    decisions = _from_first_filled(filled)
    shares = {sleeve: table.loc[decisions] for sleeve, table in shares.items()}
    exposures = toggle(waterline.regime.loc[decisions], study.strategy)
    return Decisions(waterline, exposures, shares, asset_weights(exposures, shares))


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


def _span(study: Study, waterline: Waterline) -> pd.DatetimeIndex:
    """Decisions inside the clock's span that have a regime."""
    first = pd.Timestamp(study.clock.start, tz="UTC")
    last = pd.Timestamp(study.clock.end or "2200-01-01", tz="UTC") + pd.Timedelta(days=1)
    called = waterline.regime.dropna().index
    chosen = called[(called >= first) & (called < last)]
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
    return pd.DatetimeIndex(chosen)


def _from_first_filled(filled: pd.DataFrame) -> pd.DatetimeIndex:
    """Decisions from the first one at which both sleeves hold something; afterwards neither may be empty."""
    both = filled.all(axis="columns")
    if not both.any():
        empty = ", ".join(sleeve for sleeve in SLEEVES if not filled[sleeve].any()) or "one or the other"
        raise ConfigError(
            "A sleeve never holds an eligible asset",
            received=empty,
            expected="assets that trade within the clock's span",
        )
    later = filled.loc[both.idxmax() :]
    empty_days = later.index[~later.all(axis="columns")]
    if len(empty_days):
        raise ConfigError(
            f"A sleeve has no eligible asset from {empty_days[0]:%Y-%m-%d} ({len(empty_days)} decisions)",
            expected="at least one tradable asset per sleeve",
            remedy="Add an asset to the sleeve, or end the study earlier with --set clock.end=YYYY-MM-DD.",
        )
    return pd.DatetimeIndex(later.index)
