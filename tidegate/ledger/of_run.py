"""What the ledger keeps of a single run."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from ..study import as_mapping
from .trial import Trial, monthly_growth

if TYPE_CHECKING:
    import pandas as pd

    from ..backtests.performance import Performance
    from ..data.market import Market
    from ..study import Study


def trial_of_run(
    study: Study, market: Market, returns: pd.Series[float], *, bills: pd.Series[float], figures: Performance
) -> Trial:
    """The trial of one study that was just backtested.

    Parameters
    ----------
    study, market : Study, Market
        What was run, on what.
    returns, bills : Series, shape (sessions,)
        Simple daily returns of the strategy and of bills.
    figures : Performance
        Of the strategy.
    """
    first_month, months = monthly_growth(returns)
    excess = returns - bills
    return Trial(
        config_hash=study.config_hash,
        data_hash=market.digest,
        synthetic=market.provenance.synthetic,
        source=market.provenance.source,
        study=study.name,
        base=as_mapping(study),
        metrics=figures.as_dict(),
        sessions=len(returns),
        first_month=first_month,
        months=months,
        code_version=version("tidegate"),
        at=datetime.now(UTC),
        skew=float(excess.skew()),  # type: ignore[arg-type]
        kurtosis=float(excess.kurt()) + 3.0,  # type: ignore[arg-type]
    )
