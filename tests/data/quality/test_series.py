"""Gates on economic series: calendar, knowledge, units, slips."""

import numpy as np
import pandas as pd
import pytest

from tests.data.quality.bars import series
from tidegate.data.layers import Layer
from tidegate.data.quality import check_layer
from tidegate.data.quality.series import ends_early

DAYS = pd.bdate_range("2024-01-02", periods=60)
WEEKS = pd.date_range("2022-01-05", periods=80, freq="7D")
WAVES = 1.0 + 0.01 * (np.arange(80) % 3)


def found(name, rows, *, undated=False):
    layer = Layer("", undated={name: rows}) if undated else Layer("", series={name: rows})
    return [(each.severity, each.subject, each.dates, each.message) for each in check_layer(layer)]


@pytest.mark.parametrize(
    ("name", "harmless", "gap"),
    [
        ("DGS10", "2024-01-10", "2024-01-11"),  # eight days after the 2nd, and nine
        ("WALCL", "2024-01-15", "2024-01-16"),
        ("M2SL", "2024-02-16", "2024-02-17"),
        ("GDP", "2024-05-11", "2024-05-12"),
        ("issuance:coupons", "2024-01-22", "2024-01-23"),
    ],
)
def test_gaps_are_measured_by_the_rhythm(name, harmless, gap):
    level = {"DGS10": 4.0, "WALCL": 7e6, "M2SL": 2e4, "GDP": 2.7e4, "issuance:coupons": 9e4}[name]
    assert found(name, series([level, level], ["2024-01-02", harmless])) == []
    [(severity, subject, dates, message)] = found(name, series([level, level], ["2024-01-02", gap]))
    assert (severity, subject, dates) == ("warning", name, f"2024-01-02 to {gap}")
    assert message.startswith("A gap of ")


def test_several_gaps_span_all_of_them_and_name_the_longest():
    periods = WEEKS.delete([10, 40, 41])
    [(_, _, dates, message)] = found("WALCL", series(7e6 * WAVES[:77], periods))
    assert dates == "2022-03-09 to 2022-10-26"
    assert message == "2 gaps, the longest of 21 days."


@pytest.mark.parametrize(
    ("name", "periods"),
    [
        ("GDP", pd.date_range("2015-01-01", periods=40, freq="QS")),
        ("M2SL", pd.date_range("2015-01-01", periods=40, freq="MS")),
        ("VIXCLS", pd.DatetimeIndex(["2001-09-07", "2001-09-10", "2001-09-17", "2001-09-18"])),
        ("WALCL", pd.DatetimeIndex(["2024-12-18", "2024-12-26", "2025-01-02", "2025-01-08"])),
        ("MINE", pd.date_range("2015-01-01", periods=40, freq="QS")),
        ("MINE", pd.DatetimeIndex(["2010-02-03", "2010-02-04", "2010-02-05", "2010-02-12"])),
    ],
)
def test_ordinary_calendars_have_no_gaps(name, periods):
    assert found(name, series(np.full(len(periods), 20.0), periods)) == []


def test_a_stranger_is_measured_by_its_own_rhythm():
    periods = pd.date_range("2015-01-01", periods=40, freq="MS").delete(20)
    [(_, _, dates, message)] = found("MINE", series(np.full(39, 5.0), periods))
    assert (dates, message) == ("2016-08-01 to 2016-10-01", "A gap of 61 days.")


def test_a_truncated_series_is_named_with_its_stand_in():
    rows = series(np.full(3, 3.0), ["2023-04-10", "2023-04-11", "2023-04-12"])
    [finding] = check_layer(Layer("", undated={"BAMLH0A0HYM2": rows}))
    assert (finding.severity, finding.dates, finding.remedy) == ("warning", "from 2023-04-10", "Use BAA10Y.")
    assert "the real series begins 1996-12-31" in finding.message
    assert found("BAMLH0A0HYM2", series([3.0, 3.0], ["1996-12-31", "1997-01-02"])) == []


def test_a_series_that_ends_early_by_its_own_rhythm():
    monthly = series(np.ones(12), pd.date_range("2023-01-01", periods=12, freq="MS"))
    last = pd.Timestamp("2023-12-01") + 5 * pd.Timedelta(days=31) + pd.Timedelta(days=10)
    assert list(ends_early("MINE", monthly, last)) == []
    [finding] = ends_early("MINE", monthly, last + pd.Timedelta(days=1))
    assert (finding.severity, finding.dates) == ("warning", "2023-12-01")
    assert finding.message == "Ends 166 days before the newest data."


def test_only_what_the_dictionary_does_not_watch_is_checked_for_its_end():
    old, new = series(np.ones(5), DAYS[:5]), series(np.ones(5), DAYS[-5:])
    stale = check_layer(Layer("", series={"DGS10": old, "MINE": old}, undated={"OLD": old, "NEW": new}))
    assert [(each.subject, each.dates) for each in stale] == [("MINE", "2024-01-08"), ("OLD", "2024-01-08")]


@pytest.mark.parametrize(
    ("name", "period", "early", "right"),
    [
        ("M2SL", "2024-01-01", "2024-01-30 04:59", "2024-01-30 05:00"),  # a month has 28 days at least
        ("GDP", "2024-01-01", "2024-03-31 03:59", "2024-03-31 04:00"),
        ("WALCL", "2024-01-03", "2024-01-04 04:59", "2024-01-04 05:00"),  # midnight in New York
        ("DGS10", "2024-01-03", "2024-01-03 21:15", "2024-01-04 21:15"),
        ("VIXCLS", "2024-01-03", "2023-12-28", "2024-01-03 21:15"),  # the close of the day itself
        ("MINE", "2024-01-15", "2024-01-09", "2024-01-11"),
        ("IORB", "2024-01-15", "2024-01-09", "2024-01-11"),  # posted before a long weekend
        ("capex:MSFT", "2024-03-31", "2024-03-25", "2024-04-25"),
    ],
)
def test_nothing_is_known_before_its_period_is_over(name, period, early, right):
    level = 1e10 if name.startswith("capex") else 5.0
    assert found(name, series([level], [period], released=[right])) == []
    [(severity, subject, dates, message)] = found(name, series([level], [period], released=[early]))
    assert (severity, subject, dates) == ("error", name, period)
    assert message == "1 value(s) are dated as public before their period was over: look-ahead."


def test_an_early_date_is_found_in_a_vintage_that_was_later_revised():
    rows = series([1.0, 1.1], ["2024-01-01", "2024-01-01"], released=["2024-01-01", "2024-03-26"])
    assert [each[0] for each in found("M2SL", rows)] == ["error"]


@pytest.mark.parametrize("factor", [1e-9, 1e-6, 1e-3, 0.01, 100.0, 1e3])
@pytest.mark.parametrize("last", [1, 2, 12, 70])
def test_another_unit_is_an_error_from_its_first_value_on(factor, last):
    value = 7e5 * WAVES
    value[-last:] *= factor
    [(severity, _, dates, message)] = found("WTREGEN", series(value, WEEKS))
    assert (severity, dates) == ("error", f"{WEEKS[-last]:%Y-%m-%d}")
    assert message.endswith("-fold and stays there: another unit.")


@pytest.mark.parametrize("factor", [30.0, 1 / 30, 10.0])
def test_a_large_step_that_is_no_unit_passes(factor):
    value = 7e5 * WAVES
    value[-20:] *= factor
    assert found("WTREGEN", series(value, WEEKS)) == []


def test_reverse_repo_jumps_a_thousandfold_at_quarter_ends():
    calm = np.tile([0.1, 0.3, 1.0, 0.2, 0.5, 0.1], 10)
    for stay in (1, 2):
        value = calm.copy()
        value[28 : 28 + stay] = 250.0
        value[60 - stay :] = 250.0
        assert found("RRPONTSYD", series(value, DAYS)) == []


@pytest.mark.parametrize("factor", [10, 1000])
def test_a_slip_of_the_decimal_point(factor):
    value = 4.0 * WAVES[:60]
    value[30] *= factor
    [(severity, _, dates, message)] = found("DGS10", series(value, DAYS))
    assert (severity, dates) == ("warning", f"{DAYS[30]:%Y-%m-%d}")
    assert message.startswith("1 value(s) left by a factor of three or more and were back at the next")


def test_a_funding_spike_is_no_slip():
    value = np.full(60, 2.2)
    value[::7] += 0.05
    value[30] = 5.25  # the secured rate on 17 September 2019
    assert found("SOFR", series(value, DAYS)) == []


def test_a_wild_series_has_no_slips():
    value = np.where(np.arange(60) % 5 == 0, 300.0, 60.0)
    value[32] = 400.0
    assert found("RRPONTSYD", series(value, DAYS)) == []


def test_zeros_negatives_and_short_series_pass():
    assert found("T10Y2Y", series(np.where(np.arange(60) % 2, -0.2, 0.2), DAYS)) == []
    assert found("RRPONTSYD", series(np.zeros(60), DAYS)) == []
    assert found("DGS10", series([4.0], DAYS[:1])) == []
    assert found("DGS10", series([], [])) == []


def test_a_slip_that_a_later_release_corrected_is_none():
    months = pd.date_range("2020-01-01", periods=40, freq="MS")
    value = 2e4 * WAVES[:40]
    value[20] *= 10
    released = months + pd.Timedelta(days=56)
    assert len(found("M2SL", series(value, months, released=released))) == 1
    corrected = released.insert(21, released[20] + pd.Timedelta(days=28))
    rows = series(np.insert(value, 21, value[20] / 10), months.insert(21, months[20]), released=corrected)
    assert found("M2SL", rows) == []
