"""What was recorded is found again, under its id and in the list."""

import math
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.errors import ConfigError
from tidegate.ledger import Ledger
from tidegate.ledger.trial import METRICS

from .writers import BASE, hash_of, trial

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger.sqlite")


def same(left, right):
    arrays = {"months"}
    for name in (each.name for each in fields(left)):
        ours, theirs = getattr(left, name), getattr(right, name)
        if name in arrays:
            assert ours.dtype == theirs.dtype == np.float32
            np.testing.assert_array_equal(ours, theirs)
        elif isinstance(ours, float):
            assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))
        elif name == "metrics":
            assert pd.Series(ours).equals(pd.Series(theirs).loc[list(ours)])
        else:
            assert ours == theirs, name


FIGURES = st.floats(allow_nan=True, allow_infinity=False)


@settings(max_examples=40, deadline=None)
@given(
    metrics=st.fixed_dictionaries(dict.fromkeys(METRICS, FIGURES)),
    months=st.lists(st.floats(width=32, allow_infinity=False), max_size=30),
    first=st.dates(min_value=datetime(1950, 1, 1).date()).map(lambda day: f"{day:%Y-%m}"),
    at=st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])),
    words=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    skew=FIGURES,
)
def test_what_is_recorded_is_found(tmp_path_factory, metrics, months, first, at, words, skew):
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")
    made = trial(
        metrics=metrics,
        months=np.array(months, dtype=np.float32),
        first_month=first,
        at=at,
        overrides={"strategy.kind": words, "strategy.deep.er": [1, 2.5, None, True]},
        study=words,
        skew=skew,
        kurtosis=3.5,
        kind="sweep",
    )
    ledger.record([made])
    entry = ledger.find(made.digest.hex())
    same(entry.trial, made)
    assert (entry.times, entry.first_at, entry.id) == (1, at, made.digest.hex())


def test_the_same_study_on_the_same_data_is_one_trial_with_its_last_figures(ledger):
    early = trial(at=NOON, code_version="0.1.0")
    late = replace(early, at=NOON + timedelta(days=1), code_version="0.2.0", metrics=dict.fromkeys(METRICS, 2.0))
    elsewhere = replace(early, data_hash=hash_of("other data"))
    ledger.record([early, elsewhere])
    ledger.record([late])
    entry = ledger.find(early.digest.hex())
    same(entry.trial, late)
    assert (entry.times, entry.first_at) == (2, NOON)
    assert ledger.find(elsewhere.digest.hex()).times == 1
    assert len(ledger.trials()) == 2


def test_a_member_of_a_sweep_is_a_whole_study(ledger):
    member = trial(overrides={"strategy.neutral_share": 0.25, "clock.end": "2020-01-01", "costs.crypto.fee_bps": 5})
    ledger.record([member])
    found = ledger.find(member.digest.hex()[:6]).trial
    assert found.whole_study() == {
        "name": "mine",
        "strategy": {"kind": "toggle", "neutral_share": 0.25},
        "clock": {"end": "2020-01-01"},
        "costs": {"crypto": {"fee_bps": 5}},
    }
    assert found.base == BASE
    assert "costs" not in BASE


def test_a_base_is_stored_once(ledger):
    ledger.record(trial(k, base={"name": "long" * 1000}, overrides={"x": k}) for k in range(200))
    first = ledger.path.stat().st_size
    ledger.record(trial(200 + k, base={"name": "long" * 1000}, overrides={"x": k}) for k in range(200))
    assert (ledger.path.stat().st_size - first) / 200 < 500
    assert [ledger.find(trial(k).digest.hex()).trial.overrides for k in (0, 399)] == [{"x": 0}, {"x": 199}]


def test_the_list_is_newest_first_and_chosen(ledger):
    ledger.record([trial(1, at=NOON, study="a"), trial(2, at=NOON + timedelta(hours=2), study="b", kind="sweep")])
    ledger.record([trial(3, at=NOON + timedelta(hours=1), study="a", kind="sweep", synthetic=False, source="live")])
    table = ledger.trials()
    assert table["config_hash"].tolist() == [hash_of(2), hash_of(3), hash_of(1)]
    assert table.index.tolist() == [trial(k).digest.hex()[:10] for k in (2, 3, 1)]
    assert ledger.trials(study="a")["config_hash"].tolist() == [hash_of(3), hash_of(1)]
    assert ledger.trials(kind="sweep", last=1)["config_hash"].tolist() == [hash_of(2)]
    assert ledger.trials(study="nobody's").empty
    row = table.loc[trial(3).digest.hex()[:10]]
    assert (row["source"], row["synthetic"], row["times"], row["sharpe"]) == ("live", False, 1, 0.1)
    assert row["last_at"] == row["first_at"] == pd.Timestamp(NOON + timedelta(hours=1))


def test_an_empty_list_has_the_columns_of_a_full_one(ledger):
    empty = ledger.trials()
    ledger.record([trial()])
    full = ledger.trials()
    assert empty.columns.tolist() == full.columns.tolist()
    assert empty.dtypes.equals(full.dtypes)


def test_an_undefined_figure_stays_undefined(ledger):
    ledger.record([trial(metrics=dict.fromkeys(METRICS, math.nan))])
    assert ledger.trials()[list(METRICS)].isna().all(axis=None)


def two_that_begin_alike(length):
    seen = {}
    for number in range(100_000):
        prefix = trial(number).digest.hex()[:length]
        if prefix in seen:
            return prefix, seen[prefix], number
        seen[prefix] = number
    raise AssertionError


def test_a_prefix_is_enough_as_long_as_it_is_one(ledger):
    prefix, left, right = two_that_begin_alike(4)
    ledger.record([trial(left), trial(right), trial("another")])
    with pytest.raises(ConfigError, match="More than one trial") as caught:
        ledger.find(prefix)
    whole = sorted(trial(k).digest.hex() for k in (left, right))
    assert f"one of {', '.join(whole)}." in str(caught.value)
    for number in (left, right, "another"):
        digits = trial(number).digest.hex()
        for length in (8, 9, 10, 31, 32):
            assert ledger.find(digits[:length].upper()).trial.config_hash == hash_of(number)


@pytest.mark.parametrize("prefix", ["", "abc", "12345z", "0" * 33, "ab cd", "%", "abcd'--"])
def test_what_is_no_id_is_told(ledger, prefix):
    ledger.record([trial()])
    with pytest.raises(ConfigError, match="first four digits"):
        ledger.find(prefix)


def test_the_ledger_of_the_home_is_beside_the_store(fresh_home, monkeypatch):
    assert Ledger.at_home().path == fresh_home / "ledger.sqlite"
    monkeypatch.setenv("FRED_API_KEY_FILE", "/nowhere")  # nothing that counts trials needs it
    Ledger.at_home().record([trial()])
    assert (fresh_home / "ledger.sqlite").is_file()
