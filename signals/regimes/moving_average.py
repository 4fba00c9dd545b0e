"""The naive rival: is the speculative sleeve above its own average? It does not look at the waterline at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..config import MovingAverageConfig
from ..known import Known
from .registry import classifier


@classifier(
    "moving_average",
    config=MovingAverageConfig,
    source="Faber (2007), A quantitative approach to tactical asset allocation",
)
def moving_average(level: pd.Series[float], known: Known) -> pd.Series[str]:
    """The speculative sleeve's equal-weight index above, near or below its own average.

    Information set: bars of the sleeve complete by the decision.
    """
    chosen = known.config.moving_average
    index = sleeve_index(known)
    ratio = index / index.rolling(known.rows(chosen.weeks)).mean()
    names = np.select([ratio > 1.0 + chosen.band, ratio < 1.0 - chosen.band], ["ABUNDANT", "SCARCE"], "NEUTRAL")
    return pd.Series(names, index=level.index, dtype="str").where(ratio.notna())


def sleeve_index(known: Known) -> pd.Series[float]:
    """Equal-weight index of the speculative sleeve at each decision, rebalanced there.

    NaN before its first price; an asset counts from the decision after its first price on, and stands still while it
    has none.
    """
    prices = known.prices(known.present("speculative")).ffill()
    growth = prices.pct_change(fill_method=None).mean(axis="columns").fillna(0.0)
    return (1.0 + growth).cumprod().where(prices.notna().any(axis="columns"))
