"""FRED without a key: the public CSV download, one vintage of today."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import requests

from ....errors import SourceError
from ..settings import LiveSettings
from ..web import RefusedError, get

_URL = "https://fred.stlouisfed.org/graph/fredgraph.csv"


def download(series: str, *, session: requests.Session, settings: LiveSettings) -> pd.DataFrame:
    """The latest vintage of `series`, in FRED's unit.

    Parameters
    ----------
    series : str
        FRED's id.
    session : requests.Session
        From `open_session`.
    settings : LiveSettings
        Timeouts and patience.

    Returns
    -------
    DataFrame
        ``period`` (naive dates, ascending), ``released`` (NaT: the file does not say) and ``value``; missing values
        are left out.

    Raises
    ------
    SourceError
        FRED has no such series, or could not be reached.
    """

    def parse(body: bytes) -> pd.DataFrame:
        return _parse(series, body)

    try:
        return get(session, _URL, settings=settings, parse=parse, params={"id": series})
    except RefusedError as refused:
        status = refused.status
    if status == 404:
        raise SourceError("FRED has no such series", received=series, expected="an id that FRED knows")
    raise SourceError(f"FRED refused to give {series}", received=f"HTTP {status}", expected="a CSV file")


def _parse(series: str, body: bytes) -> pd.DataFrame:
    """Rows of a file that is one; the last line without its end was cut off."""
    if not body.endswith(b"\n"):
        raise ValueError("cut off")
    rows = pd.read_csv(BytesIO(body), na_values=["."], dtype={"observation_date": str, "DATE": str, series: float})
    if list(rows.columns) not in (["observation_date", series], ["DATE", series]):
        raise ValueError("another header")
    periods = pd.DatetimeIndex(pd.to_datetime(rows.iloc[:, 0], format="%Y-%m-%d")).as_unit("ns")
    if not (periods.is_unique and periods.is_monotonic_increasing):
        raise ValueError("dates out of order")
    released = pd.DatetimeIndex([pd.NaT] * len(rows)).tz_localize("UTC").as_unit("ns")
    table = pd.DataFrame({"period": periods, "released": released, "value": rows[series]})
    return table.dropna(subset="value", ignore_index=True)
