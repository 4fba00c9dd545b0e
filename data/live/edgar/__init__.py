"""EDGAR: quarterly figures of companies as filed with the SEC. Start at `fetch_company`."""

from __future__ import annotations

from .company import fetch_company
from .lines import COMPANIES

__all__ = ["COMPANIES", "fetch_company"]
