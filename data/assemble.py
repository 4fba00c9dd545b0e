"""From a layer of plain tables to a market: prices on sessions, releases in one table, and what was noticed."""

from __future__ import annotations

import pandas as pd

from ..errors import ConfigError, DataError
from .assets import is_crypto
from .clock import FIRST_SESSION, sessions
from .dating import date_bars
from .dictionary import find_spec
from .layers import Layer
from .market import Market, Provenance
from .releases import Releases


def assemble(layer: Layer, *, source: str) -> Market:
    """Join the tables of a layer.

    Parameters
    ----------
    layer : Layer
        From any source, or several laid over each other.
    source : str
        What the market calls itself.

    Returns
    -------
    Market
        Adjusted closes on XNYS sessions from the first price to the last stock price; NaN where there is none.

    Raises
    ------
    ConfigError
        The layer holds no prices.
    DataError
        The prices hold no exchange session, or there is no series.
    """
    lines = {ticker: _closes(bars) for ticker, bars in layer.prices.items()}
    lines = {ticker: line for ticker, line in lines.items() if len(line)}
    if not lines:
        raise ConfigError(
            "No prices in the data",
            received=layer.place,
            expected="at least one readable file prices/<TICKER>.csv",
            remedy="Point --data at a folder with the layout of the `files` source (see the README).",
        )
    bars = {ticker: date_bars(ticker, layer.prices[ticker]) for ticker in lines if find_spec(ticker)}
    series = {**layer.series, **bars}
    if not series:
        raise DataError("No series could be read", received=layer.place, expected="files fred/<ID>.csv")
    return Market(_on_sessions(lines), _releases(series), _provenance(layer, source))


def _provenance(layer: Layer, source: str) -> Provenance:
    notes = (layer.invented,) if layer.invented else ()
    return Provenance(source, synthetic=bool(layer.invented), notes=notes, findings=layer.findings)


def _closes(bars: pd.DataFrame) -> pd.Series[float]:
    line = bars.set_index("date")["adj_close"]
    return line[line.index >= FIRST_SESSION]


def _on_sessions(lines: dict[str, pd.Series[float]]) -> pd.DataFrame:
    """All assets on the sessions spanned by the stocks (by everything when there is only crypto)."""
    stocks = {ticker: line for ticker, line in lines.items() if not is_crypto(ticker)} or lines
    days = sessions(min(line.index[0] for line in stocks.values()), max(line.index[-1] for line in stocks.values()))
    table = pd.DataFrame({ticker: line.reindex(days) for ticker, line in sorted(lines.items())}, index=days)
    if table.isna().all(axis=None):
        raise DataError("The prices hold no exchange session", expected="dates from 1990 on")
    return table


def _releases(series: dict[str, pd.DataFrame]) -> Releases:
    table = pd.concat([rows.assign(series=name) for name, rows in series.items() if len(rows)], ignore_index=True)
    pseudo_pit = frozenset(name for name, rows in series.items() if rows["by_rule"].any())
    return Releases(table, pseudo_pit)
