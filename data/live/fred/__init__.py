"""FRED: series and their vintages through fredapi, or the public download without a key. Start at `fetch_series`."""

from __future__ import annotations

from .series import fetch_series

__all__ = ["fetch_series"]
