"""docs/sweep.md quotes what its script prints, and its grids can be swept."""

import os
import re
import tomllib

import pytest

import tidegate as tg
from tidegate.sweeps import Grid
from tidegate.sweeps.plan import plan_sweep

from .test_docs import DOCS, script

PAGE = (DOCS / "sweep.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.S)


@pytest.mark.parametrize(("place", "members"), list(enumerate([324, 8 * 5 * 5, 2 * 3 * 3 * 3 * 2, 3 * 3, 256])))
def test_a_grid_of_the_page_can_be_swept(place, members):
    plan = plan_sweep(tg.Study.load("essay"), Grid.of(tomllib.loads(BLOCKS[place])))
    assert plan.size == members
    assert plan.member(members - 1) != plan.study


def test_every_grid_of_the_page_is_tried():
    assert len(BLOCKS) == 5
    assert BLOCKS[0] == (DOCS / "examples/thresholds.toml").read_text(encoding="utf-8")


def test_linked_values_are_taken_together():
    plan = plan_sweep(tg.Study.load("essay"), Grid.of(tomllib.loads(BLOCKS[3])))
    pairs = {tuple(list(plan.overrides(member).values())[1:]) for member in range(plan.size)}
    assert pairs == {(-0.8, 0.8), (-0.5, 0.5), (-0.3, 0.3)}


def test_the_page_quotes_its_script(capsys):
    page = script("sweep")
    page.main()
    _assert_quoted(capsys.readouterr().out)


@pytest.mark.skipif("TIDEGATE_SHARED" not in os.environ, reason="TIDEGATE_SHARED names no folder of real data")
def test_the_page_quotes_its_script_on_real_data(capsys):
    page = script("sweep")
    page.tell(page.swept(f"{os.environ['TIDEGATE_SHARED']}/data/real"))
    _assert_quoted(capsys.readouterr().out)


def _assert_quoted(printed):
    parts = printed.strip().split("\n\n")
    assert len(parts) == 3
    for part in parts:
        assert part.strip() in PAGE
