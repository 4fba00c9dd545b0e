"""A user's own indicator: the shipped example runs, is audited like ours, and mistakes are told in words."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tidegate as tg

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
PAGE = EXAMPLES.with_name("own_indicators.md").read_text(encoding="utf-8")
CODE = (EXAMPLES / "curve.py").read_text(encoding="utf-8")
MINE = "price.curve_steepening"
CLOCK = "clock.start=2012-01-01"
pytestmark = pytest.mark.usefixtures("own_registers")


def written(folder, code=CODE, name="curve.py"):
    """The example in another folder, perhaps with another file of indicators."""
    (folder / name).write_text(code, encoding="utf-8")
    shutil.copy(EXAMPLES / "curve.toml", folder)
    return tg.Study.load(folder / "curve.toml", [CLOCK, f"signal.modules=['{name}']"])


def test_the_page_shows_the_shipped_files():
    assert CODE.strip() in PAGE
    assert (EXAMPLES / "curve.toml").read_text(encoding="utf-8").strip() in PAGE
    assert len(CODE.splitlines()) <= 22


def test_the_example_is_measured_standardised_and_counted(market):
    mine = tg.decide(tg.Study.load(EXAMPLES / "curve.toml", [CLOCK]), market).waterline
    plain = tg.decide(tg.Study.load("proxies", [CLOCK]), market).waterline
    assert set(mine.indicators) - set(plain.indicators) == {MINE}
    at = mine.decisions[-10]
    newest = market.releases.as_of("T10Y2Y", mine.decisions[-10:-9])
    curve = market.releases.history("T10Y2Y", at)
    assert mine.raw.loc[at, MINE] == pytest.approx(
        newest.value[0] - curve.loc[: newest.period[0] - pd.Timedelta(weeks=13)].iloc[-1]
    )
    raw = mine.raw.loc[:at, MINE].dropna()
    assert mine.indicators.loc[at, MINE] == pytest.approx((raw.iloc[-1] - raw.mean()) / raw.std())
    block = mine.indicators.loc[at, [name for name in mine.indicators if name.startswith("price.")]]
    assert len(block) == 4
    assert mine.blocks.loc[at, "price"] == pytest.approx(block.mean())
    assert mine.contributions.loc[at, MINE] != 0
    assert not mine.level.equals(plain.level)


def test_the_example_passes_the_audit(market):
    found = tg.audit(tg.Study.load(EXAMPLES / "curve.toml", [CLOCK]), market, depth="quick")
    assert found.passed
    assert found.smells == ()
    assert MINE in {row.node.removeprefix("indicator:") for row in found.rows}


LEAKS = {
    "next week's value": 'known.change("T10Y2Y").shift(-1)',
    "the whole sample's mean": 'known.value("T10Y2Y") - known.value("T10Y2Y").mean()',
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leaky_version_is_caught_and_named(market, tmp_path, leak):
    study = written(tmp_path, CODE.replace('known.change("T10Y2Y")', LEAKS[leak]))
    found = tg.audit(study, market, depth="quick")
    assert not found.passed
    assert {leak.node for leak in found.leaks} == {f"indicator:{MINE}"}
    assert {series for leak in found.leaks for series in leak.series} == {"T10Y2Y"}


MISTAKES = {
    "an unknown block": (CODE.replace('"price"', '"weather"'), "weather.*expected one of water, plumbing"),
    "no information set": (CODE.replace("Information set:", "Known:"), f"{MINE} does not say what it may know"),
    "the name of one of ours": (CODE.replace("curve_steepening", "term_premium"), "name price.term_premium"),
    "a file that fails": ("1 / 0", "curve.py fails; received 'ZeroDivisionError: division by zero'"),
    "a slip of the pen": ("indicators: none", "curve.py fails; received 'NameError"),
    "an unknown series": (CODE.replace("T10Y2Y", "T10Y2X"), "Unknown series; received 'T10Y2X'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_in_one_paragraph(market, tmp_path, mistake):
    code, words = MISTAKES[mistake]
    with pytest.raises(tg.TidegateError, match=words) as refused:
        tg.decide(written(tmp_path, code), market)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_named(market, tmp_path):
    study = written(tmp_path)
    (tmp_path / "curve.py").unlink()
    with pytest.raises(tg.ConfigError, match=r"modules; received '.*curve\.py'; expected the path"):
        tg.decide(study, market)


def test_two_files_with_the_same_name_of_an_indicator_clash(market, tmp_path):
    written(tmp_path, name="other.py")
    study = written(tmp_path).model_copy()
    both = tg.Study.load(tmp_path / "curve.toml", [CLOCK, "signal.modules=['curve.py', 'other.py']"])
    tg.decide(study, market)
    with pytest.raises(tg.ConfigError, match=f"Two indicators have the name {MINE}"):
        tg.decide(both, market)


def test_the_hash_follows_what_the_file_says_and_not_where_it_is(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert (
        written(here).config_hash
        == written(there).config_hash
        == tg.Study.load(EXAMPLES / "curve.toml", [CLOCK]).config_hash
    )
    assert written(there, CODE + "\n# another thought\n").config_hash != written(here).config_hash
    assert written(here).config_hash != tg.Study.load("proxies", [CLOCK]).config_hash


def test_ours_are_not_touched_by_a_study_that_names_no_file(market):
    tg.decide(tg.Study.load(EXAMPLES / "curve.toml", [CLOCK]), market)
    plain = tg.decide(tg.Study.load("proxies", [CLOCK]), market).waterline
    assert MINE not in plain.indicators
    assert np.isfinite(plain.level.iloc[-1])


def test_an_edited_file_counts_as_it_stands(tmp_path, market):
    """Edited in the same process: what it registered before is gone, and going back brings it back."""

    def counted(code=CODE):
        return set(tg.decide(written(tmp_path, code), market).waterline.indicators.columns)

    assert MINE in counted()
    edited = counted(CODE.replace("def curve_steepening", "def another_name"))
    assert ("price.another_name" in edited, MINE in edited) == (True, False)
    again = counted()
    assert ("price.another_name" in again, MINE in again) == (False, True)
