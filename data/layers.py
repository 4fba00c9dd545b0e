"""Layers: the same series or ticker in several folders."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

from ..errors import DataError

_SAME_ADJUSTMENT = 0.005


def merge_layers(layers: Sequence[pd.DataFrame], key: list[str]) -> pd.DataFrame:
    """Rows of all layers; where two hold the same key, the later layer counts."""
    if len(layers) == 1:
        return layers[0]
    rows = pd.concat(layers, ignore_index=True)
    return rows.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)


def refuse_seams(paths: Sequence[Path], layers: Sequence[pd.DataFrame]) -> None:
    """Raise DataError when two price layers give shared dates different adjusted closes.

    A dividend or split between two downloads rescales the whole adjusted history: laid over each other, the files would
    show a jump that never happened. Layers without a shared date cannot be compared.
    """
    for (_, earlier), (path, later) in pairwise(zip(paths, layers, strict=True)):
        shared = earlier.merge(later, on="date", suffixes=("", "_later"))
        gap = (shared["adj_close_later"] / shared["adj_close"] - 1.0).abs()
        if (gap > _SAME_ADJUSTMENT).any():
            day = shared.iloc[int(gap.to_numpy().argmax())]
            raise DataError(
                f"{path} is adjusted differently from the folder before it, {day['date']:%Y-%m-%d}",
                received=f"{day['adj_close_later']:g} against {day['adj_close']:g}",
                expected="the same adjusted close on shared dates",
                remedy="Download the whole history anew instead of adding to it.",
            )
