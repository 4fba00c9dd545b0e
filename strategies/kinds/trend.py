"""The trend rule: what most people would do without a waterline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..registry import strategy
from ..view import View


@strategy(source="Faber (2007), A quantitative approach to tactical asset allocation; 200 days")
def trend(view: View) -> pd.DataFrame:
    """Speculative while the sleeve stands above its average, near cash flow otherwise.

    Requires prices of the speculative sleeve. Sets exposures of 0 and 1, from the sleeve's present mix over the last
    ``trend.sessions`` sessions; ``neutral_share`` before there are as many.

    Information set: sessions whose bars of the whole sleeve were complete by the row.
    """
    sessions = view.config.trend.sessions
    indices = view.index_of("speculative", sessions)
    above = [float(index[-1] > index[1:].mean()) if len(index) > sessions else np.nan for index in indices]
    share = pd.Series(above, index=view.regime.index).fillna(view.config.neutral_share)
    return view.exposures(speculative=share, near_cash_flow=1.0 - share)
