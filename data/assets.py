"""Assets: which class a ticker belongs to. Costs and trading hours follow from the class."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

AssetClass = Literal["crypto", "equity", "etf", "bills"]


@cache
def _listed() -> Mapping[str, AssetClass]:
    text = resources.files(__package__).joinpath("assets.csv").read_text(encoding="utf-8")
    return {row["ticker"]: row["asset_class"] for row in csv.DictReader(text.splitlines())}  # type: ignore[misc]


def asset_class(ticker: str) -> AssetClass:
    """Class of `ticker`: as listed in ``assets.csv``; else crypto when it ends in ``-USD``, else equity."""
    return _listed().get(ticker, "crypto" if ticker.endswith("-USD") else "equity")


def is_crypto(ticker: str) -> bool:
    """Whether `ticker` trades every day around the clock."""
    return asset_class(ticker) == "crypto"
