"""Assemble the world: hidden state, economic series, prices, releases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .. import clock
from ..dictionary import spec_of
from ..market import Market, Provenance
from ..release_rules import release_instants
from .balance_sheets import balance_sheet_paths, output_path
from .config import EconomyConfig
from .credit import credit_paths
from .episodes import script
from .filings import company_publications
from .lateness import with_delays
from .prices import bill_prices, significant, simulate_prices
from .publication import Publication, business_days, publish, releases_until, rounded
from .rates import carried_over, rate_paths
from .reestimates import RE_ESTIMATED
from .revisions import REVISED, publish_with_revisions
from .shocks import Array, Shocks
from .state import State, simulate_state, true_regime
from .treasury import issuance_publications
from .turbulence import log_turbulence
from .universe import ASSETS

YEARS_BEFORE = 5


def make_economy(config: EconomyConfig) -> Market:
    """Build one synthetic world.

    Parameters
    ----------
    config : EconomyConfig
        Seed, strength of the effect of liquidity on prices, episode, and the span of sessions.

    Returns
    -------
    Market
        Prices from the first to the last session, releases from five years before, all flagged as synthetic,
        with the true regime of every session. Nothing released after the last session's crypto bar
        is in it.

    Notes
    -----
    With ``effect=0`` the shocks and the economic series are the same bit for bit, except the series made of
    prices (VIXCLS, BTC-USD), and expected returns do not depend on liquidity. Bills accrue their rate in
    every world.
    A later ``last_session`` leaves everything that was public before as it was, except with an episode, which
    comes in the last four years.
    """
    days = pd.date_range(f"{config.first_session.year - YEARS_BEFORE}-01-01", config.last_session, unit="ns")
    shocks = Shocks(config.seed, len(days))
    state = simulate_state(days, shocks, script(config.episode, days))
    stress = log_turbulence(state, shocks)
    paths = _economic_paths(state, shocks, stress)
    sessions = clock.sessions(days[0], days[-1])
    daily = significant(simulate_prices(state, sessions, shocks, stress=stress, effect=config.effect))
    bills = bill_prices(days, sessions, paths["DGS3MO"])
    prices = daily.loc[sessions].join(bills).loc[pd.Timestamp(config.first_session) :]
    publications = _economic_publications(paths, state, shocks)
    publications += _price_publications(daily, sessions, state, shocks)
    end = clock.bars_known(sessions[-1:], crypto=True)[0]
    return Market(
        prices[list(ASSETS)].rename_axis("session"),
        releases_until(publications, end),
        Provenance("synthetic", synthetic=True, notes=_notes(config)),
        true_regime(state).loc[prices.index].rename_axis("session"),
    )


def _economic_paths(state: State, shocks: Shocks, stress: Array) -> dict[str, Array]:
    """Everything that is not made of prices, daily, in the dictionary's units."""
    output = output_path(state, shocks)
    balances = balance_sheet_paths(state, shocks, output=output)
    in_units = {series: amount / spec_of(series).to_usd_bn for series, amount in balances.items()}
    rates = rate_paths(state, shocks)
    rates["DFF"] = carried_over(rates["DFF"], state.days.isin(business_days(state.days)))
    return in_units | rates | credit_paths(state, shocks, stress=stress)


def _economic_publications(paths: dict[str, Array], state: State, shocks: Shocks) -> list[Publication]:
    once = {series: path for series, path in paths.items() if series not in {*REVISED, *RE_ESTIMATED}}
    publications = publish(once, state.days)
    for series in REVISED:
        publications += publish_with_revisions(series, paths[series], state.days, shocks)
    for series, every_vintage in RE_ESTIMATED.items():
        publications += every_vintage(paths[series], state.days, shocks)
    publications += company_publications(state, shocks)
    publications += issuance_publications(state, shocks, output=paths["GDP"])
    return with_delays(publications, state.days, shocks)


def _price_publications(
    daily: pd.DataFrame, sessions: pd.DatetimeIndex, state: State, shocks: Shocks
) -> list[Publication]:
    """The two series made of prices: the VIX follows realised volatility and strain, bitcoin is its own daily bar."""
    returns = np.log(daily.loc[sessions, "SPY"]).diff().fillna(0.01)
    realised = np.sqrt(252.0 * (returns**2).ewm(span=20).mean())
    noise = 0.06 * shocks.stream("vix").standard_normal(len(sessions))
    fear = 0.4 * state.strain[state.days.get_indexer(sessions)]
    vix = (6.0 + 85.0 * realised.to_numpy()) * np.exp(noise + fear)
    bitcoin = daily["BTC-USD"].dropna()
    bars = pd.DatetimeIndex(bitcoin.index)
    vix_released = release_instants(spec_of("VIXCLS"), sessions)
    return [
        Publication("VIXCLS", sessions, vix_released, rounded("VIXCLS", vix)),
        Publication("BTC-USD", bars, release_instants(spec_of("BTC-USD"), bars), bitcoin.to_numpy()),
    ]


def _notes(config: EconomyConfig) -> tuple[str, ...]:
    null = "the null world: liquidity moves no price"
    world = null if config.effect == 0 else "prices respond to true liquidity"
    scripted = f", with the scripted episode {config.episode} in the last four years" * (config.episode != "none")
    return (
        f"Synthetic economy, seed {config.seed}, effect {config.effect:g} ({world}){scripted}: no number is real.",
        "Series start five years before the first session even where the real ones began later; RRPONTSYD, "
        "SOFR and IORB keep their real first dates, IOER its last.",
    )
