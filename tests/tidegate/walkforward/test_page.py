"""The page of a walk-forward, in a real browser."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest
from plotly.offline import get_plotlyjs

import tidegate as tg
from tidegate.reports.walkforward_charts import Parameter, paths_chart, stability_chart
from tidegate.reports.walkforward_page import render_walkforward_page
from tidegate.walkforward.page import content, page, parameters

from ...browser import needs_chromium, page_in_browser


@pytest.fixture(scope="module")
def html(found):
    return page(found)


def words(html):
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def test_two_renders_are_byte_identical_and_load_nothing(found, html):
    assert page(found) == html
    assert html.count(get_plotlyjs()) == 1
    assert not re.search(r"https?://", html.replace(get_plotlyjs(), ""))


def test_it_says_what_must_be_said(found, html):
    text = words(html)
    assert "simply keeping the preset earned" in text
    assert "Synthetic economy: every number on this page is made up" in text
    assert "nobody could have had" in text
    assert f"{found.windows['train'][0]:.2f}" in text
    assert "In every training 6 members were eligible." in text


def test_the_values_chosen_are_drawn_as_steps_on_the_rows_of_the_grid(found):
    figure = found.plot()
    steps = {trace.name: trace for trace in figure.data}
    assert list(steps) == ["signal.regime.min_dwell", "strategy.neutral_share"]
    share = steps["strategy.neutral_share"]
    rows = [0.2, 0.5, 0.8]
    assert [rows[int(height)] for height in share.y[:-1]] == found.windows["strategy.neutral_share"].tolist()
    assert share.line.shape == "hv"
    assert list(figure.layout.yaxis4.ticktext) == ["0.2", "0.5", "0.8"]


def test_a_drawn_range_has_no_rows_and_words_stand_as_in_the_grid(found):
    assert [each.rows for each in parameters(found)] == [(1, 8), (0.2, 0.5, 0.8)]
    day = pd.Timestamp("2020-01-02")
    drawn = Parameter("a", (0.31, 0.47), ())
    worded = Parameter("b", ("tilt", "toggle"), ("toggle", "tilt"))
    figure = stability_chart([drawn, worded], [day, day + pd.Timedelta(days=365)], day + pd.Timedelta(days=700))
    assert list(figure.data[0].y) == [0.31, 0.47, 0.47]
    assert list(figure.data[1].y) == [1.0, 0.0, 0.0]


def test_the_presets_own_value_is_dashed_where_the_grid_reaches_it(found):
    day = pd.Timestamp("2020-01-02")
    own = found.plan.study.strategy.neutral_share
    assert found.plot().layout.shapes[-1].y0 == [0.2, 0.5, 0.8].index(own)
    rows = (0.2, 0.4, 1.0)
    places = {0.4: 1.0, 0.7: 1.5, 1.2: None, "words": None}
    for preset, place in places.items():
        each = Parameter("a", (0.2, 0.4), rows, preset)
        shapes = stability_chart(
            [each], [day, day + pd.Timedelta(days=365)], day + pd.Timedelta(days=700)
        ).layout.shapes
        assert [shape.y0 for shape in shapes] == ([] if place is None else [place])


def test_values_are_written_as_people_read_them(small, market, tmp_path):
    grid = {
        "parameters": {"strategy.wrap": [[], ["vol_target"]], "sleeves.speculative.assets": [["IGV"], ["QQQ", "IGV"]]}
    }
    config = tg.WalkConfig(train=2, test=1)
    result = tg.walk_forward(small, tg.Grid.of(grid), market, config=config, out=tmp_path / "a", ledger=None)
    text = words(page(result))
    assert "['" not in text
    assert '["' not in text
    assert [each.rows for each in parameters(result)] == [("none", "vol_target"), ("IGV", "QQQ, IGV")]
    assert set(result.windows["strategy.wrap"]) <= {"[]", '["vol_target"]'}


def test_a_label_is_no_markup_and_a_long_one_is_cut():
    day = pd.Timestamp("2020-01-02")
    each = Parameter("a", ("<b>x",), ("<b>x", "y" * 30))
    figure = stability_chart([each], [day], day + pd.Timedelta(days=365))
    assert list(figure.layout.yaxis3.ticktext) == ["&lt;b&gt;x", "y" * 19 + "…"]
    assert figure.data[0].text[0] == "&lt;b&gt;x"


@pytest.mark.parametrize("years", [4, 20])
def test_paths_that_are_close_look_close(years):
    low, high = paths_chart([1.0, 1.01], 1.02, years=years).layout.xaxis.range
    assert high - low == pytest.approx(2 / np.sqrt(years))


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_it_stands_in_a_browser(html, tmp_path, width):
    place = tmp_path / "walkforward.html"
    place.write_text(html, encoding="utf-8")
    with page_in_browser(place, width=width) as opened:
        assert opened.complaints() == []
        assert opened.evaluate("document.documentElement.scrollWidth") == width
        drawn = opened.evaluate("[...document.querySelectorAll('.chart .main-svg')].length")
        assert drawn >= 4
        zoomed = "{'xaxis.range[0]': '2012-01-01', 'xaxis.range[1]': '2013-01-01'}"
        opened.evaluate(f"Plotly.relayout('growth', {zoomed}).then(() => 1)")
        opened.evaluate("new Promise(done => setTimeout(done, 300))")
        assert opened.evaluate("document.getElementById('stability').layout.xaxis.range[0]").startswith("2012-01-01")
        assert not str(opened.evaluate("document.getElementById('decay').layout.xaxis.range[0]")).startswith("2012")
        assert opened.complaints() == []


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_no_label_is_cut_off(found, tmp_path, width):
    count = len(found.windows)
    long = Parameter("a.b", ("moving_average",) * count, ("schmitt", "moving_average", "w" * 40), "schmitt")
    share = Parameter("strategy.neutral_share", (0.5,) * count, (0.2, 0.5, 0.8), 0.5)
    place = tmp_path / "walkforward.html"
    place.write_text(render_walkforward_page(replace(content(found), parameters=(long, share))), encoding="utf-8")
    with page_in_browser(place, width=width) as opened:
        left = opened.evaluate("document.querySelector('#stability .main-svg').getBoundingClientRect().left")
        edges = opened.evaluate(
            "[...document.querySelectorAll('#stability text')].map(each => each.getBoundingClientRect().left)"
        )
        assert len(edges) > 6
        assert min(edges) >= left
