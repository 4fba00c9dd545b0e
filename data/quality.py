"""Quality: what is wrong with a market, or must be known about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

from .assets import is_crypto
from .clock import session_closes
from .dictionary import dictionary, spec_of
from .market import Market

Severity = Literal["error", "warning", "note"]
_SHORT_HISTORY = 252  # sessions


@dataclass(frozen=True)
class Finding:
    """One thing a user of the data should know.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
        Errors make a run wrong or impossible; warnings may; notes only explain.
    subject : str
        Series, ticker or file.
    dates : str
        Where in time; empty when everywhere.
    message, remedy : str
        What was found and what to do.
    """

    severity: Severity
    subject: str
    dates: str
    message: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data."""
        return asdict(self)


def check_market(market: Market, assets: Sequence[str]) -> list[Finding]:
    """Findings on the assets of a study and on the series of the dictionary, worst first.

    Parameters
    ----------
    market : Market
        What was loaded.
    assets : sequence of str
        Tickers the study needs.
    """
    found = [
        *_asset_findings(market, assets),
        *_missing_series(market),
        *_stale_series(market),
        *_pseudo_pit(market),
        *(Finding("note", market.provenance.source, "", note) for note in market.provenance.notes),
    ]
    return sorted(found, key=lambda finding: ("error", "warning", "note").index(finding.severity))


def _asset_findings(market: Market, assets: Sequence[str]) -> Iterator[Finding]:
    for asset in assets:
        prices = market.prices[asset].dropna() if asset in market.assets else pd.Series(dtype=float)
        if prices.empty:
            yield Finding(
                "error",
                asset,
                "",
                "The study needs this ticker, and the data lacks it.",
                "Add its price file.",
            )
            continue
        span = market.prices[asset].loc[prices.index[0] : prices.index[-1]]
        holes = span.index[span.isna()]
        if len(holes):
            message = f"{len(holes)} sessions without a price."
            yield Finding(
                "warning",
                asset,
                f"{holes[0]:%Y-%m-%d} to {holes[-1]:%Y-%m-%d}",
                message,
                "Complete the file.",
            )
        if len(prices) < _SHORT_HISTORY:
            yield Finding("note", asset, f"from {prices.index[0]:%Y-%m-%d}", f"Short history: {len(prices)} sessions.")
        if prices.index[-1] < market.sessions[-1] and not is_crypto(asset):
            message = "Prices end before the data do."
            yield Finding("warning", asset, f"{prices.index[-1]:%Y-%m-%d}", message, "Fetch the newer prices.")


def _missing_series(market: Market) -> Iterator[Finding]:
    families = {series.partition(":")[0] + ":*" for series in market.releases.series}
    for series, spec in dictionary().items():
        if series not in market.releases.series and series not in families:
            instead = f" {spec.fallback} may stand in." if spec.fallback else ""
            yield Finding("note", series, "", f"Not in the data: {spec.what}.{instead}")


def _stale_series(market: Market) -> Iterator[Finding]:
    end = session_closes(market.sessions[-1:])
    for series in market.releases.series:
        newest = market.releases.as_of(series, end).released[0]
        limit = spec_of(series).stale_after
        if not pd.isna(newest) and end[0] - newest > limit and not _succeeded(market, series, end):
            message = f"Nothing was released for {(end[0] - newest).days} days; the limit is {limit.days}."
            yield Finding("warning", series, f"since {newest:%Y-%m-%d}", message, "Fetch the newer releases.")


def _succeeded(market: Market, series: str, end: pd.DatetimeIndex) -> bool:
    """Whether a fresh series has taken the place of `series`, which only stands in for it before."""
    heirs = [spec for spec in dictionary().values() if spec.fallback == series]
    released = [(spec.stale_after, market.releases.as_of(spec.id, end).released[0]) for spec in heirs]
    return any(not pd.isna(newest) and end[0] - newest <= limit for limit, newest in released)


def _pseudo_pit(market: Market) -> Iterator[Finding]:
    for series in sorted(market.releases.pseudo_pit):
        revised = spec_of(series).revised
        message = "Pseudo-PIT: one late vintage, release times by rule" + (
            "; this series is revised." if revised else "."
        )
        remedy = "Use vintages (a `released` column) where the revisions matter." if revised else ""
        yield Finding("warning" if revised else "note", series, "", message, remedy)
