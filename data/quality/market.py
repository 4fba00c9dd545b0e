"""Gates on a market: what a study needs of it, and what is missing, stale or only pseudo-PIT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ..assets import is_crypto
from ..clock import session_closes
from ..dictionary import dictionary, find_spec, spec_of, successors
from ..findings import Finding, worst_first
from ..market import Market
from .bills import bills_findings
from .spans import span

_SHORT_HISTORY = 252  # sessions


def check_market(market: Market, assets: Sequence[str]) -> list[Finding]:
    """Findings on the assets of a study, on the series of the dictionary and on the sources' tables, worst first.

    Parameters
    ----------
    market : Market
        What was loaded.
    assets : sequence of str
        Tickers the study needs.
    """
    found = [
        *_asset_findings(market, assets),
        *_holes(market, assets),
        *bills_findings(market),
        *_missing_series(market),
        *_stale_series(market),
        *_pseudo_pit(market),
        *market.provenance.findings,
        *(Finding("note", market.provenance.source, "", note) for note in market.provenance.notes),
    ]
    return worst_first(found)


def _asset_findings(market: Market, assets: Sequence[str]) -> Iterator[Finding]:
    for asset in assets:
        prices = market.prices[asset].dropna() if asset in market.assets else pd.Series(dtype=float)
        if prices.empty:
            message = "The study needs this ticker, and the data lacks it."
            yield Finding("error", asset, "", message, "Add its price file.")
            continue
        if len(prices) < _SHORT_HISTORY:
            yield Finding("note", asset, f"from {prices.index[0]:%Y-%m-%d}", f"Short history: {len(prices)} sessions.")
        behind = int((market.sessions > prices.index[-1]).sum())
        if behind > is_crypto(asset):  # a crypto bar is complete only after the session's close
            message = f"Prices end {behind} session(s) before the data do."
            remedy = "Fetch the newer prices; if it was delisted, nobody could trade it after."
            yield Finding("warning", asset, f"{prices.index[-1]:%Y-%m-%d}", message, remedy)


def _holes(market: Market, assets: Sequence[str]) -> Iterator[Finding]:
    """Sessions without a price between others that have one; a note where the study does not use the ticker."""
    for asset in market.assets:
        known = market.prices[asset].notna().to_numpy().nonzero()[0]
        steps = np.diff(known)
        if not (steps > 1).any():
            continue
        first, last = (steps > 1).nonzero()[0][[0, -1]]
        dates = span(market.sessions[[known[first] + 1, known[last + 1] - 1]])
        message = f"{(steps - 1).sum()} session(s) without a price, up to {steps.max() - 1} in a row."
        yield Finding("warning" if asset in assets else "note", asset, dates, message, "Complete the file.")


def _missing_series(market: Market) -> Iterator[Finding]:
    families = {series.partition(":")[0] + ":*" for series in market.releases.series}
    for series, spec in dictionary().items():
        if series not in market.releases.series and series not in families:
            instead = f" {spec.fallback} may stand in." if spec.fallback else ""
            yield Finding("note", series, "", f"Not in the data: {spec.what}.{instead}")


def _stale_series(market: Market) -> Iterator[Finding]:
    end = session_closes(market.sessions[-1:])
    for series in filter(find_spec, market.releases.series):
        newest = market.releases.as_of(series, end).released[0]
        limit = spec_of(series).stale_after
        if not pd.isna(newest) and end[0] - newest > limit and not _succeeded(market, series, end):
            message = f"Nothing was released for {(end[0] - newest).days} days; the limit is {limit.days}."
            yield Finding("warning", series, f"since {newest:%Y-%m-%d}", message, "Fetch the newer releases.")


def _succeeded(market: Market, series: str, end: pd.DatetimeIndex) -> bool:
    """Whether a fresh series has taken the place of `series`."""
    heirs = successors(series, market.releases.series)
    ages = [(spec_of(heir).stale_after, end[0] - market.releases.as_of(heir, end).released[0]) for heir in heirs]
    return any(pd.notna(age) and age <= limit for limit, age in ages)


def _pseudo_pit(market: Market) -> Iterator[Finding]:
    flagged = sorted(market.releases.pseudo_pit)
    revised = ", ".join(series for series in flagged if spec_of(series).revised)
    others = ", ".join(series for series in flagged if not spec_of(series).revised)
    message = "Pseudo-PIT: one late vintage, release times by rule"
    if revised:
        remedy = "Use vintages (a `released` column, or --data live) where the revisions matter."
        yield Finding("warning", revised, "", f"{message}, and the source revises it.", remedy)
    if others:
        yield Finding("note", others, "", f"{message}; practically unrevised.")
