from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plotly.offline import get_plotlyjs

from tidegate.errors import DataError
from tidegate.reports.sweep_charts import POINTS, histogram, panels, parameter_chart
from tidegate.reports.sweep_heat_maps import heat_maps
from tidegate.reports.sweep_page import FIGURES, SweepPage, parameter_charts, render_sweep_page
from tidegate.reports.sweep_tables import counted, medians, quantiles, spread, spread_by_tenth
from tidegate.reports.swept import Parameter, Span, Swept, span_of

from ..browser import Page, needs_chromium, page_in_browser

ENTER = Parameter("signal.regime.scarce_enter", "-0.8, -0.5, -0.3", -0.5)
DWELL = Parameter("signal.regime.min_dwell", "1, 4, 8", 4)
FORM = Parameter("signal.capex.form", "A, B", "A", words=("A", "B"))
NAMES = Parameter(
    "sleeves.speculative.assets", "...", "BTC-USD, CRM", words=("BTC-USD, CRM", "BTC-USD, ETH-USD, CRM, NOW")
)
FEE = Parameter("costs.crypto.fee_bps", "1 to 100 (by ratio)", 20.0, log=True)
PRESET = {
    "sharpe": 0.62,
    "cagr": 0.11,
    "volatility": 0.18,
    "sortino": 0.9,
    "max_drawdown": -0.3,
    "calmar": 0.37,
    "turnover": 3.2,
    "cost_drag": 0.0021,
}


def _figures(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    spread_of = {"max_drawdown": 0.05, "turnover": 0.4, "cost_drag": 0.0004}
    table = {name: PRESET[name] + spread_of.get(name, 0.06) * rng.normal(size=count) for name in FIGURES}
    return pd.DataFrame({**table, "sessions": 5040.0})


def _grid() -> Swept:
    parameters = (ENTER, DWELL, FORM, NAMES)
    combinations = pd.DataFrame(
        list(product((-0.8, -0.5, -0.3), (1, 4, 8), FORM.words, NAMES.words)),
        columns=[each.name for each in parameters],
    )
    return Swept(parameters, "grid", combinations.join(_figures(len(combinations))), PRESET)


def _sample() -> Swept:
    rng = np.random.default_rng(5)
    drawn = pd.DataFrame(
        {
            ENTER.name: rng.uniform(-0.8, -0.3, 300),
            DWELL.name: rng.integers(1, 9, 300),
            FEE.name: 10.0 ** rng.uniform(0, 2, 300),
        }
    )
    return Swept((ENTER, DWELL, FEE), "sobol", drawn.join(_figures(300)), PRESET)


def _content(swept: Swept) -> SweepPage:
    return SweepPage(
        study="essay",
        title="Essay: sweep",
        description="What hangs on the thresholds.",
        synthetic=True,
        sentences=("36 members, 36 distinct.", "No estimate: `tidegate walkforward` says more."),
        notes=("The names were chosen with hindsight.",),
        swept=swept,
        refused=pd.Series(["thresholds must rise"] * 3 + ["no asset may be held"]),
        provenance={"Data hash": "9f2c" * 16},
    )


@pytest.fixture(scope="module", params=["grid", "sample"])
def content(request: pytest.FixtureRequest) -> SweepPage:
    return _content(_grid() if request.param == "grid" else _sample())


@pytest.fixture(scope="module")
def html(content: SweepPage) -> str:
    return render_sweep_page(content)


@pytest.fixture(scope="module")
def grid() -> SweepPage:
    return _content(_grid())


def _words(html: str) -> str:
    """The visible text of the page, without its scripts, on one line."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html.replace("<wbr>", ""), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


class TestTables:
    def test_quantiles_by_hand(self):
        members = pd.DataFrame({"sharpe": [1.0, 2.0, 3.0, 4.0, 5.0], "cagr": [0.1, 0.3, np.nan, np.nan, np.nan]})

        table = quantiles(members, {"sharpe": 3.5, "cagr": np.nan})

        assert table.loc["sharpe"].to_dict() == pytest.approx(
            {"q05": 1.2, "q25": 2.0, "median": 3.0, "q75": 4.0, "q95": 4.8, "preset": 3.5, "below": 0.6}
        )
        assert table.loc["cagr", ["q05", "median", "q95"]].tolist() == pytest.approx([0.11, 0.2, 0.29])
        assert table.loc["cagr", ["preset", "below"]].isna().all()

    def test_no_column_holds_the_extremes(self):
        assert not {"least", "most", "min", "max", "best"} & set(quantiles(_figures(50), PRESET).columns)

    def test_rounding_does_not_make_a_member_worse_than_the_study_it_is(self):
        table = quantiles(pd.DataFrame({"sharpe": [0.3, 0.62 - 1e-15]}), {"sharpe": 0.62})
        assert table.loc["sharpe", "below"] == 0.5

    def test_spread_by_hand(self):
        values = pd.Series([2, 1, 2, 1, 2])
        found = spread(values, pd.Series([1.0, 5.0, 2.0, 7.0, 9.0]))
        assert found.index.tolist() == [1, 2]
        assert found["median"].tolist() == [6.0, 2.0]
        assert found["q25"].tolist() == [5.5, 1.5]

    def test_tenths_hold_as_many_members_each_and_lie_at_their_medians(self):
        values = pd.Series(np.arange(100, 0, -1.0))
        found = spread_by_tenth(values, values * 2)
        assert found.index.tolist() == [5.5 + 10 * k for k in range(10)]
        assert found["median"].tolist() == [11.0 + 20 * k for k in range(10)]

    def test_medians_over_everything_else(self):
        table = pd.DataFrame({"x": [1, 1, 1, 2], "y": [5, 5, 6, 6], "sharpe": [1.0, 4.0, 2.0, 9.0]})
        found = medians(table, "x", "y")
        assert found.index.tolist() == [5, 6]
        np.testing.assert_array_equal(found, [[2.5, np.nan], [2.0, 9.0]])

    def test_reasons_are_counted_most_frequent_first(self):
        reasons = pd.Series(["b", "a", "c", "a", "b", "a", "d"])
        assert counted(reasons, most=2) == ([("a", 3), ("b", 2)], 2)
        assert counted(reasons[:0], most=2) == ([], 0)


class TestSpan:
    def test_what_is_flat_is_drawn_flat(self):
        """One standard error over 25 years is 0.2: the axis covers it either way of the middle."""
        assert span_of(pd.Series([0.61, 0.63]), 0.62, years=25.0) == pytest.approx((0.42, 0.82))

    def test_the_least_and_the_most_are_inside(self):
        low, high = span_of(pd.Series([-1.0, 1.0, np.nan]), 2.0, years=25.0)
        assert (low, high) == pytest.approx((0.5 - 1.5 * 1.05, 0.5 + 1.5 * 1.05))

    def test_a_study_without_a_ratio_does_not_count(self):
        assert span_of(pd.Series([0.0, 1.0]), np.nan, years=1.0) == pytest.approx((-0.5, 1.5))


class TestCharts:
    def test_the_histogram_counts_every_member_once_and_marks_the_study(self):
        figure = histogram(pd.Series([0.1, 0.2, 0.2, 0.3, np.nan]), 0.25)
        bars, *quartiles, own = figure.data
        assert sum(bars.y) == 4
        assert [line.x[0] for line in quartiles] == pytest.approx([0.175, 0.2, 0.225])
        assert own.x == (0.25, 0.25)
        assert figure.layout.annotations[0].text == "the study itself 0.25"

    def test_a_grid_shows_the_median_of_all_members_with_a_value(self):
        table = pd.DataFrame({DWELL.name: [1, 1, 4, 4], "sharpe": [0.1, 0.3, 0.5, 0.9]})
        figure = parameter_chart(table, DWELL, 0.62, span=Span(0, 1), grid=True)
        *_, median, own = figure.data
        assert list(median.x) == [1, 4]
        assert list(median.y) == pytest.approx([0.2, 0.7])
        assert (own.x[1], own.y[1]) == (4, 0.62)

    def test_a_sample_is_drawn_as_points_and_never_more_than_can_be_seen(self):
        rng = np.random.default_rng(0)
        table = pd.DataFrame({FEE.name: rng.uniform(1, 100, POINTS + 500), "sharpe": rng.normal(size=POINTS + 500)})
        first, second = (parameter_chart(table, FEE, 0.6, span=Span(-4, 4), grid=False) for _ in range(2))
        points = next(trace for trace in first.data if trace.mode == "markers")
        assert len(points.x) == POINTS <= 5_000
        assert first == second
        assert first.layout.xaxis.type == "log"

    def test_values_that_repeat_in_a_sample_have_bands_instead(self):
        figure = parameter_chart(_sample().members, DWELL, 0.6, span=Span(0, 1), grid=False)
        assert not [trace for trace in figure.data if trace.mode == "markers"]

    def test_members_without_a_ratio_are_left_out(self):
        table = pd.DataFrame({DWELL.name: [1, 1, 4], "sharpe": [0.1, np.nan, 0.5]})
        *_, median, _ = parameter_chart(table, DWELL, 0.62, span=Span(0, 1), grid=True).data
        assert list(median.y) == [0.1, 0.5]

    def test_words_are_rows_in_the_order_of_the_grid_and_the_study_has_its_own(self):
        table = pd.DataFrame({FORM.name: ["B", "A", "B"], "sharpe": [0.1, 0.2, 0.3]})
        elsewhere = replace(FORM, preset="C")
        figure = parameter_chart(table, elsewhere, 0.62, span=Span(0, 1), grid=True)
        *_, median, own = figure.data
        assert figure.layout.yaxis.ticktext == ("A", "B", "C")
        assert list(median.x)[:2] == pytest.approx([0.2, 0.2])
        assert (own.x, own.y) == ((0.62,), (2,))

    def test_long_words_are_cut(self):
        figure = parameter_chart(_grid().members, NAMES, 0.62, span=Span(0, 1), grid=True)
        assert figure.layout.yaxis.ticktext[1] == "BTC-USD, ETH-USD, CRM, \u2026"

    def test_a_parameter_that_the_study_has_not_set_is_not_marked(self):
        table = _grid().members
        marked = parameter_chart(table, DWELL, 0.6, span=Span(0, 1), grid=True)
        unmarked = parameter_chart(table, replace(DWELL, preset=None), 0.6, span=Span(0, 1), grid=True)
        assert len(unmarked.data) == len(marked.data) - 1

    def test_a_heat_map_frames_the_study_and_nothing_else(self):
        (figure,) = heat_maps(_grid().members, (ENTER, DWELL, FORM), Span(0, 1))
        outer, inner = figure.layout.shapes
        assert (inner.x0, inner.x1, inner.y0, inner.y1) == (0.5, 1.5, 0.5, 1.5)  # -0.5 is the 2nd of 3, 4 of 1, 4, 8
        assert (outer.x0, outer.y0) == (inner.x0, inner.y0)
        (off,) = heat_maps(_grid().members, (replace(ENTER, preset=-0.6), DWELL), Span(0, 1))
        assert not off.layout.shapes

    def test_parameters_that_vary_together_have_no_map_of_their_own(self):
        linked = tuple(replace(each, linked="both") for each in (ENTER, DWELL))
        assert heat_maps(_grid().members, linked, Span(0, 1)) == []

    def test_no_more_maps_than_six(self):
        names = [f"p{k}" for k in range(5)]
        table = pd.DataFrame(list(product((0, 1), repeat=5)), columns=names).assign(sharpe=1.0)
        maps = heat_maps(table, [Parameter(name, "0, 1", 0) for name in names], Span(0, 1))
        pairs = [(each.layout.xaxis.title.text, each.layout.yaxis.title.text) for each in maps]
        assert pairs == [("p0", "p1"), ("p0", "p2"), ("p0", "p3"), ("p0", "p4"), ("p1", "p2"), ("p1", "p3")]

    def test_panels_hold_every_chart(self):
        charts = parameter_charts(_grid())
        whole = panels([chart.figure for chart in charts], [chart.title for chart in charts])
        assert len(whole.data) == sum(len(chart.figure.data) for chart in charts)
        assert [note.text for note in whole.layout.annotations] == [each.name for each in _grid().parameters]
        assert whole.layout.yaxis3.ticktext == ("A", "B")


def test_two_renders_are_byte_identical(content: SweepPage, html: str):
    again = _content(_grid() if content.swept.sample == "grid" else _sample())
    assert render_sweep_page(again) == html


def test_plotly_is_there_once_and_nothing_is_loaded_from_outside(html: str):
    assert html.count(get_plotlyjs()) == 1
    own = html.replace(get_plotlyjs(), "")
    assert not re.search(r"https?://", own)
    assert not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=\"(?!data:)", own)
    assert "default-src 'none'" in own


def test_the_page_shows_the_study_among_its_members(grid: SweepPage):
    text = _words(render_sweep_page(grid))
    sharpe = grid.swept.members["sharpe"]
    q = {share: f"{np.quantile(sharpe, share / 100):.2f}" for share in (5, 25, 50, 75, 95)}
    below = f"{(sharpe < 0.62).mean() * 100:.0f} %"
    assert "Members 40 4 could not be run" in text
    assert f"Sharpe {q[5]} {q[25]} {q[50]} {q[75]} {q[95]} 0.62 {below} CAGR" in text
    assert "signal.regime.scarce_enter -0.8, -0.5, -0.3 -0.5" in text
    assert "one standard error: 0.22" in text
    assert "4 of 40: 3: thresholds must rise 1: no asset may be held" in text
    assert "every number on this page is made up" in text
    assert "No estimate: tidegate walkforward says more." in text


def test_the_page_says_how_it_is_to_be_read(html: str):
    text = _words(html)
    assert "A flat picture is good news" in text
    assert "A lonely peak is luck" in text
    assert "picking one from this page is not a result" in text


def test_no_member_is_pointed_at(grid: SweepPage):
    """The one that is far better than all others leaves no trace but in the extent of the axes."""
    lucky = grid.swept.members.copy()
    lucky.loc[17, ["sharpe", "cagr"]] = [7.654321, 3.141592]
    text = _words(render_sweep_page(replace(grid, swept=replace(grid.swept, members=lucky))))
    assert not re.search(r"\bbest\b", text, flags=re.I)
    assert "7.65" not in text
    assert "314" not in text


def test_members_of_different_times_are_told(grid: SweepPage):
    shorter = grid.swept.members.assign(sessions=[3000.0, *[5040.0] * 35])
    text = _words(render_sweep_page(replace(grid, swept=replace(grid.swept, members=shorter))))
    assert "do not all cover the same time: 3,000 to 5,040 sessions" in text
    assert "same time" not in _words(render_sweep_page(grid))


def test_sections_stand_only_where_they_belong(grid: SweepPage):
    sample = replace(_content(_sample()), synthetic=False, refused=pd.Series([], dtype="str"), notes=())
    text = _words(render_sweep_page(sample))
    for heading in ("Two parameters at a time", "could not be run", "Read this before", "made up"):
        assert heading not in text
        assert heading in _words(render_sweep_page(grid))
    assert "all of them ran" in text


def test_members_without_any_ratio_are_refused(grid: SweepPage):
    nothing = replace(grid.swept, members=grid.swept.members.assign(sharpe=np.nan))
    with pytest.raises(DataError, match="No member has a Sharpe ratio"):
        render_sweep_page(replace(grid, swept=nothing))


def test_one_member_is_enough():
    alone = _grid()
    one = replace(alone, members=alone.members.iloc[[16]])
    assert "1 member by Sharpe ratio" in _words(render_sweep_page(_content(one)))


HOSTILE = (
    "</script><script>document.body.dataset.pwned = '1'</script>"
    "<img src=x onerror=\"document.body.dataset.pwned = '2'\">"
)


@needs_chromium
def test_names_from_outside_cannot_run(tmp_path: Path):
    short = "<b>in bold?</b>"  # plotly understands some tags
    swept = _grid()
    words = Parameter(HOSTILE, HOSTILE, HOSTILE, words=(HOSTILE, short), linked=HOSTILE)
    table = swept.members.assign(**{HOSTILE: [HOSTILE, short] * 18})
    hostile = replace(
        _content(replace(swept, parameters=(ENTER, DWELL, words), members=table)),
        title=HOSTILE,
        study=HOSTILE,
        description=HOSTILE,
        sentences=(HOSTILE, f"`{HOSTILE}`"),
        notes=(HOSTILE,),
        refused=pd.Series([HOSTILE]),
        provenance={HOSTILE: HOSTILE},
    )
    path = tmp_path / "hostile.html"
    path.write_text(render_sweep_page(hostile), encoding="utf-8")

    with page_in_browser(path) as page:
        labels = page.evaluate("[...document.querySelectorAll('#parameter-2 .ytick text')].map(t => t.textContent)")
        assert page.evaluate("document.body.dataset.pwned ?? 'safe'") == "safe"
        assert page.evaluate("document.querySelectorAll('img').length") == 0
        assert page.evaluate("document.querySelector('h1').textContent") == HOSTILE
        assert labels[1] == short
        assert page.complaints() == []


@pytest.fixture(scope="module", params=[1280, 390])
def page(request: pytest.FixtureRequest, html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("page") / "sweep.html"
    path.write_text(html, encoding="utf-8")
    with page_in_browser(path, width=request.param) as opened:
        assert opened.evaluate("innerWidth") == request.param
        yield opened


@needs_chromium
class TestInABrowser:
    def test_nothing_complains_and_nothing_is_requested(self, page: Page):
        assert page.complaints() == []

    def test_the_body_does_not_scroll_sideways(self, page: Page):
        wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window

    def test_every_chart_is_drawn_as_wide_as_its_place(self, page: Page, content: SweepPage):
        drawn = page.evaluate(
            "[...document.querySelectorAll('.chart')].map(chart => [chart.id,"
            " chart.querySelector('.main-svg').getBoundingClientRect().width,"
            " chart.parentElement.getBoundingClientRect().width])"
        )
        maps = 1 if content.swept.sample == "grid" else 0
        assert len(drawn) == 1 + len(content.swept.parameters) + maps
        for name, plot, place in drawn:
            assert plot == pytest.approx(place, abs=1.5), name

    def test_labels_on_the_axes_do_not_overlap(self, page: Page):
        overlaps = page.evaluate(
            """[...document.querySelectorAll('.chart')].flatMap(chart => {
                 const boxes = [...chart.querySelectorAll('.xtick text, .ytick text')]
                   .map(text => text.getBoundingClientRect());
                 const meet = (a, b) => a.left < b.right && b.left < a.right
                   && a.top < b.bottom - 2 && b.top < a.bottom - 2;
                 return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => meet(a, b)).map(() => chart.id));
               })"""
        )
        assert overlaps == []
        assert page.evaluate("document.querySelectorAll('.chart .xtick text, .chart .ytick text').length") > 25

    def test_every_chart_has_something_in_it(self, page: Page):
        empty = page.evaluate(
            "[...document.querySelectorAll('.chart')].filter(chart =>"
            " !chart.querySelector('.bars path, .scatterlayer path, .heatmaplayer image')).map(chart => chart.id)"
        )
        assert empty == []

    def test_zooming_one_chart_moves_no_other(self, page: Page):
        before = page.evaluate("document.getElementById('parameter-1').layout.xaxis.range[0]")
        page.evaluate("Plotly.relayout('parameter-0', {'xaxis.range[0]': -9, 'xaxis.range[1]': 9}).then(() => 1)")
        assert page.evaluate("document.getElementById('parameter-1').layout.xaxis.range[0]") == before
