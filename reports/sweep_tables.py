"""How the members of a sweep are distributed: quantiles, over all of them and by the value of a parameter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

LEVELS = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
_PARTS = 10
_ROUNDING = 1e-10  # relative; members and the study itself are summed in another order


def quantiles(figures: pd.DataFrame, preset: Mapping[str, float]) -> pd.DataFrame:
    """Quantiles of each figure over the members, with the study's own beside; never the best of them.

    Parameters
    ----------
    figures : DataFrame, shape (members, columns)
        Figures by name; NaN where a member has none.
    preset : Mapping of str to float
        The study's own figures; each must be a column of `figures`.

    Returns
    -------
    DataFrame, shape (figures, 7)
        Quantiles (linear between members), ``preset``, and ``below``: the share of the members that have the figure
        whose figure is smaller than the study's by more than rounding; NaN where either has none.
    """
    own = pd.Series(dict(preset), dtype=float)
    members = figures[list(own.index)]
    table = members.quantile(list(LEVELS.values())).T.set_axis(list(LEVELS), axis="columns")
    below = members.lt(own - _ROUNDING * own.abs().clip(lower=1.0)).sum() / members.notna().sum()
    return table.assign(preset=own, below=below.where(own.notna()))


def spread(values: pd.Series[float] | pd.Series[str], sharpe: pd.Series[float]) -> pd.DataFrame:
    """Quantiles of the Sharpe ratio at each value of a parameter, whatever the other parameters are.

    Parameters
    ----------
    values : Series, shape (members,)
        Values of the parameter.
    sharpe : Series, shape (members,)
        NaN is left out.

    Returns
    -------
    DataFrame, shape (values, 5)
        Indexed by value, ascending.
    """
    grouped = sharpe.groupby(values)
    return pd.DataFrame({name: grouped.quantile(share) for name, share in LEVELS.items()})


def spread_by_tenth(values: pd.Series[float], sharpe: pd.Series[float]) -> pd.DataFrame:
    """`spread` where hardly any value comes twice: over tenths of the members by value, indexed by their medians."""
    tenth = (values.rank(method="first") - 1.0) * _PARTS // len(values)
    return spread(tenth, sharpe).set_index(values.groupby(tenth).median())


def medians(table: pd.DataFrame, across: str, down: str) -> pd.DataFrame:
    """Median Sharpe ratio over everything else for each pair of values.

    Returns
    -------
    DataFrame, shape (values of `down`, values of `across`)
        Ascending both ways; NaN where no member has the pair.
    """
    return table.pivot_table(values="sharpe", index=down, columns=across, aggfunc="median", observed=True)


def counted(reasons: pd.Series[str], *, most: int) -> tuple[list[tuple[str, int]], int]:
    """The `most` frequent reasons with how often each was given, and how many members gave another one."""
    counts = reasons.value_counts()
    ordered = sorted(((str(reason), int(count)) for reason, count in counts.items()), key=lambda row: (-row[1], row[0]))
    return ordered[:most], sum(count for _, count in ordered[most:])
