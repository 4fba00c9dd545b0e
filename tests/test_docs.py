"""The pages under docs/ quote what their scripts print."""

import importlib.util
import os
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def script(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif("TIDEGATE_SHARED" not in os.environ, reason="TIDEGATE_SHARED names no folder of real data")
def test_the_page_on_the_thesis_quotes_its_script(capsys, monkeypatch):
    thesis = script("thesis")
    monkeypatch.setattr(thesis, "draw", lambda decided, path: None)
    thesis.main(f"{os.environ['TIDEGATE_SHARED']}/data/real")
    printed = capsys.readouterr().out.strip().split("\n\n")
    page = (DOCS / "thesis.md").read_text(encoding="utf-8")
    assert len(printed) == 5
    for part in printed:
        assert part.strip() in page


def test_every_indicator_stands_on_the_page_of_the_thesis():
    from tidegate.signals import all_indicators

    page = (DOCS / "thesis.md").read_text(encoding="utf-8").partition("## Their records")[0]
    shipped = [entry.id for entry in all_indicators() if entry.shipped]
    assert [name for name in shipped if f"`{name}`" not in page] == []
