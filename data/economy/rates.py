"""The price of money: the policy rate, funding rates, yields and the term premium. Percent, daily."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .shocks import Array, Shocks
from .state import State

_MEETING_EVERY = 45  # days


def rate_paths(state: State, shocks: Shocks) -> dict[str, Array]:
    """Daily paths of every interest rate, by series id.

    Accumulated liquidity lowers the level of rates, so yields fall while L is high and rise while it is low.
    L itself lowers the term premium, funding pressure and the two-year yield against the policy rate (easing
    is priced in).
    """
    paths = _overnight(state, shocks)
    paths |= _treasuries(state, shocks, funds=paths["EFFR"])
    return paths


def _overnight(state: State, shocks: Shocks) -> dict[str, Array]:
    wanted = 2.6 - 1.3 * state.accumulated + 0.3 * shocks.persistent("policy_rate", memory_days=700)
    upper = _committee(wanted)
    interest = upper - 0.10
    funds = interest - 0.04 - 0.01 * state.liquidity + 0.01 * shocks.persistent("overnight", memory_days=20)
    funds = np.maximum(funds, 0.04)
    # Repo answers to the scarcity of reserves more than any other overnight rate.
    pressure = -0.05 * state.liquidity + state.strain + 0.04 * shocks.persistent("repo_rate", memory_days=25)
    repo = interest - 0.05 + pressure
    return {
        "DFEDTARU": upper,
        "IORB": interest,
        "IOER": interest,
        "EFFR": funds,
        "DFF": funds,
        "SOFR": np.maximum(repo, 0.01),
    }


def _treasuries(state: State, shocks: Shocks, *, funds: Array) -> dict[str, Array]:
    three_months = funds - 0.06 * state.liquidity + 0.06 * shocks.persistent("bills_rate", memory_days=60)
    level = 0.35 * shocks.persistent("ten_year", memory_days=400)
    two_years = 0.1 + funds - 0.35 * state.liquidity + level + 0.35 * shocks.persistent("two_year", memory_days=700)
    premium = 0.5 - 0.35 * state.liquidity + 0.3 * shocks.persistent("term_premium", memory_days=400)
    expected = 2.8 - 0.9 * state.accumulated + level
    bills, short = _above(three_months, 0.02), _above(two_years, 0.15)
    long = _above(expected + premium, 0.6)
    breakeven = 2.0 + 0.25 * shocks.persistent("breakeven", memory_days=300)
    return {
        "DGS3MO": bills,
        "DTB3": _bank_discount(bills),
        "DGS2": short,
        "DGS10": long,
        "DFII10": long - breakeven,
        "THREEFYTP10": premium,
        # The published spread is the difference of the published yields.
        "T10Y2Y": long.round(2) - short.round(2),
    }


def _committee(wanted: Array) -> Array:
    """The target's upper bound: quarter points, changed at meetings only, never below 0.25."""
    decided = np.maximum(np.round(wanted[::_MEETING_EVERY] * 4.0) / 4.0, 0.25)
    return np.repeat(decided, _MEETING_EVERY)[: len(wanted)]


def _above(rate: Array, floor: float) -> Array:
    """`rate` bent smoothly so that it stays above `floor`: yields flatten out near zero."""
    return floor + np.logaddexp(0.0, 6.0 * (rate - floor)) / 6.0


def _bank_discount(bond_equivalent: Array) -> Array:
    """Discount rate of a 91-day bill with that bond-equivalent yield (percent)."""
    return bond_equivalent * (360.0 / 365.0) / (1.0 + bond_equivalent / 100.0 * 91.0 / 365.0)


def carried_over(path: Array, quoted: npt.NDArray[np.bool_]) -> Array:
    """`path` with the last quoted day's value on days without a quote: the funds rate over a weekend."""
    rows = np.maximum.accumulate(np.where(quoted, np.arange(len(path)), 0))
    return path[rows]
