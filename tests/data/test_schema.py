"""The declaration of the tables: what keeps it passes untouched, what breaks it is refused by its first broken row."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.quality.bars import bars, closes, series
from tidegate.data.schema import PRICE_COLUMNS, PRICES, SERIES, SERIES_COLUMNS, validated
from tidegate.errors import DataError


def prices(**cells):
    """Three good bars, with single cells replaced: column=(row, value)."""
    table = bars(closes(3), raw=closes(3), dividend={}, split={})
    for column, (row, value) in cells.items():
        table.loc[row, column] = value
    return table


def releases(**cells):
    table = series([1.0, 2.0, 3.0], ["2024-01-02", "2024-01-03", "2024-01-04"], released=["2024-01-05"] * 3)
    for column, (row, value) in cells.items():
        table.loc[row, column] = value
    return table


def refusal(table, declared):
    with pytest.raises(DataError) as caught:
        validated(table, declared, "the file")
    return str(caught.value)


def test_the_columns_of_the_contract():
    assert PRICE_COLUMNS == ("date", "open", "high", "low", "close", "adj_close", "volume", "dividend", "split")
    assert SERIES_COLUMNS == ("period", "released", "value")


def test_good_tables_come_back_as_they_are():
    for table, declared in [(prices(), PRICES), (releases(), SERIES), (bars([]), PRICES), (series([], []), SERIES)]:
        before = table.copy(deep=True)
        assert validated(table, declared, "the file") is table
        pd.testing.assert_frame_equal(table, before)


def test_what_may_be_missing():
    validated(bars(closes(3)), PRICES, "the file")  # nothing but adjusted closes
    validated(series([1.0, 2.0], ["2024-01-02", "2024-01-03"]), SERIES, "the file")  # nobody says when released


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "adj_close"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.inf, -np.inf])
def test_a_price_is_positive_and_finite(column, value):
    assert refusal(prices(**{column: (1, value)}), PRICES) == (
        f"the file, 2024-01-03, column {column}; received {value}; expected a positive, finite price. "
        "Remove the row or correct it at the source."
    )


def test_an_adjusted_close_stands_on_every_row():
    words = refusal(prices(adj_close=(2, np.nan)), PRICES)
    assert words.startswith("the file, 2024-01-04, column adj_close; received nan; expected a positive, finite price.")


@pytest.mark.parametrize("column", ["volume", "dividend", "split"])
def test_an_amount_is_zero_or_more(column):
    validated(prices(**{column: (1, 0.0)}), PRICES, "the file")
    for value in (-0.01, np.inf):
        assert f"column {column}; received {value}; expected zero or more" in refusal(
            prices(**{column: (1, value)}), PRICES
        )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_is_finite(value):
    words = refusal(releases(value=(1, value)), SERIES)
    assert words.startswith(f"the file, 2024-01-03, column value; received {value}; expected a finite number.")
    validated(releases(value=(1, -5.0)), SERIES, "the file")


def test_the_first_broken_row_is_named():
    table = prices(close=(2, -2.0))
    table.loc[1, "close"] = -1.0
    assert refusal(table, PRICES).startswith("the file, 2024-01-03, column close; received -1.0")


def test_dates_ascend_and_come_once():
    table = prices()
    assert refusal(table.iloc[[0, 2, 1]].reset_index(drop=True), PRICES) == (
        "the file is not sorted: 2024-01-03 follows a later date; expected dates in ascending order. "
        "Sort the rows by date."
    )
    assert refusal(table.iloc[[0, 1, 1, 2]].reset_index(drop=True), PRICES) == (
        "the file holds date 2024-01-03 twice; expected each date once. Remove the duplicate rows."
    )
    assert "expected a date on every row" in refusal(prices(date=(1, pd.NaT)), PRICES)


def test_a_period_may_be_released_again_but_not_twice_at_once():
    again = releases(period=(1, pd.Timestamp("2024-01-02")), released=(1, pd.Timestamp("2024-02-05", tz="UTC")))
    validated(again, SERIES, "the file")
    at_once = releases(period=(1, pd.Timestamp("2024-01-02")))
    assert "holds period 2024-01-02 twice" in refusal(at_once, SERIES)
    unknown = series([1.0, 2.0], ["2024-01-02", "2024-01-02"])
    assert "holds period 2024-01-02 twice" in refusal(unknown, SERIES)


def test_types_and_columns():
    assert refusal(prices().drop(columns="split"), PRICES).startswith("the file lacks the column split; expected date,")
    text = prices().astype({"close": "object"})
    assert refusal(text, PRICES) == "the file, column close; received 'object'; expected type float64."
    naive = releases().assign(released=lambda table: table["released"].dt.tz_localize(None))
    assert "column released; received 'datetime64[ns]'; expected type datetime64[ns, UTC]" in refusal(naive, SERIES)
    assert "expected type datetime64[ns]" in refusal(prices().astype({"date": "datetime64[us]"}), PRICES)
    validated(prices().assign(note="mine"), PRICES, "the file")


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([1.0, 2.5, 0.0, -1.0, np.nan, np.inf])), min_size=1, max_size=6
    )
)
def test_it_refuses_exactly_what_a_slow_loop_refuses(rows):
    days, values = zip(*rows, strict=True)
    table = bars(values, days=[pd.Timestamp("2024-01-02") + pd.Timedelta(days=day) for day in days])
    table["date"] = table["date"].astype("datetime64[ns]")
    good = all(0 < value < np.inf for value in values) and all(np.diff(days) > 0)
    if good:
        validated(table, PRICES, "the file")
    else:
        refusal(table, PRICES)
