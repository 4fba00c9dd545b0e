"""Assets: which class a ticker belongs to. Costs and trading hours follow from the class."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import pandas as pd

AssetClass = Literal["crypto", "equity", "etf", "bills"]


@cache
def _listed() -> Mapping[str, Mapping[str, str]]:
    text = resources.files(__package__).joinpath("assets.csv").read_text(encoding="utf-8")
    return {row["ticker"]: row for row in csv.DictReader(text.splitlines())}


def known_assets() -> tuple[str, ...]:
    """Every ticker of ``assets.csv``."""
    return tuple(_listed())


def asset_class(ticker: str) -> AssetClass:
    """Class of `ticker`: as listed in ``assets.csv``; else crypto when it ends in ``-USD``, else equity."""
    if ticker in _listed():
        return _listed()[ticker]["asset_class"]  # type: ignore[return-value]
    return "crypto" if ticker.endswith("-USD") else "equity"


def is_crypto(ticker: str) -> bool:
    """Whether `ticker` trades every day around the clock."""
    return asset_class(ticker) == "crypto"


def company_since(ticker: str) -> pd.Timestamp | None:
    """First session of the company that has the ticker now, where another company had it before; else None."""
    text = _listed().get(ticker, {}).get("company_since")
    return pd.Timestamp(text) if text else None
