"""The tilt: a toggle without steps."""

from __future__ import annotations

import math

import pandas as pd

from ..registry import strategy
from ..view import View

_FAR = 50.0  # beyond this the share is 0 or 1 to the last bit that matters


@strategy(source="The essay of February 2026; a logistic instead of thresholds")
def tilt(view: View) -> pd.DataFrame:
    """The speculative share is a logistic of the waterline.

    Requires a waterline. Sets exposures that sum to 1, the speculative one 1 / (1 + exp(-slope (level - centre))).
    Where the waterline is not known, the last share holds; before the first one, ``neutral_share``.

    Information set: the waterline up to the row.
    """
    config = view.config.tilt
    steep = (config.slope * (view.level - config.centre)).clip(-_FAR, _FAR)
    share = (1.0 / (1.0 + steep.mul(-1.0).map(math.exp))).ffill().fillna(view.config.neutral_share)
    return view.exposures(speculative=share, near_cash_flow=1.0 - share)
