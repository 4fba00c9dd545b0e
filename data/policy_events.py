"""Dated policy events: markers on charts and subjects of event studies, never part of the score.

They were chosen and given their direction in hindsight, which is why nothing that decides may read them.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd


@cache
def _events() -> pd.DataFrame:
    with resources.files(__package__).joinpath("policy_events.csv").open(encoding="utf-8") as file:
        events = pd.read_csv(file, parse_dates=["date"])
    return events.set_index(events["date"].astype("datetime64[ns]")).drop(columns="date")


def policy_events() -> pd.DataFrame:
    """Turns of QE and QT, of administered rates, and days of stress.

    Returns
    -------
    DataFrame
        Indexed by announcement day (naive, ascending); ``direction`` is ``easing``, ``tightening`` or ``stress``,
        ``event`` says what, ``source`` where it was announced.
    """
    return _events().copy()
