"""Walk forward: measure every member once, choose window by window, execute what was chosen as one portfolio."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from ..backtests.bills import bill_returns
from ..data.market import Market
from ..errors import ConfigError
from ..ledger import Ledger, chosen_ledger
from ..study import Study
from ..sweeps.folder import SweepFolder
from ..sweeps.grid import Grid
from ..sweeps.job import Job
from ..sweeps.members import Told, measured
from ..sweeps.memo import Memory
from ..sweeps.orders import orders_of
from ..sweeps.plan import MOST, plan_sweep
from ..sweeps.sweep import identity
from ..sweeps.workers import Workers
from .choice import choices, choose, levelled, train_of
from .config import WalkConfig, refuse_misfits
from .executed import HINDSIGHT, MEDIAN, Desk, execute_all
from .layout import OUT_OF_SAMPLE, WHOLE, Layout
from .output import write
from .paths import Paths, recombine, split_of
from .result import WalkForward
from .scores import Scores

_NOT_CHOSEN = {
    "costs": "what trading costs is not ours to choose",
    "execution": "how orders are filled is not ours to choose",
    "clock.start": "a span is no rule; --train and --test say what is looked at",
    "clock.end": "a span is no rule; --train and --test say what is looked at",
}


def walk_forward(
    study: Study,
    grid: Grid,
    market: Market,
    *,
    config: WalkConfig = WalkConfig(),  # noqa: B008  (frozen)
    out: str | Path | None = None,
    workers: Workers = Workers(),  # noqa: B008
    most: int = MOST,
    ledger: Ledger | Literal["home"] | None = "home",
    told: Told = Told(),  # noqa: B008
) -> WalkForward:
    """Choose among the members of a grid in time, and see what that earned.

    Parameters
    ----------
    study, grid, market : Study, Grid, Market
        As in `sweep`.
    config : WalkConfig
        Windows, criterion and paths.
    out : str or Path
        Folder of the results; one that holds a part of the same walk-forward is gone on with. Not given: a folder in
        ``outputs`` that bears the hash of study, grid, configuration, data and version.
    workers, most, ledger, told
        As in `sweep`.

    Returns
    -------
    WalkForward

    Raises
    ------
    ConfigError, DataError, SourceError, TidegateError
        As `sweep`; and ConfigError where the data are too short, the purge is smaller than the execution lag and one,
        the grid varies what nobody can choose, or no member was held through a training.

    Notes
    -----
    A member is measured once over the whole span: it is causal, nothing in it is fitted on the sample, so that its
    returns do not depend on the window. Information set of a choice: returns of the members up to the last session of
    the training, ``purge`` sessions before the first one of the test. One thing is known too early: a member that
    cannot be run on the whole span is never chosen.
    """
    started = time.perf_counter()
    plan = plan_sweep(study, grid, most=most)
    _refuse_unchoosable(plan.keys)
    refuse_misfits(config, study)
    desk = Desk(plan, market, Memory())
    layout = Layout.of(market.sessions, _span(desk), config)
    folder = SweepFolder.of(
        out, identity(plan, market) | {"walkforward": config.model_dump(mode="json")}, kind="walkforward"
    )
    folder.refuse_other()
    job, book = Job(plan, market, scores_of(layout, config)), chosen_ledger(ledger)
    with measured(job, folder, workers=workers, book=book, told=told) as found:
        chosen = choices(found.ran, plan, market.sessions, layout.windows)
        rivals = {MEDIAN: _median(found.ran), HINDSIGHT: choose(found.ran, WHOLE)}
        portfolios = execute_all(desk, chosen["member"].tolist(), layout.windows, rivals)
        result = WalkForward(
            plan=plan,
            config=config,
            market=market,
            folder=folder,
            windows=chosen,
            portfolios=portfolios,
            bills=bill_returns(market.releases, pd.DatetimeIndex(portfolios["preset"].value.index)),
            rivals=rivals,
            paths=_paths(desk, layout, found.ran),
            checked=found.checked,
            recorded=book is not None,
            seconds=time.perf_counter() - started,
        )
        write(result)
    return result


def scores_of(layout: Layout, config: WalkConfig) -> Scores:
    """What is scored of every member: trainings, tests, splits, all tests together, the whole span."""
    trains = {train_of(number): config.held for number in range(len(layout.windows))}
    return Scores.of(layout.sets(), config.criterion, held=trains)


def _span(desk: Desk) -> range:
    """Rows on which the study itself holds something."""
    graph = desk.graph()
    tape, _ = graph.tape.value
    return range(int(orders_of(graph).value.rows[0]), len(tape.sessions))


def _median(table: pd.DataFrame) -> int:
    """The member in the middle of all tests together; of two the worse."""
    level = table.assign(**{OUT_OF_SAMPLE: levelled(table[OUT_OF_SAMPLE])})
    ranked = level.dropna(subset=OUT_OF_SAMPLE).sort_values([OUT_OF_SAMPLE, "member"])
    if ranked.empty:
        return int(table["member"].iloc[0])
    return int(ranked["member"].iloc[(len(ranked) - 1) // 2])


def _paths(desk: Desk, layout: Layout, table: pd.DataFrame) -> Paths | None:
    """Choose in every split, execute the few that were chosen, and join their tests."""
    if layout.splits is None:
        return None
    members = np.array([choose(table, split_of(k), also=WHOLE) for k in range(len(layout.splits.trains))])
    preset = desk.rule()
    trades = preset.trades(layout.span)
    entry = pd.Timestamp(trades.index[0])
    alone = desk.execute("preset", trades, preset.limits).returns
    returns = {}
    for member in np.unique(members).tolist():
        rule = desk.rule(member)
        trades = rule.entering(entry, layout.span.start).trades(layout.span)
        returns[member] = desk.execute(f"member {member}", trades, rule.limits).returns
    bills = bill_returns(desk.market.releases, pd.DatetimeIndex(alone.index))
    return recombine(layout.splits, members, returns, alone, bills=bills)


def _refuse_unchoosable(keys: tuple[str, ...]) -> None:
    for key in keys:
        reason = next((why for part, why in _NOT_CHOSEN.items() if key == part or key.startswith(f"{part}.")), "")
        if reason:
            raise ConfigError(
                "The grid varies what nobody can choose", received=key, expected=f"parameters of a rule: {reason}"
            )
