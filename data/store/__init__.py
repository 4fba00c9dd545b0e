"""The store: everything ever fetched, kept on this machine. Start at `Store`; `freeze` makes a snapshot of it."""

from __future__ import annotations

from .snapshot import freeze, is_snapshot, read_snapshot
from .status import Status, status
from .store import Store

__all__ = ["Status", "Store", "freeze", "is_snapshot", "read_snapshot", "status"]
