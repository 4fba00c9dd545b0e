"""Revisions: series whose first release is wrong and whose later vintages come closer to the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..dictionary import spec_of
from ..release_rules import release_instants
from .publication import Publication, periods_of, rounded
from .shocks import Array, Shocks


@dataclass(frozen=True)
class Revision:
    """How a series is revised.

    Vintage number j comes out when the period `j * every` later (in days "D" or months "M") has its first
    release. `errors` holds the standard error of each vintage as a share of the value.
    """

    part: str
    every: int
    unit: Literal["D", "M"]
    errors: tuple[float, ...]


REVISED = {
    "GDP": Revision("output_revision", 1, "M", (0.004, 0.002, 0.0)),
    "M2SL": Revision("money_revision", 1, "M", (0.0015, 0.0)),
    "TOTBKCR": Revision("bank_credit_revision", 7, "D", (0.001, 0.0)),
    "TLAACBW027SBOG": Revision("bank_assets_revision", 7, "D", (0.001, 0.0)),
}


def publish_with_revisions(series: str, path: Array, days: pd.DatetimeIndex, shocks: Shocks) -> list[Publication]:
    """Every vintage of a revised series, each at the instant at which it came out."""
    revision, spec = REVISED[series], spec_of(series)
    periods = periods_of(spec, days)
    truth = path[days.get_indexer(periods)]
    drawn = shocks.stream(revision.part).standard_normal((len(truth), len(revision.errors)))
    vintages = []
    for number, error in enumerate(revision.errors):
        later = _moved(periods, number * revision.every, revision.unit)
        values = rounded(series, truth + error * truth * drawn[:, number])
        vintages.append(Publication(series, periods, release_instants(spec, later), values))
    return vintages


def _moved(periods: pd.DatetimeIndex, count: int, unit: Literal["D", "M"]) -> pd.DatetimeIndex:
    """`periods` moved by so many days or months; months need periods that are the first of theirs."""
    dates = periods.to_numpy().astype(f"datetime64[{unit}]") + np.timedelta64(count, unit)
    return pd.DatetimeIndex(dates.astype("datetime64[ns]"))
