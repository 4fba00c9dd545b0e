"""The `files` source: folders of the user's own CSV files, layered, as a market."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ..errors import ConfigError, DataError
from .assets import is_crypto
from .capex import capex_facts
from .clock import FIRST_SESSION, sessions
from .csv_files import read_capex, read_prices, read_series
from .dictionary import SeriesSpec, find_spec, spec_of
from .layers import merge_layers, refuse_seams
from .magnitude import refuse_wrong_magnitude
from .market import Market, Provenance
from .release_rules import release_instants
from .releases import Releases

Report = Callable[[DataError], None]
_FILING_DELAY = pd.Timedelta(days=60)


def _raise(problem: DataError) -> None:
    raise problem


class _Rows(NamedTuple):
    """Release rows of one or more series, and what a reader must know about them."""

    table: pd.DataFrame
    pseudo_pit: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def load_files(folders: Sequence[Path], *, report: Report = _raise) -> Market:
    """Read a market from one or more folders.

    Parameters
    ----------
    folders : sequence of Path
        Each holds any of ``fred/<ID>.csv`` (date,value[,released]), ``prices/<TICKER>.csv``
        (date,open,high,low,close,adj_close,volume) and ``capex/<TICKER>.csv``
        (fiscal_period_end,filed,capex_usd,operating_cash_flow_usd). Later folders add to earlier ones; where both
        hold the same row, the later one counts.
    report : callable
        Called with each problem of a file; the default raises it. A file with a reported problem is left out.

    Returns
    -------
    Market
        Prices on XNYS sessions; releases with the file's own ``released`` where it has one, else by the dictionary's
        rule and then flagged pseudo-PIT.

    Raises
    ------
    ConfigError
        A folder does not exist or none holds prices.
    DataError
        A file cannot be read as what it claims to be.
    """
    prices, price_notes = _prices(_files_of(folders, "prices"), report)
    if not prices:
        raise ConfigError(
            "No prices in the data folder",
            received=", ".join(map(str, folders)),
            expected="at least one readable file prices/<TICKER>.csv",
            remedy="Point --data at a folder with the layout of the `files` source (see the README).",
        )
    series, unknown = _series_rows(_files_of(folders, "fred"), report)
    bars = [_bars_as_series(ticker, line) for ticker, line in prices.items() if find_spec(ticker)]
    parts = [*series, *bars, *_capex_rows(_files_of(folders, "capex"), report)]
    if not parts:
        raise DataError(
            "No series could be read", received=", ".join(map(str, folders)), expected="files fred/<ID>.csv"
        )
    releases = Releases(
        pd.concat([part.table for part in parts], ignore_index=True),
        frozenset().union(*(part.pseudo_pit for part in parts)),
    )
    notes = (*price_notes, *unknown, *(note for part in parts for note in part.notes))
    return Market(_on_sessions(prices), releases, Provenance("files", notes=notes))


def _files_of(folders: Sequence[Path], kind: str) -> dict[str, list[Path]]:
    """Paths by id (the file's stem), in the order of the folders."""
    found: dict[str, list[Path]] = {}
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                "--data names something that is no folder",
                received=str(folder),
                expected="'synthetic' or a folder",
            )
        for path in sorted((folder / kind).glob("*.csv")):
            found.setdefault(path.stem, []).append(path)
    return dict(sorted(found.items()))


def _prices(files: dict[str, list[Path]], report: Report) -> tuple[dict[str, pd.Series[float]], list[str]]:
    prices: dict[str, pd.Series[float]] = {}
    notes = []
    for ticker, paths in files.items():
        try:
            layers = [read_prices(path) for path in paths]
            refuse_seams(paths, layers)
            line = merge_layers(layers, ["date"]).set_index("date")["adj_close"]
        except DataError as problem:
            report(problem)
            continue
        prices[ticker] = line[line.index >= FIRST_SESSION]
        if off := _off_session(ticker, prices[ticker]):
            notes.append(f"{ticker}: {off} prices on days without a session were left out.")
    return {ticker: line for ticker, line in prices.items() if len(line)}, notes


def _off_session(ticker: str, line: pd.Series[float]) -> int:
    if is_crypto(ticker) or line.empty:
        return 0
    return len(line.index.difference(sessions(line.index[0], line.index[-1])))


def _on_sessions(prices: dict[str, pd.Series[float]]) -> pd.DataFrame:
    """All assets on the sessions spanned by the stocks (by everything when there are only crypto files)."""
    stocks = {ticker: line for ticker, line in prices.items() if not is_crypto(ticker)} or prices
    days = sessions(min(line.index[0] for line in prices.values()), max(line.index[-1] for line in stocks.values()))
    table = pd.DataFrame({ticker: line.reindex(days) for ticker, line in prices.items()}, index=days)
    if table.isna().all(axis=None):
        raise DataError("The price files hold no exchange session", expected="dates from 1990 on")
    return table


def _series_rows(files: dict[str, list[Path]], report: Report) -> tuple[list[_Rows], list[str]]:
    rows, unknown = [], []
    for series, paths in files.items():
        try:
            table = merge_layers([read_series(path) for path in paths], ["date", "released"])
            spec = find_spec(series)
            if spec is None and table["released"].isna().any():
                unknown.append(series)
            else:
                rows.append(_one_series(series, table, spec))
        except DataError as problem:
            report(problem)
    if not unknown:
        return rows, []
    return rows, [
        f"Left out, as neither the dictionary nor the file says when they became public: {', '.join(unknown)}."
    ]


def _one_series(series: str, table: pd.DataFrame, spec: SeriesSpec | None) -> _Rows:
    if spec is None:
        return _Rows(_table(series, table))
    if spec.usable_from is not None:
        table = table[table["date"] >= spec.usable_from]
    refuse_wrong_magnitude(spec, series, pd.Series(table["value"].array, index=table["date"]))
    guessed = table["released"].isna()
    by_rule = pd.Series(release_instants(spec, pd.DatetimeIndex(table["date"])), index=table.index)
    filled = table.assign(released=table["released"].where(~guessed, by_rule))
    return _Rows(_table(series, filled), frozenset({series}) if guessed.any() else frozenset())


def _table(series: str, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"series": series, "period": rows["date"], "released": rows["released"], "value": rows["value"]}
    )


def _bars_as_series(ticker: str, line: pd.Series[float]) -> _Rows:
    """The bars of an asset that is also a series of the dictionary (bitcoin), on its own seven-day calendar."""
    periods = pd.DatetimeIndex(line.index)
    released = release_instants(spec_of(ticker), periods)
    return _Rows(pd.DataFrame({"series": ticker, "period": periods, "released": released, "value": line.to_numpy()}))


def _capex_rows(files: dict[str, list[Path]], report: Report) -> list[_Rows]:
    if not files:
        return [_Rows(capex_facts(), notes=("Capex comes from the facts shipped with tidegate (no capex/ folder).",))]
    rows = []
    for ticker, paths in files.items():
        try:
            filings = merge_layers([read_capex(path) for path in paths], ["fiscal_period_end", "filed"])
            rows += [_one_filing(f"{kind}:{ticker}", filings, column) for kind, column in _CAPEX_COLUMNS]
        except DataError as problem:
            report(problem)
    return rows


_CAPEX_COLUMNS = (("capex", "capex_usd"), ("ocf", "operating_cash_flow_usd"))


def _one_filing(series: str, filings: pd.DataFrame, column: str) -> _Rows:
    """Release rows of one column; an unknown filing date is taken as 60 days after the period and flagged."""
    known = filings[filings[column].notna()]
    guessed = known["filed"].isna()
    filed = known["filed"].where(~guessed, known["fiscal_period_end"] + _FILING_DELAY)
    spec = spec_of(series)
    refuse_wrong_magnitude(spec, series, pd.Series(known[column].array, index=known["fiscal_period_end"]))
    released = release_instants(spec, pd.DatetimeIndex(filed))
    table = pd.DataFrame(
        {"series": series, "period": known["fiscal_period_end"], "released": released, "value": known[column]}
    )
    return _Rows(table, frozenset({series}) if guessed.any() else frozenset())
