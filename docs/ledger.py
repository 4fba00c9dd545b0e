"""Print the tables of docs/ledger.md: what trials cost a result, what clustering finds, what a trial costs the disk.

python docs/ledger.py
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tidegate.backtests.sharpe_statistics import deflated_sharpe, expected_maximum_sharpe
from tidegate.ledger import Ledger, Trial, effective_trials
from tidegate.ledger.trial import METRICS
from tidegate.study import Study, as_mapping

SHARPE, YEARS, SPREAD = 0.8, 15, 0.3  # annual
MONTHS = 180
MEMBERS = 2_000


def main() -> None:
    print(price_of_trials(), "\n")
    print(truths(), "\n")
    print(size())


def price_of_trials() -> str:
    """The deflated Sharpe ratio of the same result after ever more trials; normal returns."""
    rows = ["| trials | best of as many worthless ones | DSR |", "|---:|---:|---:|"]
    for trials in (1, 2, 5, 10, 100, 1_000, 100_000):
        facts = {"skew": 0.0, "kurtosis": 3.0, "trials": trials, "deviation": SPREAD / 252**0.5}
        ratio = deflated_sharpe(SHARPE / 252**0.5, YEARS * 252, **facts)
        rows.append(f"| {trials:,} | {expected_maximum_sharpe(trials, deviation=SPREAD):.2f} | {ratio:.3f} |")
    return "\n".join(rows)


def truths() -> str:
    """Effective trials where the truth is known: noisy copies of some ways to grow, `MONTHS` months, five seeds."""
    rows = ["| trials | different ways | correlation of copies | effective |", "|---:|---:|---:|---|"]
    for trials, ways, alike in ((200, 1, 1.0), (200, 5, 0.9), (200, 5, 0.7), (200, 20, 0.9), (200, 200, 0.0)):
        found = [effective_trials(list(copies(trials, ways, alike, seed))) for seed in range(5)]
        rows.append(f"| {trials} | {ways} | {alike:g} | {', '.join(map(str, found))} |")
    return "\n".join(rows)


def copies(trials: int, ways: int, alike: float, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    noise = np.random.default_rng(seed)
    drawn = noise.normal(0.0, 0.04, (ways, MONTHS))
    for k in range(trials):
        own = noise.normal(0.0, 0.04, MONTHS)
        yield "2010-01", np.float32(np.sqrt(alike) * drawn[k % ways] + np.sqrt(1.0 - alike) * own)


def size() -> str:
    """Bytes of the file for each member of a sweep of three parameters."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder, "ledger.sqlite"))
        ledger.prepare()
        empty = ledger.path.stat().st_size
        ledger.record(members())
        each = (ledger.path.stat().st_size - empty) / MEMBERS
    return f"A member of a sweep with {MONTHS} months takes {each:,.0f} bytes, {4 * MONTHS} of them for the months."


def members() -> Iterator[Trial]:
    base, noise = as_mapping(Study.load("essay")), np.random.default_rng(0)
    for k in range(MEMBERS):
        yield Trial(
            config_hash=hashlib.sha256(str(k).encode()).hexdigest(),
            data_hash="0" * 64,
            synthetic=True,
            source="synthetic",
            study="essay",
            base=base,
            metrics={name: float(noise.normal()) for name in METRICS},
            sessions=MONTHS * 21,
            first_month="2010-01",
            months=noise.normal(0.0, 0.04, MONTHS).astype(np.float32),
            code_version="0.1.0",
            at=datetime(2026, 1, 1, tzinfo=UTC),
            kind="sweep",
            overrides={
                "signal.regime.abundant_enter": k / 1000,
                "strategy.neutral_share": 0.5,
                "costs.crypto.fee_bps": 25.0,
            },
        )


if __name__ == "__main__":
    main()
