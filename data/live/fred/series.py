"""The FRED source: releases of one series in the dictionary's unit, with the user's key or without one."""

from __future__ import annotations

import pandas as pd
import requests

from ....errors import SourceError
from ...dictionary import SeriesSpec, is_truncated, spec_of
from ...fetched import Fetched
from ..settings import LiveSettings
from .client import FredClient
from .download import download
from .units import in_dictionary_unit, told_by_magnitude
from .vintages import release_history


def fetch_series(
    series: str, *, session: requests.Session, settings: LiveSettings, since: pd.Timestamp | None = None
) -> Fetched:
    """Releases of one series.

    Parameters
    ----------
    series : str
        An id of the dictionary that FRED knows.
    session : requests.Session
        From `open_session`.
    settings : LiveSettings
        With ``fred_api_key`` the API answers: every vintage of a revised series (source ``alfred``), today's vintage
        of any other (``fred``). Without it the public CSV download: today's vintage (``fred csv``).
    since : Timestamp, optional
        Only what is new. For a revised series with a key: the releases after this instant; values known by then are
        not repeated. For any other: the periods from this day on. The CSV download always gives everything, as its
        unit can be told from the whole history only.

    Returns
    -------
    Fetched
        Kind ``series``; ``released`` is NaT except from ``alfred``. A note says where one vintage stands for the
        whole history of a revised series, and where FRED serves only the end of a series.

    Raises
    ------
    SourceError
        FRED could not be reached, refuses the key, does not know the series, or has no value of it.
    DataError
        The dictionary does not know the series, or its unit cannot be believed.
    """
    spec = spec_of(series)
    if settings.fred_api_key is None:
        return _public(spec, session, settings)
    client = FredClient(settings.fred_api_key, session, settings)
    info = client.info(series)
    table = release_history(client, spec, since=since) if spec.revised else _latest_vintage(client, spec, since)
    _refuse_nothing(spec, table, since)
    first = table["period"].min() if since is None else pd.Timestamp(info["observation_start"])
    return Fetched(
        kind="series",
        id=series,
        table=in_dictionary_unit(spec, table, str(info["units"])),
        source="alfred" if spec.revised else "fred",
        whole=since is None,
        notes=_truncation(spec, first),
    )


def _public(spec: SeriesSpec, session: requests.Session, settings: LiveSettings) -> Fetched:
    table = download(spec.id, session=session, settings=settings)
    _refuse_nothing(spec, table, None)
    notes = _truncation(spec, table["period"].iloc[0])
    if spec.revised:
        notes += (f"{spec.id}: one vintage of today stands for its whole history (pseudo-PIT); a FRED key gives all.",)
    return Fetched(kind="series", id=spec.id, table=told_by_magnitude(spec, table), source="fred csv", notes=notes)


def _latest_vintage(client: FredClient, spec: SeriesSpec, since: pd.Timestamp | None) -> pd.DataFrame:
    query = {} if since is None else {"observation_start": f"{since:%Y-%m-%d}"}
    rows = client.observations(spec.id, **query)
    period = pd.DatetimeIndex(rows["period"]).as_unit("ns")
    released = pd.Series(pd.NaT, index=range(len(rows)), dtype="datetime64[ns, UTC]")
    table = pd.DataFrame({"period": period, "released": released, "value": rows["value"]})
    return table.dropna(subset="value", ignore_index=True)


def _refuse_nothing(spec: SeriesSpec, table: pd.DataFrame, since: pd.Timestamp | None) -> None:
    if table.empty and since is None:
        raise SourceError(f"FRED has no value of {spec.id}", expected=f"values from {spec.first:%Y-%m-%d} on")


def _truncation(spec: SeriesSpec, first: pd.Timestamp) -> tuple[str, ...]:
    if not is_truncated(spec, first):
        return ()
    instead = f"; use {spec.fallback}" if spec.fallback else ""
    return (
        f"{spec.id}: served from {first:%Y-%m-%d} only, real history starts {spec.first:%Y-%m-%d}: "
        f"refused for expanding statistics{instead}.",
    )
