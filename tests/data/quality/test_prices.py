"""Gates on bars: each on a table made to trigger it, and on its nearest harmless neighbour."""

import numpy as np
import pandas as pd
import pytest

from tests.data.quality.bars import bars, closes
from tidegate.data.quality.prices import price_findings


def found(ticker, table):
    return [(each.severity, each.dates, each.message) for each in price_findings(ticker, table)]


def with_move(factor, *, row=5, stays=True, count=10):
    price = closes(count)
    price[row : None if stays else row + 1] *= factor
    return bars(price)


def test_ordinary_bars_pass_and_so_do_none():
    assert found("MU", bars(closes(30), raw=closes(30), dividend={}, split={})) == []
    assert found("MU", bars([])) == []
    assert found("MU", bars(closes(3), days=pd.DatetimeIndex(["1985-01-05", "1985-01-06", "1985-01-07"]))) == []


def test_a_false_tick_is_named_with_its_own_day():
    [(severity, dates, message)] = found("MU", with_move(2.0, stays=False))
    assert (severity, dates) == ("warning", "2024-01-09")
    assert message == "The price jumped by +101% and was back a day later: probably a false tick."


def test_false_ticks_are_counted():
    price = closes(12)
    price[[3, 8]] *= [0.5, 2.0]
    [(_, dates, message)] = found("MU", bars(price))
    assert dates == "2024-01-05 to 2024-01-12"
    assert message.startswith("The price jumped by -50% (and on 1 more days) and was back")


@pytest.mark.parametrize(
    ("ticker", "ordinary", "wild"),
    [("MU", 1.33, 1.37), ("SPY", 1.18, 1.22), ("BIL", 1.010, 1.028), ("BTC-USD", 2.9, 3.1), ("UNLISTED", 1.33, 1.37)],
)
def test_how_wild_a_day_may_be_depends_on_the_class(ticker, ordinary, wild):
    assert found(ticker, with_move(ordinary, stays=False, row=4)) == []
    [(_, dates, message)] = found(ticker, with_move(wild, stays=False, row=4))
    assert dates == "2024-01-08"
    assert "false tick" in message


@pytest.mark.parametrize(("remains", "count"), [(1.08, 1), (1.13, 0)])
def test_a_tick_is_false_only_where_it_is_undone(remains, count):
    price = closes(10)
    price[5] *= 1.5
    price[6:] *= remains  # log 1.08 is a fifth of log 1.5, log 1.13 a third
    assert len(found("MU", bars(price))) == count


def test_a_crash_of_45_percent_that_stays_is_a_crash():
    assert found("MU", with_move(0.55)) == []


@pytest.mark.parametrize("moved", [0.97, 1.0, 1.04])
@pytest.mark.parametrize("ratio", [2, 4, 10])
def test_an_unadjusted_split_is_found_whatever_else_the_day_brought(ratio, moved):
    [(severity, dates, message)] = found("MU", with_move(moved / ratio))
    assert (severity, dates) == ("warning", "2024-01-09")
    assert "in a day and stayed there: a split" in message


@pytest.mark.parametrize(
    ("ticker", "ordinary", "wild"), [("SPY", 1.85, 1.95), ("BIL", 1.04, 1.06), ("BTC-USD", 9.5, 10.5)]
)
def test_a_move_that_stays_is_bounded_by_class_too(ticker, ordinary, wild):
    assert found(ticker, with_move(ordinary, row=4)) == []
    [(severity, dates, message)] = found(ticker, with_move(wild, row=4))
    assert (severity, dates) == ("warning", "2024-01-08")
    assert "stayed there" in message


def test_bitcoin_may_double_in_a_day():
    assert found("BTC-USD", with_move(2.0, row=4)) == []


def test_a_recorded_split_with_smooth_closes_passes():
    assert found("MU", bars(closes(10), raw=closes(10), split={5: 2.0}, dividend={})) == []


@pytest.mark.parametrize("split", [1.5, 2.0, 0.1])
def test_a_recorded_split_that_is_still_in_the_closes_is_an_error(split):
    price = closes(10)
    price[5:] /= split
    [(severity, dates, message)] = found("MU", bars(price, raw=price, split={5: split}, dividend={}))
    assert (severity, dates) == ("error", "2024-01-09")
    assert message.endswith("on the day of a split.")


def test_a_stock_dividend_of_a_few_percent_is_no_split():
    price = closes(10)
    price[5:] *= 0.95
    assert found("MU", bars(price, raw=price, split={5: 1.05}, dividend={})) == []


@pytest.mark.parametrize(("ticker", "still"), [("MU", 15), ("BIL", 60), ("BTC-USD", 15)])
def test_a_price_may_stand_still_for_so_long(ticker, still):
    moving = closes(5, price=99.0)
    assert found(ticker, bars([*moving, *[100.0] * still, 101.0])) == []
    [(severity, dates, message)] = found(ticker, bars([*moving, *[100.0] * (still + 1), 101.0]))
    assert severity == "warning"
    assert dates.startswith("2024-01-09 to 2024-")
    assert message == f"The price stands still for {still + 1} sessions."


def test_a_bill_may_stand_still_for_forty_sessions_but_no_stock():
    flat = bars(np.full(40, 91.0))
    assert found("BIL", flat) == []
    assert [dates for _, dates, _ in found("MU", flat)] == ["2024-01-02 to 2024-02-28"]


def test_a_price_on_a_closed_day_is_left_out_with_a_warning():
    days = pd.DatetimeIndex(["2024-01-12", "2024-01-13", "2024-01-15", "2024-01-16"])  # Saturday; a holiday
    [(severity, dates, message)] = found("SPY", bars(closes(4), days=days))
    assert (severity, dates) == ("warning", "2024-01-13 to 2024-01-15")
    assert message == "2 price(s) on days without a session (1 on weekends) are left out."


def test_a_holiday_week_passes_and_crypto_trades_through_it():
    days = pd.DatetimeIndex(["2023-12-22", "2023-12-26", "2023-12-29", "2024-01-02"])
    assert found("SPY", bars(closes(4), days=days)) == []
    assert found("BTC-USD", bars(closes(40), days=pd.date_range("2023-12-01", periods=40))) == []


@pytest.mark.parametrize("shift", [-1, 1])
def test_dates_shifted_by_a_day_are_an_error(shift):
    table = bars(closes(20))
    table["date"] += pd.Timedelta(days=shift)
    [(severity, dates, message)] = found("SPY", table)
    assert severity == "error"
    assert dates == {-1: "2024-01-01 to 2024-01-28", 1: "2024-01-06 to 2024-01-27"}[shift]
    assert "stand on weekends" in message
    assert message.endswith("the dates are shifted.")


def test_a_file_that_repeats_fridays_price_on_weekends_is_not_shifted():
    [(severity, _, message)] = found("SPY", bars(closes(28), days=pd.date_range("2024-01-02", periods=28)))
    assert severity == "warning"
    assert message.startswith("9 price(s) on days without a session (8 on weekends)")


def test_a_ticker_that_another_company_had():
    [(severity, dates, message)] = found("SNDK", bars(closes(6), first="2025-02-10"))
    assert (severity, dates) == ("error", "2025-02-10 to 2025-02-12")
    assert message == "Prices before 2025-02-13 belong to another company that had this ticker."
    assert found("SNDK", bars(closes(3), first="2025-02-13")) == []


def test_a_close_outside_its_range():
    table = bars(closes(4), raw=[100.0, 100.5, 100.0, 100.5])
    table["high"], table["low"] = [100.0, 98.7, 98.0, 101.0], [99.0, 98.0, 97.0, 100.0]
    assert [each[:2] for each in found("MU", table)] == [("warning", "2024-01-04")]  # 98.7 is within 2 % of 100.5
    table["high"], table["low"] = [104.0] * 4, [100.0, 100.0, 103.0, 100.0]
    assert [each[:2] for each in found("MU", table)] == [("warning", "2024-01-04")]
    table["high"], table["low"] = [100.0] * 4, [100.0, 101.0, 100.0, 100.0]
    assert [each[:2] for each in found("MU", table)] == [("warning", "2024-01-03")]
