"""Units of FRED's values: read from its metadata, told by magnitude where there are none, and doubted either way."""

from __future__ import annotations

import re

import pandas as pd

from ....errors import DataError
from ...dictionary import SeriesSpec
from ...magnitude import wrong_years

_MONEY = {"USD", "USD mn", "USD bn"}
_IN_BN = {"": 1e-9, "thousands": 1e-6, "millions": 1e-3, "billions": 1.0, "trillions": 1e3}
_DOLLARS = re.compile(r"(?:(thousands|millions|billions|trillions) of )?(?:u\.?s\.? )?dollars", re.IGNORECASE)


def in_dictionary_unit(spec: SeriesSpec, table: pd.DataFrame, units: str) -> pd.DataFrame:
    """Values converted from the unit that FRED's metadata name into the dictionary's.

    Parameters
    ----------
    spec : SeriesSpec
        The dictionary's row of the series.
    table : DataFrame
        ``period``, ``released`` (NaT where unknown) and ``value`` in FRED's unit.
    units : str
        FRED's text, such as ``Millions of U.S. Dollars``. It describes today's vintage only; FRED moved series from
        billions to millions, so that the magnitudes of every year and of every vintage are checked against it.

    Returns
    -------
    DataFrame
        `table` with ``value`` in the dictionary's unit; rates and indices as they came.

    Raises
    ------
    DataError
        Money in a unit that is not known here, or magnitudes that belie the metadata.
    """
    converted = table.assign(value=table["value"] * _factor(spec, units))
    wrong = wrong_years(spec, _usable(spec, converted))
    if not wrong.empty:
        raise _belied(spec, units, f"a median of {wrong.iloc[0]:g} {spec.unit} in {wrong.index[0]}")
    if spec.unit in _MONEY:
        _refuse_odd_vintages(spec, converted, units)
    return converted


def told_by_magnitude(spec: SeriesSpec, table: pd.DataFrame) -> pd.DataFrame:
    """Money of an unnamed unit, converted by the one power of a thousand that fits the dictionary's band.

    Parameters
    ----------
    spec : SeriesSpec
        The dictionary's row of the series.
    table : DataFrame
        ``period``, ``released`` and ``value``: the whole history, as a few weeks may fit two units.

    Returns
    -------
    DataFrame
        `table` with ``value`` in the dictionary's unit. Rates and indices are not converted.

    Raises
    ------
    DataError
        No factor fits, or more than one does.
    """
    values = _usable(spec, table)
    candidates = (1e3, 1.0, 1e-3) if spec.unit in _MONEY else (1.0,)
    fitting = [factor for factor in candidates if wrong_years(spec, values * factor).empty]
    if spec.median_band[0] <= 0:
        fitting = fitting[:1]  # a band that holds zero fits every smaller factor too
    if len(fitting) != 1:
        low, high = spec.median_band
        raise DataError(
            f"The unit of {spec.id} cannot be told from its magnitude",
            received=f"a median of {values.median():g}",
            expected=f"{low:,.10g} to {high:,.10g} {spec.unit}, up to one factor of a thousand, in every year",
            remedy="Set FRED_API_KEY: FRED then names the unit.",
        )
    return table.assign(value=table["value"] * fitting[0])


def _factor(spec: SeriesSpec, units: str) -> float:
    if spec.unit not in _MONEY:
        return 1.0
    dollars = _DOLLARS.fullmatch(units.strip())
    if dollars is None:
        raise DataError(
            f"FRED gives {spec.id} in a unit that is not known here",
            received=units,
            expected="thousands, millions, billions or trillions of U.S. dollars",
            remedy=f"The dictionary wants {spec.unit}.",
        )
    return _IN_BN[(dollars[1] or "").lower()] / spec.to_usd_bn


def _usable(spec: SeriesSpec, table: pd.DataFrame) -> pd.Series[float]:
    """Values by period, without those before which the dictionary says that they mean nothing."""
    values = pd.Series(table["value"].to_numpy(), index=pd.DatetimeIndex(table["period"]))
    return values if spec.usable_from is None else values[values.index >= spec.usable_from]


def _refuse_odd_vintages(spec: SeriesSpec, table: pd.DataFrame, units: str) -> None:
    """A vintage from the time of another unit would hide among the medians of a year."""
    low, high = spec.median_band
    medians = table.groupby("released")["value"].median()
    odd = medians[(medians < low) | (medians > high)]
    if not odd.empty:
        raise _belied(spec, units, f"a median of {odd.iloc[0]:g} {spec.unit} in the vintage of {odd.index[0]:%Y-%m-%d}")


def _belied(spec: SeriesSpec, units: str, received: str) -> DataError:
    low, high = spec.median_band
    return DataError(
        f"FRED's metadata give {spec.id} in '{units}', its values do not look so",
        received=received,
        expected=f"{low:,.10g} to {high:,.10g} {spec.unit}",
        remedy="FRED may have changed the unit of a part; nothing was taken.",
    )
