"""A walk-forward in words."""

from dataclasses import replace

import pandas as pd
import pytest

import tidegate as tg
from tidegate.backtests.evidence import Interval
from tidegate.walkforward.config import spelled
from tidegate.walkforward.words import notes, sentences


@pytest.mark.parametrize(
    ("months", "words"), [(1, "1 month"), (3, "3 months"), (12, "1 year"), (18, "18 months"), (60, "5 years")]
)
def test_lengths_are_spelled(months, words):
    assert spelled(months) == words


def told(found, **figures):
    """Sentences as they would be with other figures."""
    other = replace(found)
    vars(other).update(figures)  # cached properties
    return " ".join(sentences(other))


def test_intervals_get_the_verdict_they_deserve(found):
    inside, above, below = Interval(0.1, -0.2, 0.4), Interval(0.3, 0.1, 0.5), Interval(-0.3, -0.5, -0.1)
    assert "zero: choosing is not shown to help, nor to harm." in told(found, sharpe_difference=inside)
    assert "excludes zero: evidence for choosing." in told(found, sharpe_difference=above)
    assert "excludes zero: evidence against it." in told(found, sharpe_difference=below)
    assert "includes zero: neither is shown to be better." in told(found, mix_difference=inside)
    assert "excludes zero: evidence against holding the mix." in told(found, mix_difference=above)
    assert "excludes zero: evidence for holding the mix." in told(found, mix_difference=below)


def test_one_member_and_one_window_are_told_in_the_singular(small, market, tmp_path):
    grid = tg.Grid.of({"parameters": {"strategy.neutral_share": [0.5]}})
    config = tg.WalkConfig(train=3, test=3)
    alone = tg.walk_forward(small, grid, market, config=config, out=tmp_path / "a", ledger=None)

    text = " ".join(sentences(alone))
    assert text.startswith("Choosing among 1 member by ")
    assert "1 window over strategy.neutral_share: a single choice" in text
    assert "1 member run again" in text
    assert "undefined" not in text
    assert "beat" not in text
    assert "correlate" not in text


def test_choices_that_share_their_trainings_are_not_called_independent(found):
    assert "share no session: no more choices than that are independent" in told(found)
    anchored = found.windows.assign(train_first=found.windows["train_first"].iloc[0])
    text = " ".join(sentences(replace(found, windows=anchored)))
    assert "All trainings share sessions: the choices are not independent." in text


def test_what_was_left_out_and_what_was_recorded_is_noted(found):
    assert not any("ledger" in note or "Members" in note for note in notes(found))
    table = found.table.assign(whole=[float("nan"), *found.table["whole"][1:]])
    other = replace(found, recorded=True)
    vars(other)["table"] = table
    words = " ".join(notes(other))
    assert "Every distinct member is a trial in the ledger now" in words
    assert "neither the median one nor hindsight: 1." in words
    refused = table.assign(refused=["cannot be", *[""] * (len(table) - 1)])
    vars(other)["table"] = pd.DataFrame(refused)
    words = " ".join(notes(other))
    assert "never chosen: 1." in words
    assert "hindsight" not in words
