"""The synthetic economy as a folder of files that the `files` source reads: to look at, to change, to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import ConfigError
from .clock import NEW_YORK, session_opens_after
from .market import Market

MARK = "SYNTHETIC"
_FIGURES = {"capex": "capex_usd", "ocf": "operating_cash_flow_usd"}


def write_folder(market: Market, folder: Path) -> None:
    """Write a synthetic market in the layout of the `files` source.

    Parameters
    ----------
    market : Market
        From the synthetic economy: values of at most fifteen digits and instants of whole seconds, so that reading the
        files gives equal prices and equal releases.
    folder : Path
        Made if it does not exist. Files of the same names are replaced, others stay.

    Raises
    ------
    ConfigError
        The market is not synthetic: the folder would call real numbers invented.

    Notes
    -----
    ``SYNTHETIC`` says in one sentence which world it is; it is written first, so that not even half a folder can pass
    for real data. The true regime is not written.
    """
    if not market.provenance.synthetic:
        raise ConfigError(
            "Only a synthetic market can be written as a folder",
            received=market.provenance.source,
            expected="the market of the embedded economy",
        )
    for part in ("prices", "fred", "capex"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(f"{market.provenance.notes[0]}\n", encoding="utf-8")
    series = {name: _rows(market, name) for name in market.releases.series}
    _write_prices(market, {name: series.pop(name) for name in market.assets if name in series}, folder / "prices")
    for company, filings in _companies(series):
        filings.to_csv(folder / "capex" / f"{company}.csv", index=False)
    for name, rows in series.items():
        _write_series(rows, folder / "fred" / f"{name}.csv")


def _rows(market: Market, series: str) -> pd.DataFrame:
    line = market.releases.line(series)
    return pd.DataFrame(
        {
            "period": line.period.view("datetime64[ns]"),
            "released": pd.DatetimeIndex(line.released.view("datetime64[ns]")).tz_localize("UTC"),
            "value": line.value,
        }
    )


def _write_prices(market: Market, bars: dict[str, pd.DataFrame], folder: Path) -> None:
    """Closes on sessions; for an asset that is a series too (bitcoin) the bars of all seven days of the week."""
    for asset in market.assets:
        closes = bars[asset].set_index("period")["value"] if asset in bars else market.prices[asset].dropna()
        if closes.empty:  # listed after the last session
            continue
        days = pd.DatetimeIndex(closes.index).strftime("%Y-%m-%d")
        table = pd.DataFrame({"date": days, "close": closes.to_numpy(), "adj_close": closes.to_numpy()})
        table.to_csv(folder / f"{asset}.csv", index=False)


def _write_series(rows: pd.DataFrame, path: Path) -> None:
    instants = rows["released"].dt.tz_localize(None).to_numpy()
    table = pd.DataFrame(
        {
            "date": rows["period"].dt.strftime("%Y-%m-%d"),
            "value": rows["value"],
            "released": np.datetime_as_string(instants, unit="s", timezone="UTC"),
        }
    )
    table.to_csv(path, index=False)


def _companies(series: dict[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Taken out of `series`: the filings of each company (and basis) whose release instants the layout can tell.

    The layout knows the day of filing only, and a filing is public from the open of the next session. A company stays
    whole: the reader lets its file of filings stand for all of its figures.
    """
    for company in sorted({name.partition(":")[2] for name in series if name.partition(":")[0] in _FIGURES}):
        names = {f"{kind}:{company}": column for kind, column in _FIGURES.items() if f"{kind}:{company}" in series}
        figures = {column: filed for name, column in names.items() if (filed := _filed(series[name])) is not None}
        if len(figures) == len(names):
            for name in names:
                del series[name]
            yield company, _as_filings(figures)


def _filed(rows: pd.DataFrame) -> pd.Series[float] | None:
    """Values by period and a day of filing from which the session of the release follows; None where none does."""
    released = pd.DatetimeIndex(rows["released"])
    filed = released.tz_convert(NEW_YORK).tz_localize(None).normalize() - pd.offsets.BDay()
    if not session_opens_after(filed).equals(released):
        return None
    index = pd.MultiIndex.from_arrays([rows["period"], filed], names=["fiscal_period_end", "filed"])
    return pd.Series(rows["value"].to_numpy(), index=index)


def _as_filings(figures: Mapping[str, pd.Series[float]]) -> pd.DataFrame:
    table = pd.DataFrame(figures).reindex(columns=list(_FIGURES.values())).sort_index().reset_index()
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in ("fiscal_period_end", "filed")})
