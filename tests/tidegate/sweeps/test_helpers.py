"""Batches are done once each, by whoever has time, and what goes wrong elsewhere is told here."""

import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

import tidegate as tg
from tidegate.sweeps import Grid
from tidegate.sweeps.helpers import PARCEL, Pile, measured_into
from tidegate.sweeps.job import Job
from tidegate.sweeps.plan import plan_sweep

FEES = Grid.of({"parameters": {"costs.etf.fee_bps": {"from": 0.0, "to": 9.0, "steps": 40}}})


@pytest.fixture(scope="module")
def job(study, market):
    return Job(plan_sweep(study, FEES), market)


@pytest.fixture
def hand_over(job, tmp_path):
    """As to another process, but to two threads of this one."""
    (tmp_path / PARCEL).write_bytes(pickle.dumps(job))
    with ThreadPoolExecutor(2) as pool:
        yield partial(pool.submit, measured_into, str(tmp_path), os.getppid())


@pytest.mark.parametrize("ahead", [0, 1, 4])
@pytest.mark.parametrize("sizes", [(), (3,), (1, 2, 3), (5,) * 8])
def test_every_batch_is_done_once(job, hand_over, sizes, ahead, tmp_path):
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    batches = [range(start, start + size) for start, size in zip(starts, sizes, strict=True)]
    answers = list(Pile(batches, hand_over, ahead=ahead).answers(job))
    assert sorted((answer.members for answer in answers), key=lambda members: members[0]) == batches
    for members, batch in answers:
        assert batch.table.equals(job.measure(members).batch.table)
    assert [path.name for path in tmp_path.iterdir()] == [PARCEL]


def test_helpers_go_on_while_this_process_is_busy(job, hand_over, tmp_path):
    answers = Pile([[member] for member in range(12)], hand_over, ahead=1).answers(job)
    while len(list(tmp_path.iterdir())) < 13:  # they do all of it, though only one batch was handed out
        time.sleep(0.01)
    assert len(list(answers)) == 12


def test_an_error_of_a_helper_is_raised_here(job, hand_over, tmp_path):
    (tmp_path / PARCEL).write_bytes(b"torn")
    with pytest.raises(pickle.UnpicklingError):
        list(Pile([[0], [1]], hand_over, ahead=1).answers(job))


def test_fewer_members_than_processes(study, market, tmp_path):
    grid = Grid.of({"parameters": {"execution.lag": [1, 2]}})
    swept = tg.sweep(study, grid, market, out=tmp_path / "out", workers=tg.Workers(jobs=3), ledger=None)
    assert swept.table["member"].tolist() == [0, 1]
