"""The ledger: every study that was ever backtested, and how many trials a result has to answer for.

Start at `Ledger`. A `Trial` is one study on one data set with its figures; the ledger keeps one row for each pair of
configuration and data hash, in an embedded database that several processes may write at once and that a killed process
leaves whole. `Counted` is what the deflated Sharpe ratio needs of it, `effective_trials` how many of those were
different.
"""

from __future__ import annotations

from .counted import Counted
from .effective import effective_trials
from .ledger import Entry, Ledger, chosen_ledger
from .trial import Trial, monthly_growth

__all__ = ["Counted", "Entry", "Ledger", "Trial", "chosen_ledger", "effective_trials", "monthly_growth"]
