"""Delisting: prices that end for good leave the holder with a last price, and with no way to sell later."""

from __future__ import annotations

import numpy as np
import pandas as pd

_FOR_GOOD = 5  # sessions without a price at the end of the data, and a day off is no delisting any more


def with_last_prices(prices: pd.DataFrame, *, delisting_return: float) -> pd.DataFrame:
    """Prices at which what was delisted can be sold.

    Parameters
    ----------
    prices : DataFrame, shape (sessions, assets)
        Closes; NaN where an asset did not trade.
    delisting_return : float
        Return from the last price to what a holder gets, decimal; Shumway (1997) found -0.3 for bad reasons.

    Returns
    -------
    DataFrame of the same shape
        After its last price an asset that has none on the last five sessions or more is worth that price times
        ``1 + delisting_return`` on every later session. Whether it may be bought is not decided here: an asset
        without a fresh bar is not eligible.
    """
    traded = prices.notna().to_numpy()
    ended = traded.any(axis=0) & ~traded[-_FOR_GOOD:].any(axis=0)
    if len(prices) <= _FOR_GOOD or not ended.any():
        return prices
    answer = prices.copy()
    for column in np.flatnonzero(ended):
        asset, last = prices.columns[int(column)], int(np.flatnonzero(traded[:, column])[-1])
        values = prices[asset].to_numpy(dtype=float, copy=True)
        values[last + 1 :] = values[last] * (1.0 + delisting_return)
        answer[asset] = values
    return answer
