"""docs/walkforward.md quotes what its script prints, and the options as they are."""

import os
import re

import pytest

import tidegate as tg

from .test_docs import DOCS, script

PAGE = (DOCS / "walkforward.md").read_text(encoding="utf-8")


def test_the_page_quotes_its_script(capsys):
    page = script("walkforward")
    result = page.walked("synthetic", paths=True)
    page.tell(result)
    _assert_quoted(capsys.readouterr().out, parts=2)
    _assert_quoted(page.variant_table({"as above": result}), parts=1)


@pytest.mark.skipif("TIDEGATE_SHARED" not in os.environ, reason="TIDEGATE_SHARED names no folder of real data")
def test_the_page_quotes_its_script_on_real_data(capsys):
    page, folder = script("walkforward"), f"{os.environ['TIDEGATE_SHARED']}/data/real"
    result = page.walked(folder, paths=True)
    page.tell(result)
    _assert_quoted(capsys.readouterr().out, parts=2)
    _assert_quoted(page.window_table(result), parts=1)
    longer = "10 years, tested on 2"
    _assert_quoted(
        page.variant_table({"as above": result, longer: page.walked(folder, **page.VARIANTS[longer])}), parts=1
    )


def test_the_options_have_the_defaults_of_the_page():
    told = dict(re.findall(r"^\| `--(\w+)` \| (\S+) \|", PAGE, flags=re.M))
    own = {name: value for name, value in tg.WalkConfig().model_dump().items() if name in told}
    assert told.pop("anchored") == "no"
    assert own.pop("anchored") is False
    assert told.pop("criterion") == own.pop("criterion")
    assert {name: float(value) for name, value in told.items()} == own
    assert set(own) == {"train", "test", "purge", "embargo", "held"}


def _assert_quoted(printed, *, parts):
    """Each paragraph stands on the page; of a table each row does."""
    found = printed.strip().split("\n\n")
    assert len(found) == parts
    for part in found:
        assert [line for line in part.strip().splitlines() if line not in PAGE] == []
