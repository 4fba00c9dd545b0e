"""Reading single CSV files of the `files` source, refusing with words what cannot be right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError
from .clock import NEW_YORK
from .dictionary import find_spec

_FIRST_DATE, _LAST_DATE = "1800-01-01", "2034-12-31"  # the exchange calendar is kept to the end of 2035


def read_prices(path: Path) -> pd.DataFrame:
    """Columns ``date``, ``adj_close`` (positive) of one price file.

    A file without adjusted closes falls back on ``close``.
    """
    raw = _read(path, required=("date",))
    column = next((name for name in ("adj_close", "close") if name in raw and raw[name].notna().any()), None)
    if column is None:
        raise DataError(f"Price file {path} has no prices", expected="a column adj_close (or close) with numbers")
    rows = pd.DataFrame({"date": _dates(path, raw, "date"), "adj_close": _numbers(path, raw, column)}).dropna()
    _refuse_disorder(path, rows, ["date"])
    wrong = rows[~(np.isfinite(rows["adj_close"]) & (rows["adj_close"] > 0))]
    if len(wrong):
        raise DataError(
            f"Price file {path}, {wrong['date'].iloc[0]:%Y-%m-%d}, column {column}",
            received=float(wrong["adj_close"].iloc[0]),
            expected="a positive, finite price",
            remedy="Remove the row or correct it at the source.",
        )
    return rows


def read_series(path: Path) -> pd.DataFrame:
    """Columns ``date``, ``released`` (UTC or NaT), ``value`` of one economic series; rows without value are dropped."""
    raw = _read(path, required=("date", "value"))
    rows = pd.DataFrame({"date": _dates(path, raw, "date"), "value": _numbers(path, raw, "value")})
    rows["released"] = _released(path, raw)
    rows = rows.dropna(subset=["value"])
    _refuse_disorder(path, rows, ["date", "released"])
    return rows


def read_capex(path: Path) -> pd.DataFrame:
    """Columns ``fiscal_period_end``, ``filed`` (NaT where unknown), ``capex_usd``, ``operating_cash_flow_usd``."""
    raw = _read(path, required=("fiscal_period_end", "filed", "capex_usd", "operating_cash_flow_usd"))
    rows = pd.DataFrame(
        {name: _dates(path, raw, name, optional=name == "filed") for name in ("fiscal_period_end", "filed")}
    )
    for name in ("capex_usd", "operating_cash_flow_usd"):
        rows[name] = _numbers(path, raw, name)
    _refuse_disorder(path, rows, ["fiscal_period_end", "filed"])
    return rows


def _read(path: Path, required: Sequence[str]) -> pd.DataFrame:
    try:
        raw = pd.read_csv(path, skipinitialspace=True, na_values=["."])
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError) as error:
        raise DataError(f"Cannot read {path}", received=str(error), expected="a CSV file with a header line") from error
    missing = [name for name in required if name not in raw.columns]
    if missing:
        raise DataError(
            f"{path} lacks the column {missing[0]}",
            received=", ".join(map(str, raw.columns)),
            expected=", ".join(required),
        )
    if raw.empty:
        raise DataError(f"{path} has a header but no rows", expected="at least one row")
    return raw


def _dates(path: Path, raw: pd.DataFrame, column: str, *, optional: bool = False) -> pd.Series[pd.Timestamp]:
    parsed = pd.to_datetime(raw[column].astype("string"), format="%Y-%m-%d", errors="coerce")
    dates = parsed.where(parsed.between(_FIRST_DATE, _LAST_DATE)).astype("datetime64[ns]")
    wrong = dates.isna() & (raw[column].notna() if optional else True)
    if wrong.any():
        value = raw.loc[wrong, column].iloc[0]
        raise DataError(
            f"{path}, line {_line(wrong)}, column {column}",
            received=str(value),
            expected="a date YYYY-MM-DD from 1800 to 2034",
        )
    return dates


def _numbers(path: Path, raw: pd.DataFrame, column: str) -> pd.Series[float]:
    numbers = pd.to_numeric(raw[column], errors="coerce").astype(float)
    wrong = numbers.isna() & raw[column].notna()
    if wrong.any():
        value = raw.loc[wrong, column].iloc[0]
        raise DataError(f"{path}, line {_line(wrong)}, column {column}", received=str(value), expected="a number")
    return numbers


def _line(wrong: pd.Series[bool]) -> int:
    return int(np.flatnonzero(wrong.to_numpy())[0]) + 2


def _released(path: Path, raw: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """The file's own release instants: a bare date means that day at the dictionary's release time."""
    if "released" not in raw:
        return pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns, UTC]")
    text = raw["released"].astype("string").str.strip()
    bare = text.str.fullmatch(r"\d{4}-\d{2}-\d{2}").fillna(value=False)
    spec = find_spec(path.stem)
    time = pd.Timedelta(f"{spec.release_time_et if spec else '23:59'}:00")
    of_day = (pd.to_datetime(text.where(bare), errors="coerce") + time).dt.tz_localize(NEW_YORK).dt.tz_convert("UTC")
    instant = pd.to_datetime(text.where(~bare), errors="coerce", utc=True)
    released = of_day.where(bare, instant).astype("datetime64[ns, UTC]")
    wrong = released.isna() & text.notna()
    if wrong.any():
        raise DataError(
            f"{path}, line {_line(wrong)}, column released",
            received=str(text[wrong].iloc[0]),
            expected="a date or an instant with its offset",
        )
    return released


def _refuse_disorder(path: Path, rows: pd.DataFrame, key: list[str]) -> None:
    twice = rows.duplicated(key)
    if twice.any():
        raise DataError(
            f"{path} holds {key[0]} {rows.loc[twice, key[0]].iloc[0]:%Y-%m-%d} twice",
            expected="each date once",
            remedy="Remove the duplicate rows.",
        )
    backwards = rows[key[0]].diff() < pd.Timedelta(0)
    if backwards.any():
        raise DataError(
            f"{path} is not sorted: {rows.loc[backwards, key[0]].iloc[0]:%Y-%m-%d} follows a later date",
            expected="dates in ascending order",
            remedy="Sort the file by date.",
        )
