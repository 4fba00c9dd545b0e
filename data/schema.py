"""The tables that every source must give, declared once; what breaks the declaration is refused with words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from ..errors import DataError

_NUMBER, _INSTANT = "float64", pd.DatetimeTZDtype(unit="ns", tz="UTC")
_EVERYWHERE, _ASCENDING, _ONCE = "a date on every row", "dates in ascending order", "each date once"

# Missing numbers are judged by the checks themselves, so that every refusal has its words.
_PRICE = "a positive, finite price"
_OPTIONAL_PRICE = pa.Check(lambda values: (values > 0) & (values < np.inf), error=_PRICE)
_NEEDED_PRICE = pa.Check(lambda values: (values > 0) & (values < np.inf), error=_PRICE, ignore_na=False)
_AMOUNT = pa.Check(lambda values: (values >= 0) & (values < np.inf), error="zero or more")
_VALUE = pa.Check(lambda values: values.abs() < np.inf, error="a finite number", ignore_na=False)
_DATES = (
    pa.Check(lambda dates: dates.notna(), error=_EVERYWHERE, ignore_na=False),
    pa.Check(lambda dates: ~(dates.diff() < pd.Timedelta(0)), error=_ASCENDING, ignore_na=False),
)


def _column(dtype: object, *checks: pa.Check) -> pa.Column:
    return pa.Column(dtype, list(checks), nullable=True)


PRICES = pa.DataFrameSchema(
    {
        "date": _column("datetime64[ns]", *_DATES),
        **{name: _column(_NUMBER, _OPTIONAL_PRICE) for name in ("open", "high", "low", "close")},
        "adj_close": _column(_NUMBER, _NEEDED_PRICE),
        **{name: _column(_NUMBER, _AMOUNT) for name in ("volume", "dividend", "split")},
    },
    checks=pa.Check(lambda table: ~table.duplicated(["date"]), error=_ONCE, ignore_na=False),
)
SERIES = pa.DataFrameSchema(
    {
        "period": _column("datetime64[ns]", *_DATES),
        "released": _column(_INSTANT),
        "value": _column(_NUMBER, _VALUE),
    },
    checks=pa.Check(lambda table: ~table.duplicated(["period", "released"]), error=_ONCE, ignore_na=False),
)
PRICE_COLUMNS, SERIES_COLUMNS = tuple(PRICES.columns), tuple(SERIES.columns)


def validated(table: pd.DataFrame, declared: pa.DataFrameSchema, place: str) -> pd.DataFrame:
    """`table` as it came, once it keeps the declaration.

    Parameters
    ----------
    table : DataFrame
        Rows in the order of the source; columns that are not declared are not looked at.
    declared : DataFrameSchema
        `PRICES` or `SERIES`.
    place : str
        File or item that the message names.

    Raises
    ------
    DataError
        The first thing that breaks the declaration: a column, its type, the order, or the first broken row.
    """
    for name, column in declared.columns.items():  # pandera takes any resolution of dates for any other
        if name not in table:
            raise DataError(f"{place} lacks the column {name}", expected=", ".join(declared.columns))
        if str(table[name].dtype) != str(column.dtype):
            expected = f"type {column.dtype}"
            raise DataError(f"{place}, column {name}", received=str(table[name].dtype), expected=expected)
    try:
        declared.validate(table, lazy=True)
    except pa.errors.SchemaErrors as failures:
        raise _in_words(failures.failure_cases, table, place) from None
    return table


def _in_words(cases: pd.DataFrame, table: pd.DataFrame, place: str) -> DataError:
    for rule in (_EVERYWHERE, _ASCENDING, _ONCE):
        if (broken := cases[cases["check"] == rule]).size:
            return _disorder(rule, table, int(broken["index"].min()), place)
    first = cases.iloc[0]
    row = int(cases.loc[cases["column"] == first["column"], "index"].min())
    return DataError(
        f"{place}, {_day(table, row)}, column {first['column']}",
        received=float(table[str(first["column"])].iloc[row]),
        expected=str(first["check"]),
        remedy="Remove the row or correct it at the source.",
    )


def _disorder(rule: str, table: pd.DataFrame, row: int, place: str) -> DataError:
    date = table.columns[0]
    if rule == _EVERYWHERE:
        return DataError(f"{place}, column {date}", received="nothing", expected=rule)
    if rule == _ASCENDING:
        what, remedy = f"{place} is not sorted: {_day(table, row)} follows a later date", "Sort the rows by date."
        return DataError(what, expected=rule, remedy=remedy)
    what, remedy = f"{place} holds {date} {_day(table, row)} twice", "Remove the duplicate rows."
    return DataError(what, expected=rule, remedy=remedy)


def _day(table: pd.DataFrame, row: int) -> str:
    return f"{pd.Timestamp(table.iloc[:, 0].iloc[row]):%Y-%m-%d}"
