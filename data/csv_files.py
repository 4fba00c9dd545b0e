"""Reading single CSV files of the `files` source, refusing with words what cannot be right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DataError
from .clock import NEW_YORK
from .dictionary import find_spec
from .schema import PRICE_COLUMNS, PRICES, SERIES, validated

_FIRST_DATE, _LAST_DATE = "1800-01-01", "2035-10-31"  # the exchange calendar is kept to the end of 2035
_FIGURES = {"capex": "capex_usd", "ocf": "operating_cash_flow_usd"}


def read_prices(path: Path) -> pd.DataFrame:
    """The bars of one price file, `PRICE_COLUMNS`: NaN where the file says nothing, ``adj_close`` on every row.

    A file without adjusted closes falls back on ``close``.
    """
    raw = _read(path, required=("date",))
    chosen = next((name for name in ("adj_close", "close") if name in raw and raw[name].notna().any()), None)
    if chosen is None:
        raise DataError(f"Price file {path} has no prices", expected="a column adj_close (or close) with numbers")
    rows = pd.DataFrame({"date": _dates(path, raw, "date")})
    for name in PRICE_COLUMNS[1:]:
        rows[name] = _numbers(path, raw, name) if name in raw else np.nan
    rows["adj_close"] = rows[chosen]
    rows = rows[rows["adj_close"].notna()].reset_index(drop=True)
    return validated(rows, PRICES, f"Price file {path}")


def read_series(path: Path) -> pd.DataFrame:
    """`SERIES_COLUMNS` of one series, ``released`` NaT where the file does not say; rows without value drop."""
    raw = _read(path, required=("date", "value"))
    rows = pd.DataFrame({"period": _dates(path, raw, "date")})
    rows["released"] = _released(path, raw)
    rows["value"] = _numbers(path, raw, "value")
    return validated(rows[rows["value"].notna()].reset_index(drop=True), SERIES, str(path))


def read_capex(path: Path) -> dict[str, pd.DataFrame]:
    """One table per figure (``capex``, ``ocf``): ``period``, ``filed`` (NaT where unknown), ``value`` in USD."""
    raw = _read(path, required=("fiscal_period_end", "filed", *_FIGURES.values()))
    filed = _dates(path, raw, "filed", optional=True)
    tables = {}
    for kind, column in _FIGURES.items():
        rows = pd.DataFrame({"period": _dates(path, raw, "fiscal_period_end")})
        rows["released"] = filed.dt.tz_localize("UTC")
        rows["value"] = _numbers(path, raw, column)
        kept = validated(rows[rows["value"].notna()].reset_index(drop=True), SERIES, f"{path}, column {column}")
        tables[kind] = kept.assign(filed=kept["released"].dt.tz_localize(None)).drop(columns="released")
    return tables


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
            expected="a date YYYY-MM-DD from 1800 to October 2035",
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
