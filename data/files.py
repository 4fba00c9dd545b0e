"""The `files` source: a folder of the user's own CSV files as a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from ..errors import ConfigError, DataError
from .csv_files import read_capex, read_prices, read_series
from .dating import Report, date_all, date_filings, raise_problem
from .layers import Layer
from .synthesize import MARK

T = TypeVar("T")


def read_folder(folder: Path, *, report: Report = raise_problem) -> Layer:
    """Read one folder.

    Parameters
    ----------
    folder : Path
        Holds any of ``fred/<ID>.csv`` (date,value[,released]), ``prices/<TICKER>.csv``
        (date,open,high,low,close,adj_close,volume) and ``capex/<TICKER>.csv``
        (fiscal_period_end,filed,capex_usd,operating_cash_flow_usd).
    report : callable
        Called with each problem of a file; the default raises it. A file with a reported problem is left out.

    Returns
    -------
    Layer
        Releases carry the file's own ``released`` where it has one, else the dictionary's rule's, and then say so. A
        folder that was written from the synthetic economy is marked as invented.

    Raises
    ------
    ConfigError
        There is no such folder.
    DataError
        A file cannot be read as what it claims to be.
    """
    if not folder.is_dir():
        raise ConfigError(
            "--data names something that is no folder",
            received=str(folder),
            expected="'synthetic', 'live' or a folder",
        )
    mark = folder / MARK
    invented = mark.read_text(encoding="utf-8").strip() if mark.is_file() else ""
    prices = _each(folder / "prices", read_prices, report)
    layer = date_all(_each(folder / "fred", read_series, report), report=report, invented=bool(invented))
    filings = _filings(_each(folder / "capex", read_capex, report), report)
    series = dict(sorted({**layer.series, **filings}.items()))
    return replace(layer, place=str(folder), prices=prices, series=series, invented=invented)


def _each(folder: Path, read: Callable[[Path], T], report: Report) -> dict[str, T]:
    """What `read` makes of every CSV file, by the file's stem."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        try:
            found[path.stem] = read(path)
        except DataError as problem:
            report(problem)
    return found


def _filings(files: dict[str, dict[str, pd.DataFrame]], report: Report) -> dict[str, pd.DataFrame]:
    """Dated filings of every company by series id."""
    series = {}
    for company, tables in files.items():
        for kind, filings in tables.items():
            try:
                series[f"{kind}:{company}"] = date_filings(f"{kind}:{company}", filings)
            except DataError as problem:
                report(problem)
    return series
