"""The page of a walk-forward, in a real browser."""

import re
from html import unescape

import pandas as pd
import pytest
from plotly.offline import get_plotlyjs

from tidegate.reports.walkforward_charts import Parameter, stability_chart
from tidegate.walkforward.page import page, parameters

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
