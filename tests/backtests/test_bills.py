import numpy as np
import pandas as pd
import pytest

from tests.worlds import NO_RELEASES, days, release_rows
from tidegate.backtests.bills import bill_accruals, bill_returns, bond_equivalent
from tidegate.data.releases import Releases
from tidegate.errors import DataError

SESSIONS = days("2025-06-25", "2025-06-30")  # Wednesday to Monday


def test_yesterdays_yield_accrues_over_calendar_days():
    rows = release_rows("DGS3MO", ["2025-06-23", "2025-06-26"], ["2025-06-24 20:15", "2025-06-27 19:00"], [3.65, 7.30])
    # the new yield is public on Friday before the close: it accrues from Friday to Monday
    assert bill_returns(Releases(rows), SESSIONS).tolist() == pytest.approx([1e-4, 1e-4, 1e-4, 3 * 2e-4])


def test_the_discount_rate_stands_in():
    rows = release_rows("DTB3", ["2025-06-23"], ["2025-06-24 20:15"], [5.0])
    assert bill_returns(Releases(rows), SESSIONS).iloc[0] * 36500 == pytest.approx(bond_equivalent(pd.Series([5.0]))[0])


def test_bond_equivalent_by_hand():
    # a 91-day bill at 5 % discount costs 100 - 5 * 91 / 360 = 98.7361; 1.2639 / 98.7361 * 365 / 91 = 5.1344 %
    assert bond_equivalent(pd.Series([5.0]))[0] == pytest.approx(5.1344, abs=1e-4)


def test_no_bill_rate_is_an_error():
    with pytest.raises(DataError, match="No bill rate is known on 2025-06-25"):
        bill_returns(Releases(NO_RELEASES), SESSIONS)


def test_accruals_serve_a_backtest_that_begins_anywhere():
    rows = release_rows("DGS3MO", ["2025-06-23", "2025-06-26"], ["2025-06-24 20:15", "2025-06-27 19:00"], [3.65, 7.30])
    accruals = bill_accruals(Releases(rows), SESSIONS)
    for row in range(len(SESSIONS)):
        alone = bill_returns(Releases(rows), SESSIONS[row:])
        assert alone.tolist() == [accruals["opening"].iloc[row], *accruals["accrued"].iloc[row + 1 :]]


def test_accruals_are_missing_where_no_rate_was_public():
    rows = release_rows("DGS3MO", ["2025-06-23"], ["2025-06-26 19:00"], [3.65])
    accruals = bill_accruals(Releases(rows), SESSIONS)
    assert accruals["opening"].tolist() == pytest.approx([np.nan, 1e-4, 1e-4, 1e-4], nan_ok=True)
    assert accruals["accrued"].tolist() == pytest.approx([np.nan, np.nan, 1e-4, 3e-4], nan_ok=True)
