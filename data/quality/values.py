"""Gates on the values of one series: a change of unit that yearly medians hide, and slips of the decimal point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..findings import Finding
from .spans import span

Floats = npt.NDArray[np.float64]

_UNITS = np.log([100.0, 1e3, 1e6, 1e9])  # percent and decimals; billions, millions, thousands and single dollars
_NEAR = np.log(2.5)
_QUIET = 0.6  # reverse repo near zero really moves a thousandfold overnight
_WINDOW = 4  # values on each side of a step
_ALIEN = np.log(300.0)  # a quarter against the eight around it; cash flows near zero came to a fiftieth
_SUSPECT = np.log(100.0)  # no quarter is alien without a step of this size
_SLIP, _SLIP_FACTOR, _REMAINS = 4.0, np.log(3.0), 0.25


def value_findings(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """Findings on the values of a series.

    Parameters
    ----------
    name : str
        Series id.
    rows : DataFrame
        ``period`` (ascending, each once) and ``value``; zeros are passed over.
    """
    rows = rows[rows["value"] != 0]
    if len(rows) < 2:
        return
    value, days = rows["value"].to_numpy(), pd.DatetimeIndex(rows["period"])
    level = np.log(np.abs(value))
    if len(steps := _steps(level)):
        message = f"The level changes {np.exp(abs(level[steps[0] + 1] - level[steps[0]])):.0f}-fold and stays there"
        remedy = "Convert the series to one unit."
        yield Finding("error", name, f"{days[steps[0] + 1]:%Y-%m-%d}", f"{message}: another unit.", remedy)
    if len(slips := _slips(value, level)):
        message = f"{len(slips)} value(s) left by a factor of three or more and were back at the next: probably slips."
        yield Finding("warning", name, span(days[slips]), message, "Compare with the source.")


def odd_quarters(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    """A finding on quarters that are hundreds of times larger or smaller than the eight around them.

    Parameters
    ----------
    name : str
        Series id.
    rows : DataFrame
        ``period`` (ascending, each once) and ``value`` in USD; zeros are passed over.
    """
    rows = rows[rows["value"] != 0]
    level = np.log(np.abs(rows["value"].to_numpy()))
    if not (np.abs(np.diff(level)) > _SUSPECT).any():
        return
    odd = [row for row in range(len(level)) if abs(level[row] - _around(level, row)) > _ALIEN]
    if odd:
        dates = span(pd.DatetimeIndex(rows["period"])[odd])
        message = f"{len(odd)} figure(s) differ several hundredfold from the quarters around them: another unit."
        yield Finding("error", name, dates, message, "Give every quarter in US dollars.")


def _around(level: Floats, row: int) -> float:
    others = np.concatenate([level[max(row - _WINDOW, 0) : row], level[row + 1 : row + 1 + _WINDOW]])
    return float(np.median(others)) if len(others) else float(level[row])


def _steps(level: Floats) -> npt.NDArray[np.intp]:
    """Rows after which an otherwise quiet series goes on as if in another unit."""
    move = np.diff(level)
    sudden = np.flatnonzero(np.abs(move) > _UNITS[0] - _NEAR)
    sudden = sudden[_like_a_unit(move[sudden])]
    if not len(sudden) or np.quantile(np.abs(move), 0.9) >= _QUIET:
        return sudden[:0]
    before = np.array([np.median(level[max(row + 1 - _WINDOW, 0) : row + 1]) for row in sudden])
    after = np.array([np.median(level[row + 1 : row + 1 + _WINDOW]) for row in sudden])
    return sudden[_like_a_unit(after - before)]


def _like_a_unit(change: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(np.abs(change)[:, None] - _UNITS).min(axis=1) < _NEAR)


def _slips(value: Floats, level: Floats) -> npt.NDArray[np.intp]:
    """Rows whose value is left again at the next row, by far more than the series ever moves."""
    move, factor = np.diff(value), np.diff(level)
    there, back = move[:-1], move[1:]
    sizes = np.sort(np.abs(move))
    usual = min(np.quantile(sizes, 0.98), sizes[-3:][0])  # in a short series the slip itself is among the largest 2 %
    far = (np.abs(there) > _SLIP * usual) & (np.abs(factor[:-1]) > _SLIP_FACTOR)
    return np.flatnonzero(far & (np.abs(there + back) < _REMAINS * np.abs(there))) + 1
