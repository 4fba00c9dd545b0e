"""The pages under docs/ quote what their scripts print."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

import tidegate as tg

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


@pytest.mark.skipif("TIDEGATE_SHARED" not in os.environ, reason="TIDEGATE_SHARED names no folder of real data")
def test_the_page_on_sensitivity_quotes_its_script(monkeypatch):
    """Two cheap variants and the base stand for all: measured anew, the rows are those of the page."""
    from tidegate.signals import sensitivity as module

    page, kept = script("sensitivity"), ("without tells", "capex form C")
    every = module.variants
    monkeypatch.setattr(module, "variants", lambda config: [each for each in every(config) if each.name in kept])
    market, study = tg.load_market(f"{os.environ['TIDEGATE_SHARED']}/data/real"), tg.Study.load("essay")
    table = page.variant_table(module.sensitivity(market, study.sleeves.assets(), study.signal).summary())
    text = (DOCS / "sensitivity.md").read_text(encoding="utf-8")
    assert table.count("\n") == 4
    assert [row for row in table.splitlines() if row not in text] == []


def test_every_indicator_stands_on_the_page_of_the_thesis():
    from tidegate.signals import all_indicators

    page = (DOCS / "thesis.md").read_text(encoding="utf-8").partition("## Their records")[0]
    shipped = [entry.id for entry in all_indicators() if entry.shipped]
    assert [name for name in shipped if f"`{name}`" not in page] == []


def test_the_readme_says_whose_licence_binds_and_what_cash_earns():
    """Neither can be read off an installed wheel or a tearsheet."""
    text = " ".join((DOCS.parent / "README.md").read_text(encoding="utf-8").split())
    assert re.search(r"\[vectorbt\]\([^)]*\), which is \*\*Apache 2\.0 with the Commons Clause\*\*", text)
    assert "Cash earns nothing" in text
