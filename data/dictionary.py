"""The series dictionary: what each series is, when its values become public, when it is stale."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import pandas as pd

from ..errors import DataError

_USD_BN = {"USD": 1e-9, "USD mn": 1e-3, "USD bn": 1.0}


@dataclass(frozen=True)
class SeriesSpec:
    """One row of the dictionary.

    ``id`` may end in ``:*``: the row then describes a family such as ``capex:MSFT``, ``capex:AMZN``. ``first`` is the
    period with which the real series begins, ``usable_from`` a later one before which its values mean nothing.
    """

    id: str
    block: str
    what: str
    unit: str
    frequency: str
    first: pd.Timestamp
    usable_from: pd.Timestamp | None
    release_rule: str
    release_time_et: str
    revised: bool
    stale_after: pd.Timedelta
    fallback: str | None
    whole: bool
    median_band: tuple[float, float]
    note: str

    @property
    def to_usd_bn(self) -> float:
        """Factor that turns an amount of money into billions of US dollars; 1 for everything that is no money."""
        return _USD_BN.get(self.unit, 1.0)


def _parse(row: Mapping[str, str]) -> SeriesSpec:
    return SeriesSpec(
        id=row["id"],
        block=row["block"],
        what=row["what"],
        unit=row["unit"],
        frequency=row["frequency"],
        first=pd.Timestamp(row["first"]),
        usable_from=pd.Timestamp(row["usable_from"]) if row["usable_from"] else None,
        release_rule=row["release_rule"],
        release_time_et=row["release_time_et"],
        revised=row["revised"] not in {"no", "rarely", "little"},
        stale_after=pd.Timedelta(days=int(row["stale_after_days"])),
        fallback=row["fallback"] or None,
        whole=row["whole"] == "yes",
        median_band=(float(row["median_low"] or "-inf"), float(row["median_high"] or "inf")),
        note=row["note"],
    )


@cache
def dictionary() -> Mapping[str, SeriesSpec]:
    """All rows of the dictionary by id, in the order of the file."""
    text = resources.files(__package__).joinpath("dictionary.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["id"]: _parse(row) for row in csv.DictReader(text.splitlines())})


def find_spec(series: str) -> SeriesSpec | None:
    """The row that describes `series`, or None when the dictionary does not know it."""
    rows = dictionary()
    return rows.get(series) or rows.get(f"{series.partition(':')[0]}:*")


def spec_of(series: str) -> SeriesSpec:
    """The row that describes `series`.

    Raises
    ------
    DataError
        The dictionary has no such series or family.
    """
    found = find_spec(series)
    if found is None:
        raise DataError(
            "Unknown series", received=series, expected="an id of the series dictionary (data/dictionary.csv)"
        )
    return found


def is_truncated(spec: SeriesSpec, first_period: pd.Timestamp) -> bool:
    """Whether a series that must be whole begins more than a year after the real one does.

    Some providers serve only the last years of a series: an expanding statistic over what they serve would silently
    become a statistic over those years. The dictionary's ``whole`` names the series of which that is known.
    """
    return spec.whole and first_period > spec.first + pd.DateOffset(years=1)


def successors(series: str, candidates: Iterable[str]) -> list[str]:
    """Those of `candidates` that take the place of `series`: what it stands in for, or the company's other bases.

    >>> successors("IOER", ["DFF", "IORB"])
    ['IORB']
    """
    line = series.partition("@")[0]
    specs = {other: find_spec(other) for other in candidates if other != series}
    return [
        other
        for other, spec in specs.items()
        if (spec and spec.fallback == series) or (":" in series and other.partition("@")[0] == line)
    ]


def fallback_chain(series: str) -> tuple[str, ...]:
    """`series` followed by its stand-ins in order of preference.

    >>> fallback_chain("SOFR")
    ('SOFR', 'EFFR', 'DFF')
    """
    chain = [series]
    while (following := spec_of(chain[-1]).fallback) and following not in chain:
        chain.append(following)
    return tuple(chain)
