"""What the Treasury takes from the market: coupons issued net, or the rebuild of its account."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from .known import Floats, Known, Periods


def coupons_over(known: Known, span: pd.Timedelta) -> pd.Series[float]:
    """Net coupon issuance over `span` up to the newest statement, in USD bn; the change of the account stands in.

    Information set: the daily statement, else the H.4.1, released by the decision.
    """
    coupons = known.by_vintage("issuance:coupons", partial(_sum_of_span, span=span.to_timedelta64()))
    return coupons.fillna(known.first_known("WDTGAL", partial(_rebuild, known, span)))


def _sum_of_span(periods: Periods, values: Floats, *, span: np.timedelta64) -> float:
    return float(values[periods > periods[-1] - span].sum())


def _rebuild(known: Known, span: pd.Timedelta, series: str) -> pd.Series[float]:
    newest = known.latest(series)
    return known.row(newest.value) - known.at(series, newest.period - span)
