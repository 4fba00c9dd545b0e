"""What no future changes, but a sceptic asks: the start of the data, the vintages, the execution lag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ..backtests.bills import bill_returns
from ..backtests.delisting import with_last_prices
from ..backtests.evidence import annual_sharpe
from ..backtests.many import simulate_many
from ..backtests.schedule import order_schedule
from ..data.clock import session_closes
from ..data.market import Market
from ..data.releases import Releases, nanoseconds
from ..decisions import Decisions, decide
from ..errors import TidegateError
from ..study import Study
from .result import Check, Verdict

LAGS = (0, 1, 2, 5)  # sessions
_LATER_YEARS = (1, 2, 5)
_CLEAR = 3.0  # standard errors of the mean daily gain of filling at once
_MOMENT = pd.Timedelta(1, "ns")


def by_start(study: Study, market: Market, decisions: Decisions) -> pd.DataFrame:
    """Today's answer when the data begin later.

    Returns
    -------
    DataFrame, shape (starts, 3)
        Indexed by the first session; ``waterline`` and ``regime`` at the last decision, and ``agreement``, the share
        of the decisions of both on which the regimes agree. NaN where nothing can be measured any more.
    """
    last, first = decisions.regime.index[-1], market.sessions[0]
    rows = {first: (decisions.waterline.level[last], decisions.regime[last], 1.0)}
    for years in _LATER_YEARS:
        start = first + pd.DateOffset(years=years)
        rows[start] = _answer(study, market, start, decisions)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["waterline", "regime", "agreement"])
    return table.rename_axis("data_from")


def _answer(study: Study, market: Market, start: pd.Timestamp, decisions: Decisions) -> tuple[float, str | None, float]:
    last = decisions.regime.index[-1]
    try:
        later = decide(study, since(market, start))
    except TidegateError:
        return np.nan, None, np.nan
    both = later.regime.index.intersection(decisions.regime.index)
    same = float((later.regime.loc[both] == decisions.regime.loc[both]).mean())
    return float(later.waterline.level[last]), str(later.regime[last]), same


def since(market: Market, start: pd.Timestamp) -> Market:
    """The market without what was public before `start`."""
    table = market.releases.table
    kept = table[table["released"] >= start.tz_localize("UTC")]
    return replace(market, prices=market.prices.loc[start:], releases=Releases(kept, market.releases.pseudo_pit))


def latest_vintage(market: Market) -> Market:
    """The market as a careless user has it: each value in its last vintage, known when the first one was."""
    table = market.releases.table
    periods = table.groupby(["series", "period"], sort=False, observed=True)
    newest = periods.tail(1).assign(released=periods["released"].transform("first"))
    return replace(market, releases=Releases(newest, market.releases.pseudo_pit))


def by_vintage_and_lag(study: Study, market: Market, decisions: Decisions) -> tuple[Mapping[str, pd.DataFrame], Check]:
    """Flips and Sharpe ratios with true and with latest vintages, and Sharpe ratios by execution lag.

    Returns
    -------
    Mapping of str to DataFrame
        ``vintages`` (rows ``true`` and ``latest``; ``flips``, ``sharpe``) and ``lag`` (rows 0, 1, 2, 5 sessions;
        ``sharpe``). A lag of 0 fills at the close before the decision, which nobody could do.
    Check
        A smell where most of the Sharpe ratio is gone at a lag of 1: the fill, not the forecast, made the money.
    """
    careless = decide(study, latest_vintage(market))
    trades = decisions.trades(decisions.targets, study.strategy)
    plans = {f"lag {sessions}": _traded(study, market, trades, sessions) for sessions in LAGS}
    plans["latest"] = _traded(study, market, careless.trades(careless.targets, study.strategy), study.execution.lag)
    plans["true"] = _traded(study, market, trades, study.execution.lag)
    excess = _excess_returns(study, market, list(plans.values())).set_axis(list(plans), axis="columns")
    sharpe = pd.Series(annual_sharpe(excess.to_numpy()), index=excess.columns)
    flips = {"true": _flips(decisions.regime), "latest": _flips(careless.regime)}
    vintages = pd.DataFrame({"flips": flips, "sharpe": sharpe[list(flips)].to_dict()}).rename_axis("vintages")
    ladder = pd.DataFrame({"sharpe": [sharpe[f"lag {each}"] for each in LAGS]}, index=pd.Index(LAGS, name="sessions"))
    return {"vintages": vintages, "lag": ladder}, lag_check(excess["lag 0"], excess["lag 1"])


def lag_check(at_once: pd.Series[float], later: pd.Series[float]) -> Check:
    """Whether filling a session later, as one must, costs most of the Sharpe ratio of filling at once."""
    gain = at_once - later
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    before, after = (float(annual_sharpe(each.to_numpy())) for each in (at_once, later))
    collapsed = bool(gain.mean() > _CLEAR * error and after < before / 2)
    note = "Most of the Sharpe ratio is gone one session later: the fill makes the money." if collapsed else ""
    verdict: Verdict = "smell" if collapsed else "pass"
    return Check("fill", "execution lag", verdict, len(LAGS), column="sharpe", expected=before, found=after, note=note)


def _flips(regime: pd.Series[str]) -> int:
    path = regime.to_numpy()
    return int((path[1:] != path[:-1]).sum())


def _traded(study: Study, market: Market, traded: pd.DataFrame, sessions: int) -> pd.DataFrame:
    """The order schedule at a lag; 0 moves each decision to just before the close that precedes it."""
    if sessions == 0:
        closes = session_closes(market.sessions)
        before = np.searchsorted(nanoseconds(closes), nanoseconds(pd.DatetimeIndex(traded.index)), "right") - 1
        traded = traded.set_axis(closes[before] - _MOMENT, axis="index")
    execution = study.execution.model_copy(update={"lag": max(1, sessions), "missing_fill": "defer"})
    prices = with_last_prices(market.prices, delisting_return=execution.delisting_return)
    return order_schedule(traded, prices, execution)


def _excess_returns(study: Study, market: Market, schedules: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Daily returns over bills of each schedule, on the sessions after the last of their first fills."""
    capital = study.execution.capital_usd
    values = simulate_many(schedules, market.prices, study.costs, capital=capital)
    returns = (values / values.shift(1).fillna(capital) - 1.0).loc[max(each.index[0] for each in schedules) :]
    return returns.sub(bill_returns(market.releases, pd.DatetimeIndex(returns.index)), axis="index")
