"""The tables that every source must give, declared once; what breaks the declaration is refused with words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from ..errors import DataError

PRICE_COLUMNS = ("date", "open", "high", "low", "close", "adj_close", "volume", "dividend", "split")
SERIES_COLUMNS = ("period", "released", "value")


def _finite(values: pd.Series[float]) -> pd.Series[bool]:
    return pd.Series(np.isfinite(values.to_numpy()), index=values.index, dtype=bool)


def _ascending(dates: pd.Series[pd.Timestamp]) -> pd.Series[bool]:
    return dates.diff().fillna(pd.Timedelta(0)) >= pd.Timedelta(0)


_PRICE = [pa.Check.gt(0, error="a positive, finite price"), pa.Check(_finite, error="a positive, finite price")]
_AMOUNT = pa.Check.ge(0, error="zero or more")
_FINITE = pa.Check(_finite, error="a finite number")
_SORTED = pa.Check(_ascending, error="dates in ascending order")
_INSTANT = pd.DatetimeTZDtype(unit="ns", tz="UTC")

PRICES = pa.DataFrameSchema(
    {
        "date": pa.Column("datetime64[ns]", _SORTED),
        **{name: pa.Column(float, _PRICE, nullable=True) for name in ("open", "high", "low", "close")},
        "adj_close": pa.Column(float, _PRICE),
        **{name: pa.Column(float, _AMOUNT, nullable=True) for name in ("volume", "dividend", "split")},
    },
    unique=["date"],
    name="prices",
)
SERIES = pa.DataFrameSchema(
    {
        "period": pa.Column("datetime64[ns]", _SORTED),
        "released": pa.Column(_INSTANT, nullable=True),
        "value": pa.Column(float, _FINITE),
    },
    unique=["period", "released"],
    name="series",
)


def validated(table: pd.DataFrame, schema: pa.DataFrameSchema, place: str) -> pd.DataFrame:
    """`table` as it came, once it keeps the declaration.

    Parameters
    ----------
    table : DataFrame
        Rows in the order of the source.
    schema : DataFrameSchema
        `PRICES` or `SERIES`.
    place : str
        File or item that the message names.

    Raises
    ------
    DataError
        The first row that breaks the declaration, with its value and what was expected.
    """
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as failures:
        raise _in_words(failures.failure_cases, table, place) from None
    return table


def _in_words(cases: pd.DataFrame, table: pd.DataFrame, place: str) -> DataError:
    case: dict[str, Any] = cases.iloc[0].to_dict()  # type: ignore[assignment]
    date = table.columns[0]
    day = "" if pd.isna(case["index"]) else f"{pd.Timestamp(table[date].loc[int(case['index'])]):%Y-%m-%d}"
    if case["check"] == "multiple_fields_uniqueness":
        twice = f"{place} holds {date} {day} twice"
        return DataError(twice, expected="each date once", remedy="Remove the duplicate rows.")
    if case["check"] == _SORTED.error:
        unsorted = f"{place} is not sorted: {day} follows a later date"
        return DataError(unsorted, expected=str(_SORTED.error), remedy="Sort the rows by date.")
    return DataError(
        f"{place}, {day}, column {case['column']}",
        received=case["failure_case"],
        expected=str(case["check"]),
        remedy="Remove the row or correct it at the source.",
    )
