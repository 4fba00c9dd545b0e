"""Inputs that are stale, absent or stood in for, in a market of a few releases."""

import pandas as pd

from tests.worlds import market_of, random_prices, release_rows
from tidegate.signals import SignalConfig
from tidegate.signals.inputs import input_notes

DECISION = pd.Timestamp("2024-06-27 21:00", tz="UTC")
PRICES = random_prices("2024-01-03", "2024-06-27", ["IGV", "BIL"])


def once(series, released, value=5.0):
    return release_rows(series, [released], [f"{released} 12:00"], [value])


def notes(*rows, **changes):
    return input_notes(market_of(PRICES, pd.concat(rows)), SignalConfig(**changes), DECISION)


def test_a_stand_in_is_named_with_the_reason():
    found = notes(once("WTREGEN", "2024-06-26"), once("SOFR", "2024-01-10"), once("DFF", "2024-06-26"))
    assert found["WDTGAL"] == "not in the data; WTREGEN stands in"
    assert found["SOFR"] == "stale, last released 2024-01-10; DFF stands in"
    assert found["DGS2"] == "not in the data"
    assert "DFF" not in found  # fresh


def test_what_comes_out_after_the_decision_is_not_known():
    assert notes(once("WDTGAL", "2024-06-28"))["WDTGAL"] == "not in the data"


def test_of_a_family_only_the_stale_companies_are_named():
    filings = [once("capex:MSFT", "2024-06-01", 1e10), once("capex:ORCL", "2023-01-10", 1e9)]
    found = notes(*filings)
    assert found["capex:ORCL"] == "stale, last released 2023-01-10"
    assert "capex:MSFT" not in found
    assert found["ocf:*"] == "not in the data"
    assert "capex:ORCL" not in notes(*filings, capex={"without": ("ORCL",)})


def test_another_basis_of_the_same_company_stands_in():
    found = notes(once("capex:AMZN", "2023-01-10", 1e9), once("capex:AMZN@net", "2024-06-01", 1e9))
    assert found["capex:AMZN"] == "stale, last released 2023-01-10; capex:AMZN@net stands in"
    assert "capex:AMZN@net" not in found


def test_only_what_a_chosen_indicator_reads_is_looked_at():
    assert "VIXCLS" not in notes(once("DFF", "2024-06-26"), drop=("tells.vix",))
