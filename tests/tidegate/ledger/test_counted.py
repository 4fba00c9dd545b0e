"""Which trials count: by world, each study once."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.ledger import Ledger, counted
from tidegate.ledger.trial import METRICS

from .writers import hash_of, trial


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger.sqlite")


MINUTES = itertools.count()


def tried(config, data="a", *, synthetic=True, sharpe=1.0, months=(0.01, 0.02)):
    """A trial, each a minute later than the one made before."""
    return trial(
        config,
        at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=next(MINUTES)),
        data_hash=hash_of(data),
        synthetic=synthetic,
        source="synthetic" if synthetic else "live",
        metrics=dict.fromkeys(METRICS, 0.0) | {"sharpe": sharpe},
        months=np.array(months, dtype=np.float32),
    )


def real(config, data, sharpe=1.0):
    return tried(config, data, synthetic=False, sharpe=sharpe)


def sharpes(ledger, at_hand):
    return (ledger.counted(at_hand).sharpes * 252**0.5).round(9).tolist()


def test_by_hand(ledger):
    ledger.record([tried(1), tried(2, sharpe=2.0), tried(2, sharpe=3.0), tried(3, "b"), real(4, "c", 4.0)])
    ledger.record([real(4, "d", 5.0), real(5, "c", 6.0)])
    assert sorted(sharpes(ledger, tried(1))) == [1.0, 3.0]  # its own data hash only, each study once, as it was last
    assert sharpes(ledger, tried(9, "b", sharpe=7.0)) == [7.0, 1.0]  # the study at hand counts, recorded or not
    assert sorted(sharpes(ledger, real(9, "e", 7.0))) == [5.0, 6.0, 7.0]  # all real data are one world
    assert sorted(sharpes(ledger, real(4, "c", 8.0))) == [6.0, 8.0]  # and its own figures are those at hand
    assert sharpes(ledger, tried(1, "nowhere")) == [1.0]


def test_files_made_by_the_economy_are_of_its_world(ledger):
    made = trial(1, source="files", synthetic=True)
    ledger.record([made, trial(2)])
    assert ledger.counted(trial(3)).trials == 3


STUDIES = st.tuples(st.integers(0, 5), st.sampled_from("ab"), st.sampled_from("cd"), st.booleans(), st.floats(-3, 3))


@settings(max_examples=60, deadline=None)
@given(chosen=st.lists(STUDIES, min_size=1, max_size=25), cut=st.integers(0, 25))
def test_counting_is_what_a_slow_loop_counts(chosen, cut, tmp_path_factory):
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")
    made = [tried(c, a if s else d, synthetic=s, sharpe=sharpe) for c, a, d, s, sharpe in chosen]
    ledger.record(made[:cut])
    ledger.record(made[cut:])
    at_hand, last = made[-1], {}
    for each in made:
        if not (each.synthetic or at_hand.synthetic) or each.data_hash == at_hand.data_hash:
            last[each.config_hash] = each.sharpe
    others = [last[key] for key in sorted(last) if key != at_hand.config_hash]
    np.testing.assert_array_equal(ledger.counted(at_hand).sharpes, [at_hand.sharpe, *others])


def test_recording_again_changes_no_count(ledger):
    ledger.record([tried(1), tried(2)])
    once = ledger.counted(tried(1))
    ledger.record([tried(1), tried(2)])
    again = ledger.counted(tried(1))
    np.testing.assert_array_equal(once.sharpes, again.sharpes)
    assert [month for month, _ in once.growth] == [month for month, _ in again.growth]


def test_the_sample_is_of_a_bounded_size_seeded_and_holds_the_trial_at_hand(ledger, monkeypatch):
    monkeypatch.setattr(counted, "MOST", 10)
    ledger.record(tried(k, months=[k]) for k in range(100))
    first, again = ledger.counted(tried(3, months=[3])), ledger.counted(tried(3, months=[3]))
    drawn = [float(months[0]) for _, months in first.growth]
    assert (len(drawn), len(set(drawn)), drawn[0], first.trials) == (10, 10, 3.0, 100)
    assert drawn == [float(months[0]) for _, months in again.growth]
    assert drawn != sorted(drawn)
