"""A quick causality audit of a study: cut the future, scramble it, and compare the past bit by bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .data.assets import is_crypto
from .data.clock import bars_known
from .data.market import Market
from .data.releases import Releases
from .decisions import Decisions, decide
from .study import Study


@dataclass(frozen=True)
class Finding:
    """One node that changed in the past when only the future was touched."""

    node: str
    check: str
    cut: pd.Timestamp
    first_changed: pd.Timestamp


@dataclass(frozen=True)
class Audit:
    """Result of a causality audit.

    Attributes
    ----------
    checks : int
        Comparisons made: every node at every cut, under truncation and under scrambling.
    findings : tuple of Finding
        Leaks; empty when the audit passed.
    """

    checks: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether no leak was found."""
        return not self.findings

    def as_dict(self) -> dict[str, object]:
        """Plain data, as in ``summary.json``."""
        return {"passed": self.passed, "checks": self.checks}


def audit(study: Study, market: Market, decisions: Decisions | None = None, *, cuts: int = 2, seed: int = 0) -> Audit:
    """Check that nothing decided up to a cut depends on what became public after it.

    Parameters
    ----------
    study, market : Study, Market
        What to audit.
    decisions : Decisions, optional
        What the study decided on the whole market; computed when not given.
    cuts : int
        Random decisions at which the future is cut off and scrambled.
    seed : int
        Seed of the cuts and of the noise.

    Returns
    -------
    Audit
    """
    full = decisions or decide(study, market)
    rng = np.random.default_rng(seed)
    candidates = full.targets.index[1:-1]
    chosen = np.sort(rng.choice(len(candidates), min(cuts, len(candidates)), replace=False))
    findings: list[Finding] = []
    checks = 0
    for cut in candidates[chosen]:
        for check, changed in (
            ("prefix invariance", market.known_at(cut)),
            ("future scramble", scrambled(market, cut, rng)),
        ):
            for node, before, after in _nodes(full, decide(study, changed), cut):
                checks += 1
                if (first := _first_difference(before, after)) is not None:
                    findings.append(Finding(node, check, cut, first))
    return Audit(checks, tuple(findings))


def scrambled(market: Market, after: pd.Timestamp, rng: np.random.Generator) -> Market:
    """The market with everything that became public later than `after` replaced by noise of the same magnitude."""
    table = market.releases.table.copy()
    late = (table["released"] > after).to_numpy()
    table.loc[late, "value"] *= rng.lognormal(0.0, 1.0, late.sum()) * rng.choice([-1.0, 1.0], late.sum())
    prices = market.prices.copy()
    for asset in prices.columns:
        future = np.asarray(bars_known(market.sessions, crypto=is_crypto(str(asset))) > after)
        prices.loc[future, asset] *= rng.lognormal(0.0, 0.5, future.sum())
    return replace(market, prices=prices, releases=Releases(table, market.releases.pseudo_pit))


def _nodes(full: Decisions, other: Decisions, cut: pd.Timestamp) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Each node's rows up to the cut, as decided with and without the true future."""
    pairs = [
        *(
            (str(name), full.waterline.indicators[[name]], other.waterline.indicators[[name]])
            for name in full.waterline.indicators
        ),
        ("waterline", full.waterline.level.to_frame(), other.waterline.level.to_frame()),
        ("regime", full.waterline.regime.to_frame(), other.waterline.regime.to_frame()),
        ("weights", full.targets, other.targets),
    ]
    for name, before, after in pairs:
        yield name, before.loc[:cut], after.loc[:cut]


def _first_difference(before: pd.DataFrame, after: pd.DataFrame) -> pd.Timestamp | None:
    if not before.index.equals(after.index):
        return pd.Timestamp(before.index.symmetric_difference(after.index)[0])
    same = (before == after) | (before.isna() & after.isna())
    rows = ~same.all(axis="columns").to_numpy()
    return pd.Timestamp(before.index[int(np.argmax(rows))]) if rows.any() else None
