from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tidegate.errors import DataError
from tidegate.reports.regime_table import earned_under, regime_table

SESSIONS = pd.bdate_range("2024-01-01", periods=6)
# The first return is the cost of the first fill; each later one was earned by what was held the session before.
RETURNS = pd.Series([-0.01, 0.10, -0.20, 0.05, -0.10, 0.20], SESSIONS)
IN_FORCE = pd.Series(["ABUNDANT", "ABUNDANT", "SCARCE", "SCARCE", "ABUNDANT", "ABUNDANT"], SESSIONS)
BILLS = pd.Series(0.01, SESSIONS)


def test_a_return_belongs_to_the_regime_after_the_session_before():
    expected = ["ABUNDANT", "ABUNDANT", "ABUNDANT", "SCARCE", "SCARCE", "ABUNDANT"]

    assert list(earned_under(IN_FORCE)) == expected


def test_six_sessions_by_hand():
    table = regime_table(RETURNS, IN_FORCE, BILLS)

    # ABUNDANT earned -1 %, +10 %, -20 % and, in a second spell, +20 %; SCARCE earned +5 %, -10 %.
    assert list(table["sessions"]) == [4, 0, 2, 6]
    assert list(table["share"]) == pytest.approx([4 / 6, 0.0, 2 / 6, 1.0])
    scarce, abundant = table.loc["SCARCE"], table.loc["ABUNDANT"]
    assert scarce["annual_return"] == pytest.approx((1.05 * 0.90) ** 126 - 1)
    assert scarce["volatility"] == pytest.approx(0.15 / np.sqrt(2) * np.sqrt(252))
    # Over bills: +4 %, -11 %: mean -3.5 %, deviation 0.15 / sqrt(2).
    assert scarce["sharpe"] == pytest.approx(-0.035 / (0.15 / np.sqrt(2)) * np.sqrt(252))
    assert scarce["worst_drawdown"] == pytest.approx(-0.10)
    assert abundant["annual_return"] == pytest.approx((0.99 * 1.10 * 0.80 * 1.20) ** 63 - 1)
    assert abundant["worst_drawdown"] == pytest.approx(-0.20)
    # The whole path falls from 1.089 to 0.8712, rises to 0.91476, falls to 0.823284.
    assert table.loc["ALL", "worst_drawdown"] == pytest.approx(0.823284 / 1.089 - 1)


def test_a_regime_that_never_ruled_says_nothing():
    never = regime_table(RETURNS, IN_FORCE, BILLS).loc["NEUTRAL"]

    assert never["sessions"] == 0
    assert never[["annual_return", "volatility", "sharpe", "worst_drawdown"]].isna().all()


def test_bills_themselves_have_no_sharpe_ratio():
    table = regime_table(BILLS, IN_FORCE, BILLS)

    assert table["sharpe"].isna().all()


def test_a_loss_in_the_first_session_of_a_spell_is_a_drawdown():
    returns = pd.Series([0.0, -0.30, 0.10], SESSIONS[:3])

    assert regime_table(returns, IN_FORCE[:3], BILLS).loc["ABUNDANT", "worst_drawdown"] == pytest.approx(-0.30)


def test_sessions_without_a_regime_count_in_the_total_only():
    in_force = IN_FORCE.copy()
    in_force.iloc[0] = None

    table = regime_table(RETURNS, in_force, BILLS)

    assert table.loc["ABUNDANT", "sessions"] == 2
    assert table.loc["ALL", "sessions"] == 6


@pytest.mark.parametrize("short", ["regime", "bills"])
def test_a_session_without_regime_or_bill_row_is_refused(short: str):
    in_force = IN_FORCE[1:] if short == "regime" else IN_FORCE
    bills = BILLS[1:] if short == "bills" else BILLS

    with pytest.raises(DataError, match="2024-01-01"):
        regime_table(RETURNS, in_force, bills)


def test_inputs_stay_as_they_were():
    returns, in_force = RETURNS.copy(), IN_FORCE.copy()

    regime_table(RETURNS, IN_FORCE, BILLS)

    pd.testing.assert_series_equal(returns, RETURNS)
    pd.testing.assert_series_equal(in_force, IN_FORCE)
