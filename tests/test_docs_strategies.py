"""The page on strategies quotes its script."""

import importlib.util
import os
from pathlib import Path

import pytest

import tidegate as tg

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.skipif("TIDEGATE_SHARED" not in os.environ, reason="TIDEGATE_SHARED names no folder of real data")
def test_the_page_on_strategies_quotes_its_script():
    """The cheapest study stands for all three: measured anew, its lines are those of the page."""
    spec = importlib.util.spec_from_file_location("strategies_page", DOCS / "strategies.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    market = tg.load_market(f"{os.environ['TIDEGATE_SHARED']}/data/real")
    result = tg.run(tg.Study.load("long_history"), market)
    page = (DOCS / "strategies.md").read_text(encoding="utf-8").partition("**long_history**")[2].splitlines()
    printed = [*script.table(result).splitlines(), *script.luck(result).splitlines()]
    assert len(printed) == 16
    assert [line for line in printed if line not in page] == []
    assert page[0].removeprefix(". ") == script.span(result)
