"""vectorbt executes every order, through `portfolio` here and `event_loop` in a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.assets import asset_class
from ..errors import ConfigError
from .borrow import after_fees, borrow_fees, borrow_rates
from .config import CostConfig, ExecutionConfig, Limits
from .result import Backtest
from .schedule import order_schedule

_SIDES = np.array(["buy", "sell"])


def cost_rates(assets: pd.Index[str], costs: CostConfig) -> npt.NDArray[np.float64]:
    """Cost of each asset per unit of notional, decimal, shape (assets,)."""
    return np.array([costs.of(asset_class(str(asset))).rate for asset in assets], dtype=float)


def cost_reserve(
    rates: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], closes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Share of the portfolio kept in cash at each fill so that costs never starve the last buyer, shape (fills, 1).

    A rebalance of long positions trades at most twice the portfolio (all sold, all bought), so twice the dearest rate
    always suffices. Shorts weigh more when `max_gross` lets them or when prices rise: where there are any, what was
    held and what will be are added up. `weights` are the targets of each fill, `closes` its prices.
    """
    gross = np.full(len(weights), 2.0)
    if weights.min(initial=0.0) < 0:
        least = weights.min(axis=1, initial=0.0)
        short = (least < 0) | (np.append(0.0, least[:-1]) < 0)
        gross[short] = np.maximum(2.0, _gross_before(weights, closes) + np.abs(weights).sum(axis=1))[short]
    reserve: npt.NDArray[np.float64] = rates.max() * gross
    return np.minimum(reserve, 1.0)[:, np.newaxis]


def _gross_before(weights: npt.NDArray[np.float64], closes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What the last targets have grown into at each fill, long and short added up, per unit of value."""
    before, held = np.zeros(len(weights)), weights[:-1]
    grown = np.where(held != 0, held * closes[1:] / closes[:-1], 0.0)
    worth = 1.0 + (grown - held).sum(axis=1)
    np.divide(np.abs(grown).sum(axis=1), worth, out=before[1:], where=worth > 0)
    return before


def backtest(
    name: str,
    targets: pd.DataFrame,
    prices: pd.DataFrame,
    costs: CostConfig,
    execution: ExecutionConfig,
    *,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
) -> Backtest:
    """Execute target weights from one pool of cash.

    Parameters
    ----------
    name : str
        Name of the portfolio.
    targets : DataFrame, shape (decisions, assets)
        Target weights at the decisions that send orders; rows sum to at most 1, the rest is cash, which earns nothing.
        Negative weights are short: their proceeds are cash, and they cost the borrow fee (see `borrow`).
    prices : DataFrame, shape (sessions, assets)
        Closes in USD, NaN before listing.
    costs : CostConfig
        Basis points per asset class.
    execution : ExecutionConfig
        Lag, capital, missing prices.
    limits : Limits
        Whether weights may be negative, and how much all of them may add up to.

    Returns
    -------
    Backtest
        From the session of the first fill to the last session.

    Raises
    ------
    ConfigError
        A weight is beyond `limits`, a row sums to more than 1, or no decision has a session left to fill it.
    DataError
        A needed price is missing on a fill session.
    """
    _refuse_impossible(name, targets, limits)
    used = targets.loc[:, (targets != 0).any()]
    schedule = order_schedule(used, prices, execution)
    if schedule.empty:
        raise ConfigError(
            f"Portfolio '{name}' has nothing to trade", expected="a decision that a later session can fill"
        )
    closes = prices.loc[schedule.index[0] :, used.columns]
    rates = cost_rates(used.columns, costs)
    reserve = cost_reserve(rates, schedule.to_numpy(), closes.ffill().loc[schedule.index].to_numpy())
    sizes = (schedule * (1.0 - reserve)).reindex(closes.index).mask(closes.isna())
    # A hole after listing is valued at the last price; the schedule has refused holes on fill sessions.
    portfolio = simulate(closes.ffill(), sizes, rates, execution.capital_usd)
    weights, value = _held_weights(portfolio, closes), portfolio.value().rename(name)
    fees = pd.Series(0.0, index=value.index)
    if limits.shorts:
        held = weights.drop(columns="CASH").to_numpy()
        fees[:] = borrow_fees(held, pd.DatetimeIndex(closes.index), borrow_rates(used.columns, costs))
        value[:] = after_fees(value.to_numpy(dtype=np.float64), fees.to_numpy(dtype=np.float64))
    return Backtest(
        name=name,
        capital=execution.capital_usd,
        value=value,
        weights=weights,
        orders=_orders(portfolio, closes),
        portfolio=portfolio,
        borrow=fees,
    )


def _refuse_impossible(name: str, targets: pd.DataFrame, limits: Limits) -> None:
    values = targets.to_numpy(dtype=float)
    gross, net = np.abs(values).sum(axis=1), values.sum(axis=1)
    negative = not limits.shorts and (values < 0).any()
    if not np.isfinite(values).all() or negative or gross.max() > limits.gross + 1e-9 or net.max() > 1 + 1e-9:
        most = f", absolute ones to at most {limits.gross:g}: nobody lends money here" if limits.shorts else ""
        raise ConfigError(
            f"Target weights of '{name}'",
            received=f"{np.nanmin(values):g} to {np.nanmax(values):g}, largest sum {net.max():g}",
            expected=f"finite{'' if limits.shorts else ', non-negative'} weights that sum to at most 1{most}",
        )


def simulate(
    closes: pd.DataFrame,
    sizes: pd.DataFrame,
    rates: npt.NDArray[np.float64],
    capital: float,
    groups: npt.NDArray[np.int64] | bool = True,
) -> Any:
    """One `Portfolio.from_orders` call: orders only where `sizes` has a number, sells before buys, one pool of cash."""
    from .portfolio import SessionPortfolio

    return SessionPortfolio.from_orders(
        close=closes,
        size=sizes,
        size_type="targetpercent",
        direction="both",  # weights are refused before where they may not be negative
        fees=rates[np.newaxis, :],
        init_cash=capital,
        cash_sharing=True,
        group_by=groups,
        call_seq="auto",
        freq="1D",
    )


def _held_weights(portfolio: Any, closes: pd.DataFrame) -> pd.DataFrame:
    held = portfolio.assets().mul(closes.ffill()).fillna(0.0)
    held["CASH"] = portfolio.cash().to_numpy()
    weights: pd.DataFrame = held.div(portfolio.value(), axis="index")
    return weights


def _orders(portfolio: Any, closes: pd.DataFrame) -> pd.DataFrame:
    records = pd.DataFrame(portfolio.orders.values).sort_values(["idx", "side", "col"], ascending=[True, False, True])
    return pd.DataFrame(
        {
            "session": closes.index[records["idx"]],
            "asset": closes.columns[records["col"]],
            "side": _SIDES[records["side"]],
            "quantity": records["size"].to_numpy(),
            "price": records["price"].to_numpy(),
            "notional_usd": (records["size"] * records["price"]).to_numpy(),
            "fee_usd": records["fees"].to_numpy(),
        }
    )
