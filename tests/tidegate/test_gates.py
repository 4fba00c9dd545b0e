"""The gates that every run and every signal passes."""

from dataclasses import replace

import pytest

import tidegate as tg
from tidegate.data.findings import Finding
from tidegate.errors import DataError
from tidegate.gates import pass_gates
from tidegate.signal_report import signal

BROKEN = Finding("error", "MU", "2016-03-01", "Adjusted and raw closes contradict each other.", "Download it anew.")
ODD = Finding("warning", "MU", "2016-03-02", "The price stands still.", "")


def with_findings(market, *findings):
    return replace(market, provenance=replace(market.provenance, findings=findings))


@pytest.mark.parametrize("act", [tg.run, signal, pass_gates])
def test_an_error_in_the_data_refuses_every_result(economy, essay, act):
    with pytest.raises(
        DataError, match=r"does not pass the quality gates.*MU, 2016-03-01.*contradict.*Download it anew"
    ):
        act(essay, with_findings(economy, ODD, BROKEN))


def test_warnings_pass_and_are_told_worst_first(economy, essay):
    note = Finding("note", "MU", "", "Short history.", "")
    found = pass_gates(essay, with_findings(economy, note, ODD))
    assert found.index(ODD) < found.index(note)
