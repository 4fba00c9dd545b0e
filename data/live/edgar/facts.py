"""Filings as the SEC's JSON describes them: the facts of one tag, when a filing was accepted, when that was public."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from ....errors import DataError
from ...clock import NEW_YORK, session_closes, session_opens_after, sessions

_FORMS = {"10-Q", "10-Q/A", "10-K", "10-K/A"}
_COLUMNS = ["tag", "start", "end", "value", "accession", "filed"]


class _Fact(BaseModel):
    """One fact of a concept; ``val`` may be anything, and an instant has no ``start``."""

    start: dt.date | None = None
    end: dt.date
    val: Any
    accn: str
    form: str
    filed: dt.date

    def counts(self) -> bool:
        number = isinstance(self.val, int | float) and not isinstance(self.val, bool)
        return self.start is not None and self.form in _FORMS and number and np.isfinite(self.val)


class _Concept(BaseModel):
    units: dict[str, Any]


class _Columns(BaseModel):
    """The part of a company's list of filings that says when they were accepted."""

    accessions: list[str] = Field(alias="accessionNumber")
    instants: list[AwareDatetime] = Field(alias="acceptanceDateTime")


class _Shard(BaseModel):
    name: str


class _Filings(BaseModel):
    recent: dict[str, Any]
    files: list[_Shard] = []


class _Submissions(BaseModel):
    filings: _Filings


_FACTS = TypeAdapter(list[_Fact])


def read_facts(answer: Any, *, ticker: str, tag: str) -> pd.DataFrame:
    """The USD facts of one tag from quarterly and annual reports and their amendments.

    Parameters
    ----------
    answer : object
        The JSON of ``companyconcept``.
    ticker, tag : str
        Named in messages; `tag` also fills a column.

    Returns
    -------
    DataFrame
        ``tag``, ``start``, ``end``, ``value`` (USD), ``accession``, ``filed`` (date). Facts whose value is no number
        and those of other units are left out.

    Raises
    ------
    DataError
        Not the JSON of a concept, or no unit is USD.
    """
    where = f"The SEC's facts on {ticker}, {tag},"
    try:
        units = _Concept.model_validate(answer).units
        facts = _FACTS.validate_python(units.get("USD", []))
    except ValidationError as error:
        raise _misshapen(where, error) from None
    if units and "USD" not in units:
        raise DataError(f"{where} are in no unit that can be used", received=sorted(units), expected="USD")
    rows = [(tag, fact.start, fact.end, float(fact.val), fact.accn, fact.filed) for fact in facts if fact.counts()]
    return _frame(rows)


def no_facts() -> pd.DataFrame:
    """What `read_facts` gives for a tag nobody used."""
    return _frame([])


def read_shards(answer: Any, *, ticker: str) -> tuple[dict[str, Any], list[str]]:
    """Columns of the recent filings, and the names of the files with older ones, out of the JSON of ``submissions``.

    Raises
    ------
    DataError
        Not the JSON of a list of filings.
    """
    try:
        filings = _Submissions.model_validate(answer).filings
    except ValidationError as error:
        raise _misshapen(f"The SEC's list of filings of {ticker}", error) from None
    return filings.recent, [shard.name for shard in filings.files]


def read_acceptances(answer: Any, *, ticker: str) -> dict[str, pd.Timestamp]:
    """UTC instant of acceptance by accession number, out of the columns of a list of filings.

    Raises
    ------
    DataError
        Not such columns, or of unequal length.
    """
    try:
        columns = _Columns.model_validate(answer)
        instants = [pd.Timestamp(instant).tz_convert("UTC") for instant in columns.instants]
        return dict(zip(columns.accessions, instants, strict=True))
    except ValidationError as error:
        raise _misshapen(f"The SEC's list of filings of {ticker}", error) from None
    except ValueError:
        raise DataError(
            f"The SEC's list of filings of {ticker} has columns of unequal length",
            expected="one acceptanceDateTime for each accessionNumber",
        ) from None


def public_from(accepted: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """When a filing counts as public, by the instant (UTC) of its acceptance.

    Up to the close of its New York day that is the acceptance itself; after the close, and on days without a session,
    the open of the next session.
    """
    days = accepted.tz_convert(NEW_YORK).tz_localize(None).normalize().as_unit("ns")
    in_time = days.isin(sessions(days.min(), days.max()))
    in_time[in_time] = accepted[in_time] <= session_closes(days[in_time])
    return accepted.as_unit("ns").where(in_time, session_opens_after(days))


def with_release(facts: pd.DataFrame, acceptances: dict[str, pd.Timestamp]) -> pd.DataFrame:
    """`facts` in the order of filing with ``released`` (UTC); `acceptances` by accession number.

    A filing whose acceptance is not listed counts as accepted when its filing date ended.
    """
    end_of_day = (facts["filed"] + pd.Timedelta(hours=23, minutes=59)).dt.tz_localize(NEW_YORK).dt.tz_convert("UTC")
    listed = pd.to_datetime(facts["accession"].map(acceptances), utc=True).dt.as_unit("ns")
    accepted = listed.fillna(end_of_day)
    dated = facts.assign(accepted=accepted, released=public_from(pd.DatetimeIndex(accepted)))
    return dated.sort_values(["accepted", "accession"], kind="stable", ignore_index=True).drop(columns="accepted")


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    dates = dict.fromkeys(["start", "end", "filed"], "datetime64[ns]")
    return pd.DataFrame(rows, columns=_COLUMNS).astype(dates | {"value": "float64"})


def _misshapen(where: str, error: ValidationError) -> DataError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return DataError(
        f"{where} are not of the shape that is known",
        received=f"{place or 'the whole'}: {first['msg']}",
        expected="the JSON of data.sec.gov",
        remedy="The SEC may have changed its interface; look for a newer version of tidegate.",
    )
