"""Units: converted as FRED's metadata say, and doubted where the magnitudes say otherwise."""

import pandas as pd
import pytest

from tidegate.data.dictionary import spec_of
from tidegate.data.live.fred.units import in_dictionary_unit, told_by_magnitude
from tidegate.errors import DataError


def table(*values, year=2020, released=None):
    period = pd.date_range(f"{year}-01-01", periods=len(values), freq="7D").as_unit("ns")
    instants = pd.DatetimeIndex(released or [pd.NaT] * len(values)).tz_localize("UTC").as_unit("ns")
    return pd.DataFrame({"period": period, "released": instants, "value": list(values)})


@pytest.mark.parametrize(
    ("series", "units", "value", "expected"),
    [
        ("WALCL", "Millions of U.S. Dollars", 7_200_000.0, 7_200_000.0),
        ("WTREGEN", "Billions of U.S. Dollars", 850.5, 850_500.0),
        ("WTREGEN", "Millions of U.S. Dollars", 850_500.0, 850_500.0),
        ("M2SL", "Billions of Dollars", 21_000.0, 21_000.0),
        ("M2SL", "Millions of Dollars", 21_000_000.0, 21_000.0),
        ("RRPONTSYD", "Billions of US Dollars", 2_100.0, 2_100.0),
        ("GDP", "Trillions of Dollars", 21.5, 21_500.0),
        ("GDP", "U.S. Dollars", 21.5e12, 21_500.0),
        ("GDP", "Thousands of Dollars", 21.5e9, 21_500.0),
        ("DGS10", "Percent", 4.2, 4.2),
        ("NFCI", "Index", -0.4, -0.4),
    ],
)
def test_money_becomes_the_dictionarys(series, units, value, expected):
    given = table(value)
    assert in_dictionary_unit(spec_of(series), given, units)["value"].tolist() == pytest.approx([expected])
    assert given["value"].tolist() == [value]


@pytest.mark.parametrize("units", ["Billions of Chained 2017 Dollars", "Bil. of Euros", "Percent", ""])
def test_an_unknown_unit_of_money_is_refused(units):
    with pytest.raises(DataError, match=f"FRED gives GDP in a unit that is not known here.*received '{units}'"):
        in_dictionary_unit(spec_of("GDP"), table(21_500.0), units)


def test_metadata_that_the_values_belie_are_refused():
    with pytest.raises(DataError, match=r"WTREGEN in 'Millions.*a median of 850.5 USD mn in 2020"):
        in_dictionary_unit(spec_of("WTREGEN"), table(850.5), "Millions of U.S. Dollars")
    with pytest.raises(DataError, match=r"WRESBAL in 'Billions.*a median of 3.2e\+09 USD mn in 2020"):
        in_dictionary_unit(spec_of("WRESBAL"), table(3_200_000.0), "Billions of U.S. Dollars")


def test_one_year_in_the_other_unit_is_found():
    mixed = pd.concat([table(850.5, year=2023), table(850_500.0, year=2025)], ignore_index=True)
    with pytest.raises(DataError, match="in 2023"):
        in_dictionary_unit(spec_of("WTREGEN"), mixed, "Millions of U.S. Dollars")


def test_one_vintage_in_the_other_unit_is_found():
    given = table(21.0, 21_000.0, 21_100.0, released=["2020-01-30", "2020-02-27", "2020-03-26"])
    with pytest.raises(DataError, match="a median of 21 USD bn in the vintage of 2020-01-30"):
        in_dictionary_unit(spec_of("M2SL"), given, "Billions of Dollars")


def test_what_the_dictionary_calls_unusable_is_not_judged():
    early = table(-5.0, year=2003)
    assert in_dictionary_unit(spec_of("RRPONTSYD"), early, "Billions of US Dollars")["value"].tolist() == [-5.0]


@pytest.mark.parametrize(
    ("series", "value", "expected"),
    [
        ("WTREGEN", 850.5, 850_500.0),
        ("WTREGEN", 850_500.0, 850_500.0),
        ("GDP", 21_500_000.0, 21_500.0),
        ("RRPONTSYD", 2_100.0, 2_100.0),
        ("RRPONTSYD", 2_100_000.0, 2_100.0),
        ("DGS10", 4.2, 4.2),
    ],
)
def test_the_magnitude_tells_an_unnamed_unit(series, value, expected):
    year = 2022
    assert told_by_magnitude(spec_of(series), table(value, year=year))["value"].tolist() == pytest.approx([expected])


@pytest.mark.parametrize(
    ("series", "values"),
    [("WTREGEN", (850.5e-6,)), ("DGS10", (420.0,)), ("WTREGEN", (3_000.0,)), ("RRPONTSYD", (-1.0,))],
    ids=["none fits", "basis points", "two fit", "negative"],
)
def test_a_magnitude_that_does_not_tell_is_refused(series, values):
    with pytest.raises(DataError, match=f"The unit of {series} cannot be told from its magnitude"):
        told_by_magnitude(spec_of(series), table(*values))


def test_all_years_together_tell_what_one_does_not():
    both = pd.concat([table(3_000.0, year=2007), table(850_500.0, year=2025)], ignore_index=True)
    assert told_by_magnitude(spec_of("WTREGEN"), both)["value"].tolist() == [3_000.0, 850_500.0]
