"""The ratio of adjusted to raw closes: what it may do, day by day."""

import numpy as np
import pytest

from tests.data.quality.bars import bars, closes
from tidegate.data.quality.prices import price_findings


def found(raw, ratio, **columns):
    table = bars(np.asarray(raw) * ratio, raw=raw, **columns)
    return [(each.severity, each.dates, each.message) for each in price_findings("MU", table)]


def risen(by, *, row=5, count=10):
    """A ratio of 1 in the end that was lower by `by` before `row`."""
    return np.where(np.arange(count) < row, 1.0 / by, 1.0)


RAW = closes(10)


def test_a_dividend_of_twenty_percent_passes_where_it_is_recorded():
    assert found(RAW, risen(1.25), dividend={5: 20.0}, split={}) == []


def test_the_same_rise_without_a_dividend_is_an_error_where_dividends_are_known():
    [(severity, dates, message)] = found(RAW, risen(1.25), dividend={}, split={})
    assert (severity, dates) == ("error", "2024-01-09")
    assert message == "The adjusted close gains 25% on the raw one, and no dividend explains it."


def test_and_a_warning_where_they_are_not():
    assert [each[:2] for each in found(RAW, risen(1.25))] == [("warning", "2024-01-09")]
    assert found(RAW, risen(1.15)) == []


def test_a_dividend_explains_half_as_much_again_as_it_was_worth():
    assert found(RAW, risen(1.35), dividend={5: 20.0}, split={}) == []  # log 1.35 = 0.30; 1.5 x -log 0.8 = 0.33
    assert len(found(RAW, risen(1.42), dividend={5: 20.0}, split={})) == 1


@pytest.mark.parametrize(("fall", "count"), [(0.999, 0), (0.9975, 1), (0.77, 1)])
def test_the_ratio_never_falls(fall, count):
    errors = found(RAW, risen(fall))
    assert len(errors) == count
    for severity, dates, message in errors:
        assert (severity, dates) == ("error", "2024-01-09")
        assert message == "The adjusted close falls against the raw one on 1 day(s): two adjustments are mixed."


def test_closes_rounded_to_cents_do_not_make_it_fall():
    raw = np.array([0.50, 0.52, 0.51, 0.53])
    assert found(raw, np.array([1.004, 0.996, 1.004, 0.996])) == []


def test_a_recorded_dividend_that_the_adjusted_closes_leave_out():
    [(severity, dates, message)] = found(RAW, np.ones(10), dividend={3: 0.8, 7: 0.8}, split={})
    assert (severity, dates) == ("error", "2024-01-05 to 2024-01-11")
    assert message == "The adjusted closes leave out 2 recorded dividend(s): returns are too low."
    assert found(RAW, np.ones(10), dividend={3: 0.2}, split={}) == []  # a fifth of a percent, within rounding
    assert found(RAW, risen(1.008), dividend={5: 0.8}, split={}) == []


@pytest.mark.parametrize("split", [2.0, 1.281, 0.125])
def test_closes_as_traded_may_show_a_listed_split_and_the_adjusted_ones_not(split):
    raw = RAW / np.where(np.arange(10) < 5, 1.0, split)
    assert found(raw, risen(split), split={5: split}, dividend={}) == []


def test_closes_as_traded_are_recognised_without_a_list_of_splits():
    assert found(RAW / np.where(np.arange(10) < 5, 1.0, 4.0), risen(4.0)) == []
    assert [each[0] for each in found(RAW * np.where(np.arange(10) < 5, 1.0, 1.3), risen(1 / 1.3))] == ["error"]


def test_years_without_a_raw_close_are_no_jump_of_the_ratio():
    raw = RAW.copy()
    raw[3:6] = np.nan
    adjusted = RAW * risen(1.5, row=5)
    assert [each.message for each in price_findings("MU", bars(adjusted, raw=raw))] == []
