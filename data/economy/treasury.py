"""What the Treasury borrows: net issuance on its settlement dates, in USD mn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..dictionary import spec_of
from ..release_rules import release_instants
from .publication import Publication, on_business_day
from .shocks import Array, Shocks
from .state import State


def issuance_publications(state: State, shocks: Shocks, *, output: Array) -> list[Publication]:
    """Net issuance of coupons and bills.

    Coupons settle in mid-month and at month end and are heavier when liquidity is scarce; bills settle on
    Thursdays.
    """
    drawn = shocks.persistent("coupons", memory_days=60)
    coupons = 0.03 / 24.0 * output * (1.0 - 0.4 * state.liquidity + 0.4 * drawn)
    bills = 0.0004 * output * shocks.stream("bills").standard_normal(len(state.days))
    middle, end = state.days.day == 15, state.days.is_month_end
    return [
        _flow("issuance:coupons", coupons, state.days, middle | end),
        _flow("issuance:bills", bills, state.days, state.days.day_of_week == 3),
    ]


def _flow(series: str, amount_usd_bn: Array, days: pd.DatetimeIndex, settles: npt.NDArray[np.bool_]) -> Publication:
    spec = spec_of(series)
    settled = on_business_day(days[settles])
    values = (amount_usd_bn[settles] / spec.to_usd_bn).round()
    return Publication(series, settled, release_instants(spec, settled), values)
