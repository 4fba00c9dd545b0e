"""Yahoo: daily bars through yfinance. Start at `fetch_prices`."""

from __future__ import annotations

from .prices import fetch_prices

__all__ = ["fetch_prices"]
