"""Daily Treasury Statement from FiscalData: net issuance of marketable debt, and the Treasury's account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import requests
from pydantic import BaseModel, Field, ValidationError

from ....errors import DataError, SourceError
from ...fetched import Fetched
from ..settings import LiveSettings
from ..web import RefusedError, get
from .daily_statement import closing_balance, net_issuance

_PLACE = "https://api.fiscaldata.treasury.gov/services/api/fiscal_service/v1/accounting/dts/"
_DEBT = ("public_debt_transactions", "transaction_type", "security_market", "security_type", "transaction_today_amt")
_CASH = ("operating_cash_balance", "account_type", "open_today_bal", "close_today_bal")


class _Meta(BaseModel):
    pages: int = Field(alias="total-pages")


class _Page(BaseModel):
    data: list[dict[str, str | None]]
    meta: _Meta


def fetch_treasury(
    *,
    session: requests.Session,
    settings: LiveSettings,
    since: pd.Timestamp | None = None,
    page_size: int = 10_000,
) -> list[Fetched]:
    """Net issuance and the closing balance of the Treasury's account, by day.

    Parameters
    ----------
    session : requests.Session
        From `open_session`.
    settings : LiveSettings
        Timeouts and patience.
    since : Timestamp, optional
        First day (naive date); everything from 2005 on without it.
    page_size : int
        Rows asked for at once, at most 10,000.

    Returns
    -------
    list of Fetched
        ``issuance:bills`` and ``issuance:coupons`` (face value issued less redeemed, USD mn; inflation-protected and
        floating-rate securities are coupons) and ``treasury:account`` (USD mn). ``released`` is NaT: the statement of
        a day is out by 16:00 of the next business day, which is the dictionary's rule. Days whose figure is missing
        have no row; types of security that nobody knows are left out and named in the notes.

    Raises
    ------
    SourceError
        The service refused, did not answer, or gave no rows without `since`.
    DataError
        Its JSON is not of the known shape.
    """

    def rows(table: str, *fields: str) -> pd.DataFrame:
        query = {
            "fields": ",".join(("record_date", *fields, "src_line_nbr")),
            "sort": "record_date,src_line_nbr",  # the date alone leaves the order of a day's lines open between pages
            "page[size]": str(page_size),
        }
        if since is not None:
            query["filter"] = f"record_date:gte:{since:%Y-%m-%d}"
        found = _rows(table, query, session=session, settings=settings)
        if not found and since is None:
            raise SourceError(f"FiscalData gave no rows of {table}", expected="the history since 2005")
        return _frame(found, table, ["record_date", *fields])

    debt, cash = rows(*_DEBT), rows(*_CASH)
    issuance, notes = net_issuance(debt)
    return [
        _series("issuance:bills", issuance["bills"], notes, whole=since is None),
        _series("issuance:coupons", issuance["coupons"], notes, whole=since is None),
        _series("treasury:account", *closing_balance(cash), whole=since is None),
    ]


def _rows(
    table: str, query: Mapping[str, str], *, session: requests.Session, settings: LiveSettings
) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    number = pages = 1
    while number <= pages:
        asked = {**query, "page[number]": str(number)}
        try:
            answer = get(session, _PLACE + table, settings=settings, parse=json.loads, params=asked)
        except RefusedError as refusal:
            raise SourceError(f"FiscalData refused {table}", received=f"HTTP {refusal.status}") from None
        page = _page(answer, table)
        found, pages, number = found + page.data, page.meta.pages, number + 1
    return found


def _page(answer: Any, table: str) -> _Page:
    try:
        return _Page.model_validate(answer)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"FiscalData's {table} is not of the shape that is known",
            received=f"{place or 'the whole'}: {first['msg']}",
            expected="JSON with data and meta",
        ) from None


def _frame(rows: list[dict[str, str | None]], table: str, fields: list[str]) -> pd.DataFrame:
    """The rows with dates and numbers read; the word "null" is a missing value."""
    frame = pd.DataFrame(rows, columns=fields if not rows else None)
    if lost := [field for field in fields if field not in frame]:
        raise DataError(f"FiscalData's {table} lacks columns", received=list(frame), expected=", ".join(lost))
    frame = frame[fields].where(frame[fields] != "null")
    try:
        frame["record_date"] = pd.to_datetime(frame["record_date"], format="%Y-%m-%d").astype("datetime64[ns]")
        amounts = [field for field in fields if field.endswith(("_amt", "_bal"))]
        frame[amounts] = frame[amounts].apply(pd.to_numeric).astype("float64")
    except ValueError as error:
        raise DataError(
            f"FiscalData's {table} holds something else than dates and amounts", received=str(error)
        ) from None
    return frame


def _series(name: str, values: pd.Series[float], notes: tuple[str, ...], *, whole: bool) -> Fetched:
    released = pd.DatetimeIndex([pd.NaT] * len(values), dtype="datetime64[ns, UTC]")
    period = pd.DatetimeIndex(values.index).as_unit("ns")
    table = pd.DataFrame({"period": period, "released": released, "value": values.to_numpy(dtype=float)})
    return Fetched("series", name, table, "fiscaldata", whole=whole, notes=notes)
