"""FiscalData: issuance and the account of the US Treasury, by day. Start at `fetch_treasury`."""

from __future__ import annotations

from .fiscal_data import fetch_treasury

__all__ = ["fetch_treasury"]
