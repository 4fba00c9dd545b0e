"""Units: a series whose magnitude shows another unit than the dictionary's is refused."""

from __future__ import annotations

import pandas as pd

from ..errors import DataError
from .dictionary import SeriesSpec


def wrong_years(spec: SeriesSpec, values: pd.Series[float]) -> pd.Series[float]:
    """Medians of the calendar years that lie outside the dictionary's band; empty when the unit is right.

    Parameters
    ----------
    spec : SeriesSpec
        The dictionary's row, with the band of plausible yearly medians.
    values : Series
        Values indexed by period (naive dates), in the unit to be checked.
    """
    low, high = spec.median_band
    medians = values.groupby(pd.DatetimeIndex(values.index).year).median()
    return medians[(medians < low) | (medians > high)]


def refuse_wrong_magnitude(spec: SeriesSpec, series: str, values: pd.Series[float]) -> None:
    """Raise DataError when any calendar year's median lies outside the dictionary's band."""
    wrong = wrong_years(spec, values)
    if wrong.empty:
        return
    low, high = spec.median_band
    years = str(wrong.index[0]) if len(wrong) == 1 else f"{len(wrong)} years, first {wrong.index[0]}"
    raise DataError(
        f"Series {series} does not look like {spec.unit} (median of {years})",
        received=f"{wrong.iloc[0]:g}",
        expected=f"{low:,.10g} to {high:,.10g} {spec.unit}",
        remedy="Convert the file to the dictionary's unit; FRED changed some series from billions to millions in 2025.",
    )
