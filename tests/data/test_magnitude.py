"""Yearly medians against the dictionary's band of plausible magnitudes."""

import numpy as np
import pandas as pd
import pytest

from tidegate.data.dictionary import spec_of
from tidegate.data.magnitude import refuse_wrong_magnitude, wrong_years
from tidegate.errors import DataError


def weekly(value, *, first="2023-01-04", count=104):
    return pd.Series(np.full(count, value), index=pd.date_range(first, periods=count, freq="7D"))


def test_a_right_unit_has_no_wrong_year():
    assert wrong_years(spec_of("WTREGEN"), weekly(7e5)).empty
    assert wrong_years(spec_of("WTREGEN"), weekly(7e5, count=0)).empty
    refuse_wrong_magnitude(spec_of("WTREGEN"), "WTREGEN", weekly(7e5))


@pytest.mark.parametrize(("value", "wrong"), [(2500.0, False), (2499.9, True), (5e6, False), (5.1e6, True)])
def test_the_band_includes_its_ends(value, wrong):
    assert (len(wrong_years(spec_of("WTREGEN"), weekly(value))) == 2) == wrong


def test_billions_are_refused_with_year_value_and_band():
    values = weekly(7e5)
    values.loc["2024"] = 700.0
    with pytest.raises(DataError) as caught:
        refuse_wrong_magnitude(spec_of("WTREGEN"), "WTREGEN", values)
    assert str(caught.value).startswith(
        "Series WTREGEN does not look like USD mn (median of 2024); received '700'; expected 2,500 to 5,000,000 USD mn."
    )
    with pytest.raises(DataError, match=r"median of 2 years, first 2023"):
        refuse_wrong_magnitude(spec_of("WTREGEN"), "WTREGEN", values / 1e3)


def test_a_median_looks_past_single_values():
    values = weekly(7e5)
    values.iloc[:20] = 1e9
    assert wrong_years(spec_of("WTREGEN"), values).empty  # the gates look for steps within a year


def test_a_series_without_a_band_is_never_refused():
    for value in (-1e12, 0.0, 1e12):
        assert wrong_years(spec_of("issuance:bills"), weekly(value)).empty
