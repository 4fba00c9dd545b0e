"""A trial: what it refuses, and its growth by month."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from tidegate.errors import ConfigError
from tidegate.ledger import monthly_growth
from tidegate.ledger.trial import METRICS

from ...worlds import days
from .writers import hash_of, trial


def test_growth_by_hand():
    index = pd.DatetimeIndex(["2005-01-31", "2005-02-01", "2005-02-28", "2005-04-01"])
    first, months = monthly_growth(pd.Series([0.10, 0.20, -0.50, np.nan], index=index))
    assert first == "2005-01"
    assert months.dtype == np.float32
    np.testing.assert_allclose(months, [np.log(1.1), np.log(1.2 * 0.5), 0.0, 0.0], rtol=1e-6)


def test_growth_adds_up_to_the_whole():
    index = days("2004-11-15", "2009-03-06")
    returns = pd.Series(np.random.default_rng(0).normal(0, 0.01, len(index)), index=index)
    first, months = monthly_growth(returns)
    assert (first, len(months)) == ("2004-11", 53)
    assert months.sum() == pytest.approx(np.log1p(returns).sum(), abs=1e-5)


def test_a_month_in_which_everything_was_lost_is_undefined():
    _, months = monthly_growth(pd.Series([0.1, -1.0], index=pd.DatetimeIndex(["2005-01-31", "2005-02-01"])))
    np.testing.assert_allclose(months, [np.log(1.1), np.nan], rtol=1e-6)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"config_hash": "abc"}, "config_hash of a trial"),
        ({"data_hash": "é" * 64}, "data_hash of a trial"),
        ({"kind": "guess"}, "expected one of run, sweep, walkforward"),
        ({"metrics": {"sharpe": 1.0}}, "metrics of a trial"),
        ({"at": datetime(2026, 1, 1)}, "expected a time with its time zone"),
        ({"first_month": "January"}, "first_month of a trial; received 'January'"),
    ],
)
def test_what_cannot_be_counted_is_refused(changes, told):
    with pytest.raises(ConfigError, match=told):
        trial(**changes)


def test_the_digest_is_of_study_and_data_and_of_nothing_else():
    assert trial(1).digest == trial(1, kind="sweep", metrics=dict.fromkeys(METRICS, 9.0)).digest
    assert len({trial(1).digest, trial(2).digest, trial(1, data_hash=hash_of("other")).digest}) == 3


def test_the_sharpe_ratio_is_of_one_session():
    assert trial(metrics=dict.fromkeys(METRICS, 0.0) | {"sharpe": 252**0.5}).sharpe == pytest.approx(1.0)
