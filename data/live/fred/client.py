"""The FRED client: fredapi's library over the polite session, every refusal in words, the key in none of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import fredapi
import numpy as np
import numpy.typing as npt
import pandas as pd
import requests
from pydantic import SecretStr

from ....errors import SourceError
from ..settings import LiveSettings
from ..web import RefusedError, get

Root = ElementTree.Element
Rows = npt.NDArray[np.void]

OBSERVATION = np.dtype([("period", "M8[D]"), ("first_day", "M8[D]"), ("last_day", "M8[D]"), ("value", "f8")])
_ANSWERS = {"seriess", "vintage_dates", "observations"}


class FredClient(fredapi.Fred):  # type: ignore[misc]  # fredapi has no types
    """`fredapi.Fred` that waits, tries again, reads every page, and never shows its key.

    Parameters
    ----------
    key : SecretStr
        The user's FRED key.
    session : requests.Session
        From `open_session`.
    settings : LiveSettings
        Timeouts and patience.
    """

    def __init__(self, key: SecretStr, session: requests.Session, settings: LiveSettings) -> None:
        # Not fredapi's own constructor: it installs a global opener where a proxy is set.
        self._key, self._session, self._settings = key, session, settings

    def info(self, series: str) -> pd.Series[str]:
        """FRED's metadata of `series` as of today: ``units`` and ``observation_start``."""
        with _readable(series):
            found: pd.Series[str] = self.get_series_info(series)[["units", "observation_start"]]
            return found

    def vintage_dates(self, series: str) -> pd.DatetimeIndex:
        """Days (naive, ascending) on which values of `series` were released or revised."""
        with _readable(series):
            return pd.DatetimeIndex(self.get_series_vintage_dates(series)).as_unit("ns")

    def observations(self, series: str, **query: str) -> Rows:
        """Rows of `OBSERVATION`: the value of a period and the days from and to which it held, NaN for FRED's ``.``.

        Parameters
        ----------
        series : str
            FRED's id.
        **query : str
            ``realtime_start``, ``realtime_end``, ``observation_start``: days as FRED writes them. FRED cuts
            ``first_day`` and ``last_day`` to the real-time period that was asked for.
        """
        asked = {"series_id": series, "output_type": "1", **query}
        with _readable(series):
            return np.concatenate([_observations(page) for page in self._pages("series/observations", asked)])

    def _Fred__fetch_data(self, url: str) -> Root:  # noqa: N802  (the name that fredapi's methods call)
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        whole, *others = self._pages(parts.path.removeprefix("/fred/"), query)
        for page in others:
            whole.extend(page)
        return whole

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[Root]:
        """FRED's answers to one question, from the first row to the last."""
        seen, count = 0, 1
        while seen < count:
            page = self._get(path, {**query, "offset": str(seen)} if seen else query)
            yield page
            seen += len(page)
            count = int(page.get("count", 0))

    def _get(self, path: str, query: dict[str, str]) -> Root:
        try:
            return get(
                self._session,
                f"{self.root_url}/{path}",
                settings=self._settings,
                parse=_page,
                params={**query, "api_key": self._key.get_secret_value()},
            )
        except RefusedError as refused:
            refusal = self._in_words(query.get("series_id", ""), refused)
        except SourceError as failure:
            failure.__context__ = None  # it leads to the request, whose address has the key
            raise
        raise refusal

    def _in_words(self, series: str, refused: RefusedError) -> SourceError:
        said = _message(refused).replace(self._key.get_secret_value(), "(key)")
        if "api_key" in said:
            return SourceError(
                "FRED does not accept the API key",
                received=said,
                expected="a registered key of 32 characters",
                remedy="Set FRED_API_KEY to a valid key (free at https://fredaccount.stlouisfed.org/apikeys), or unset "
                "it: FRED's public CSV download then serves, pseudo-PIT.",
            )
        if "does not exist" in said:
            return SourceError("FRED has no such series", received=series, expected="an id that FRED knows")
        return SourceError(f"FRED refused to give {series}", received=said, expected="data")


def _message(refused: RefusedError) -> str:
    try:
        said = ElementTree.fromstring(refused.body).get("message")  # noqa: S314  (expat bounds entity expansion)
    except ElementTree.ParseError:
        said = None
    return f"HTTP {refused.status}: {' '.join(said.split()) if said else 'no reason given'}"


def _page(body: bytes) -> Root:
    """One answer of FRED; ValueError for anything else and for an answer that lacks rows it announces."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  (expat bounds entity expansion)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    if root.tag not in _ANSWERS:
        raise ValueError(f"<{root.tag}> is no answer of FRED")
    left = int(root.get("count", len(root))) - int(root.get("offset", 0))
    if len(root) != min(left, int(root.get("limit", left))):
        raise ValueError(f"{len(root)} rows where {left} are left")
    return root


def _observations(page: Root) -> Rows:
    rows = np.empty(len(page), dtype=OBSERVATION)
    for field, name in (("period", "date"), ("first_day", "realtime_start"), ("last_day", "realtime_end")):
        rows[field] = np.array([row.attrib[name] for row in page], dtype="M8[D]")
    values = (row.attrib["value"] for row in page)
    rows["value"] = [np.nan if value == FredClient.nan_char else float(value) for value in values]
    return rows


@contextmanager
def _readable(series: str) -> Iterator[None]:
    """What cannot be read inside is FRED's fault, in words."""
    try:
        yield
    except (ValueError, KeyError) as error:
        raise SourceError(
            f"FRED's answer about {series} cannot be read", received=str(error), expected="what FRED documents"
        ) from None
