"""The Schmitt trigger by hand, row by row."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tidegate.signals.config import RegimeConfig
from tidegate.signals.regimes.schmitt import schmitt_trigger

QUICK = RegimeConfig(min_dwell=1)
LETTER = {"A": "ABUNDANT", "N": "NEUTRAL", "S": "SCARCE", "-": None}


def regimes(levels, config=QUICK):
    called = schmitt_trigger(pd.Series(levels, dtype=float), config)
    return "".join(next(k for k, v in LETTER.items() if v == (None if pd.isna(name) else name)) for name in called)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([0.0, 0.6, 0.3, 0.1], "NAAN"),  # entered above 0.5, left below 0.2
        ([0.0, -0.6, -0.3, -0.1], "NSSN"),  # mirrored
        ([0.0, -0.5, 0.5], "NNN"),  # the thresholds themselves do not trigger
        ([-0.6, -0.2, 0.2, 0.6], "SSNA"),
        ([0.6, -0.6, 0.6], "ASA"),  # straight through
        ([np.nan, -0.6, np.nan, 0.6], "-SSA"),  # unknown levels hold
        ([np.nan, np.nan], "--"),
    ],
)
def test_levels(levels, expected):
    assert regimes(levels) == expected


def test_a_regime_dwells():
    assert regimes([0.6, 0.0, 0.0, 0.0, 0.0], RegimeConfig(min_dwell=4)) == "AAAAN"


def test_the_override_does_not_wait():
    assert regimes([0.6, -0.6, -1.6, 0.6, 0.6, 0.6, 0.6], RegimeConfig(min_dwell=4)) == "AASSSSA"


@given(
    levels=st.lists(st.floats(-3, 3) | st.just(float("nan")), min_size=1, max_size=60),
    cut=st.integers(1, 60),
    dwell=st.integers(1, 6),
)
def test_the_past_does_not_depend_on_the_future(levels, cut, dwell):
    config = RegimeConfig(min_dwell=dwell)
    assert regimes(levels, config)[:cut] == regimes(levels[:cut], config)


@given(levels=st.lists(st.floats(-1.4, 3), min_size=1, max_size=80), dwell=st.integers(1, 8))
def test_without_override_every_spell_but_the_last_lasts_the_dwell(levels, dwell):
    path = regimes(levels, RegimeConfig(min_dwell=dwell))
    spells = [
        len(spell)
        for spell in "".join(a + ("|" if a != b else "") for a, b in zip(path, path[1:] + path[-1], strict=True)).split(
            "|"
        )
    ]
    assert all(length >= dwell for length in spells[:-1])


def test_thresholds_in_the_wrong_order_are_refused():
    with pytest.raises(ValidationError, match="thresholds must rise"):
        RegimeConfig(scarce_enter=0.3)
