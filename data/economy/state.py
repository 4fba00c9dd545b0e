"""The hidden state of the world: policy, appetite for investment, idle money and liquidity, day by day.

With time in years, W independent Brownian motions, s = 1 / (1 + exp(-z)) the slack and k the growth of AI
capex relative to its trend (1 = on trend):

    dP = -(P + 3 L) / 0.8 dt + 2.5 sqrt(2 / 0.8) dWp    policy: persistent, and it leans against what it sees
    dB = -B dt + sqrt(2) dWb                            appetite for investment
    k  = 1 + 0.8 B                                      capex follows appetite
    dz = (1.6 P + 0.6 - 0.6 k - z / 1.5) dt             policy fills the pool of idle money, capex drains it
    dL = (-L / 0.7 + 1.5 P + 0.4 k (2 s - 1)) dt + 0.25 dWl
    dA = (L - A / 3) dt                                 accumulated liquidity: what levels remember

An episode (`episodes`) adds scripted pushes to dP, dB, dz and dL. The term `k (2 s - 1)` is the thesis: capex is
stimulus while idle money exists and a drain once it is gone. The coefficients give L about unit variance and
spells of mostly 6 to 24 months.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import pandas as pd

from .episodes import Script, script
from .shocks import Array, Shocks

DAYS_PER_YEAR = 365.25
_DT = 1.0 / DAYS_PER_YEAR
_ENTER, _LEAVE = 0.7, 0.2


@dataclass(frozen=True)
class State:
    """The truth, on every calendar day.

    Attributes
    ----------
    days : DatetimeIndex
        Naive calendar days.
    liquidity : ndarray
        True liquidity L, about unit variance; high = abundant.
    accumulated : ndarray
        Leaky integral of L over years.
    slack : ndarray
        Idle money in (0, 1).
    capex_growth : ndarray
        Growth of AI capex relative to its trend; 1 = on trend.
    strain : ndarray
        Funding strain of a scripted crisis, up to 1; zero at all other times.
    """

    days: pd.DatetimeIndex
    liquidity: Array
    accumulated: Array
    slack: Array
    capex_growth: Array
    strain: Array

    @property
    def years(self) -> Array:
        """Years since 2000, for trends that must not depend on where the sample starts."""
        return (self.days - pd.Timestamp("2000-01-01")).days.to_numpy(dtype=float) / DAYS_PER_YEAR


def simulate_state(days: pd.DatetimeIndex, shocks: Shocks, scripted: Script | None = None) -> State:
    """Run the equations above from rest over `days`, with the pushes of a script where one is given."""
    told = script("none", days) if scripted is None else scripted
    pushes = shocks.stream("state").standard_normal((len(days), 3)) * sqrt(_DT)
    policy = appetite = pool = liquidity = accumulated = 0.0
    rows = []
    plan = told.pushes * _DT
    for (to_policy, to_appetite, to_liquidity), push in zip(pushes.tolist(), plan.tolist(), strict=True):
        growth = 1.0 + 0.8 * appetite
        slack = 1.0 / (1.0 + exp(-pool))
        rows.append((liquidity, accumulated, slack, growth))
        policy_step = -(policy + 3.0 * liquidity) / 0.8 * _DT + 2.5 * sqrt(2.0 / 0.8) * to_policy
        pool_step = (1.6 * policy + 0.6 - 0.6 * growth - pool / 1.5) * _DT
        liquidity_step = (-liquidity / 0.7 + 1.5 * policy + 0.4 * growth * (2.0 * slack - 1.0)) * _DT
        accumulated += (liquidity - accumulated / 3.0) * _DT
        appetite += -appetite * _DT + sqrt(2.0) * to_appetite + push[1]
        policy, pool = policy + policy_step + push[0], pool + pool_step + push[2]
        liquidity += liquidity_step + 0.25 * to_liquidity + push[3]
    columns = np.array(rows).T
    return State(days, columns[0], columns[1], columns[2], columns[3], told.strain)


def true_regime(state: State) -> pd.Series[str]:
    """The regime that ruled each day: thresholds on L with hysteresis.

    ABUNDANT is entered above 0.7 and left below 0.2; SCARCE mirrors it.
    """
    names = {1: "ABUNDANT", 0: "NEUTRAL", -1: "SCARCE"}
    side, regimes = 0, []
    for level in state.liquidity.tolist():
        if side * level < _LEAVE:
            side = (level > _ENTER) - (level < -_ENTER)
        regimes.append(names[side])
    return pd.Series(regimes, index=state.days, name="true_regime")
