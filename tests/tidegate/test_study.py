"""Studies: what they accept, how they refuse, when their hash changes."""

from itertools import product

import pytest

import tidegate as tg
from tidegate.study import shipped_studies

KEYS = [
    "name",
    "title",
    "clock",
    "clock.start",
    "clock.decision",
    "sleeves",
    "sleeves.speculative",
    "signal..x",
    "name.x",
]
KEYS += [
    "sleeves.speculative.assets",
    "sleeves.near_cash_flow.weights",
    "signal.regime",
    "signal.block_weights",
    "costs",
]
KEYS += [
    "signal.block_weights.water",
    "costs.crypto",
    "costs.crypto.fee_bps",
    "execution.lag",
    "economy.effect",
    "x",
    "",
]
VALUES = [
    "1",
    "-1",
    "0",
    "1e9",
    "nan",
    "inf",
    "true",
    "[]",
    "{}",
    "[1,2]",
    "{a=1}",
    "'x'",
    "x",
    "",
    "2020-01-01",
    "=",
    "[[1]]",
]


def test_any_override_is_taken_or_refused_in_one_paragraph():
    refusals = [words for key, value in product(KEYS, VALUES) if (words := refusal(f"{key}={value}"))]
    assert 200 < len(refusals) < len(KEYS) * len(VALUES)
    assert not [words for words in refusals if "\n" in words]


def refusal(override):
    try:
        tg.Study.load("essay", [override])
    except tg.ConfigError as error:
        return str(error)
    return ""


def test_a_class_of_costs_given_in_part_keeps_the_rest():
    costs = tg.Study.load("essay", ["costs.crypto.fee_bps=25"]).costs
    assert (costs.crypto.fee_bps, costs.crypto.spread_bps) == (25, 5)
    assert costs.equity == tg.Study.load("essay").costs.equity


def test_the_shipped_studies():
    assert shipped_studies() == ("essay", "long_history", "proxies")
    assert [tg.Study.load(name).hindsight for name in shipped_studies()] == [True, False, False]


RESULTS_CHANGE = ["costs.crypto.fee_bps=21", "execution.lag=2", "signal.winsor=2.5", "clock.start=2006-01-01"]
RESULTS_CHANGE += ["strategy.neutral_share=0.4", "evidence.seed=1", "sleeves.speculative.assets=['CRM']"]


@pytest.mark.parametrize("override", RESULTS_CHANGE)
def test_the_hash_changes_with_the_result(override):
    assert tg.Study.load("essay", [override]).config_hash != tg.Study.load("essay").config_hash


@pytest.mark.parametrize(
    "override", ["title=Another", "description=x", "name=y", "costs.crypto.fee_bps=20", "economy.seed=3"]
)
def test_the_hash_stays_when_no_result_can_change(override):
    """Words change nothing; a default written out is the default; the economy is data and has its own hash."""
    assert tg.Study.load("essay", [override]).config_hash == tg.Study.load("essay").config_hash
