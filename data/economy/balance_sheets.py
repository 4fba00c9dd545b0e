"""Water and plumbing: output, money, the central bank's balance sheet and the banks. USD bn, daily."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .shocks import Array, Shocks
from .state import DAYS_PER_YEAR, State

REPO_FACILITY_OPENS = pd.Timestamp("2013-09-23")
_AMPLE = 12.5  # reserves over bank credit, percent
_TREND_GROWTH = 0.045


def output_path(state: State, shocks: Shocks) -> Array:
    """Nominal GDP at annual rate."""
    gap = 0.01 * state.accumulated + 0.004 * shocks.persistent("output", memory_days=400)
    return 10_000.0 * np.exp(_TREND_GROWTH * state.years + gap)


def balance_sheet_paths(state: State, shocks: Shocks, *, output: Array) -> dict[str, Array]:
    """Daily paths in USD bn, by series id.

    Amounts are shares of GDP. Money and net liquidity (WALCL - TGA - RRP) accumulate L, so they grow fast
    while it is high. Reserves over bank credit stand at the ample threshold when slack is one half.
    """
    accumulated, noise = state.accumulated, shocks.persistent
    net = 0.19 * np.exp(0.2 * accumulated + 0.03 * noise("net_liquidity", memory_days=90))
    treasury = 0.025 * np.exp(-0.4 * accumulated + 0.2 * noise("treasury_account", memory_days=60))
    repo = _repo_share(state, shocks)
    credit = 0.6 * np.exp(0.02 * accumulated + 0.01 * noise("bank_credit", memory_days=400))
    money = 0.68 * np.exp(0.03 * accumulated + 0.008 * noise("money", memory_days=300))
    reserves = _reserves_percent(state, shocks) / 100.0 * credit
    shares = {
        "WALCL": net + treasury + repo,
        "M2SL": money,
        "WDTGAL": treasury,
        "treasury:account": treasury,
        "WTREGEN": _week_average(treasury),
        "RRPONTSYD": repo,
        "WRBWFRBL": reserves,
        "WRESBAL": _week_average(reserves),
        "TOTBKCR": credit,
        "TLAACBW027SBOG": 1.35 * credit,
    }
    return {series: share * output for series, share in shares.items()} | {"GDP": output}


def _reserves_percent(state: State, shocks: Shocks) -> Array:
    idle = np.log(state.slack / (1.0 - state.slack))
    noise = 1.8 * shocks.persistent("reserves", memory_days=400)
    return np.maximum(_AMPLE + 1.6 * idle + 0.6 * state.liquidity + noise, 3.0)


def _repo_share(state: State, shocks: Shocks) -> Array:
    """Idle money parked at the central bank; taken up over two years from the opening of the facility."""
    since = (state.days - REPO_FACILITY_OPENS).days.to_numpy(dtype=float) / DAYS_PER_YEAR
    uptake = np.clip(since / 2.0, 0.0, 1.0)
    return 0.06 * uptake * state.slack**2 * np.exp(0.2 * shocks.persistent("repo", memory_days=30))


def _week_average(path: Array) -> Array:
    """Mean of the last seven days, of fewer at the start."""
    total = np.cumsum(path)
    total[7:] = total[7:] - total[:-7]
    return total / np.minimum(np.arange(1, len(path) + 1), 7)
