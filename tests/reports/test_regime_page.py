from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plotly.offline import get_plotlyjs

from tidegate.backtests.result import Backtest
from tidegate.data.policy_events import policy_events
from tidegate.errors import DataError
from tidegate.reports.charts import allocation_chart, by_block, by_sleeve, equity_chart, spells, waterline_chart
from tidegate.reports.regime_page import RegimePage, render_regime_page
from tidegate.signals.result import Waterline

from ..browser import Page, needs_chromium, page_in_browser

BLOCKS = {
    "water": ("net_liquidity", "easing_priced_in", "m2_over_gdp"),
    "plumbing": ("reserves", "reserves_change", "funding_spread"),
    "drain": ("capex", "issuance", "funding_gap"),
    "price": ("real_yield", "nominal_yield", "term_premium"),
    "credit": ("baa_level", "baa_change", "nfci"),
    "tells": ("crypto_momentum", "relative_strength", "forced_selling", "vix"),
}
SLEEVES = {"speculative": ("BTC-USD", "IGV"), "near_cash_flow": ("SMH", "BIL")}
EXPOSURE = {"ABUNDANT": 0.98, "NEUTRAL": 0.49, "SCARCE": 0.0}
CHARTS = ("equity", "waterline", "strip", "allocation", "drawdown")


def _schmitt(level: pd.Series) -> pd.Series:
    state, states = "NEUTRAL", []
    for value in level:
        if state == "NEUTRAL":
            state = "SCARCE" if value < -0.5 else "ABUNDANT" if value > 0.5 else state
        elif (state == "SCARCE" and value > -0.2) or (state == "ABUNDANT" and value < 0.2):
            state = "NEUTRAL"
        states.append(state)
    return pd.Series(states, index=level.index, dtype="str")


def _waterline(rng: np.random.Generator) -> Waterline:
    days = pd.date_range("2004-06-03", "2025-11-20", freq="W-THU")
    decisions = (days + pd.Timedelta(hours=17)).tz_localize("America/New_York").tz_convert("UTC")
    names = [f"{block}.{name}" for block, members in BLOCKS.items() for name in members]
    cycle = np.sin(np.arange(len(days)) / 60.0)[:, None]
    noise = rng.normal(size=(len(days), len(names)))
    for i in range(1, len(days)):
        noise[i] += 0.94 * noise[i - 1]
    indicators = pd.DataFrame((0.7 * cycle + 0.4 * noise).clip(-3, 3), index=decisions, columns=names)
    indicators.loc[decisions[-9] :, "drain.funding_gap"] = np.nan
    contributions = indicators.fillna(0.0) / len(names) * 1.7
    level = contributions.sum(axis="columns")
    blocks = indicators.T.groupby([n.partition(".")[0] for n in names]).mean().T[list(BLOCKS)]
    coverage = indicators.notna().mean(axis="columns")
    return Waterline(
        level=level,
        fundamental=level * 0.8 + 0.1,
        regime=_schmitt(level),
        coverage=coverage,
        slack=pd.Series(0.4, index=decisions),
        blocks=blocks,
        raw=indicators,
        indicators=indicators,
        contributions=contributions,
        held=coverage.lt(0.6),
        missing={"drain.funding_gap": "stale: the last filing is 140 days old, 120 are allowed"},
    )


def _backtest(name: str, weights: pd.DataFrame, returns: pd.DataFrame) -> Backtest:
    earned = (weights.shift(1).drop(columns="CASH") * returns).sum(axis="columns")
    value = 100_000 * (1 + earned - 0.0005 * weights.diff().abs().sum(axis="columns")).cumprod()
    orders = pd.DataFrame({"session": value.index[:3], "asset": "IGV"})
    return Backtest(name=name, capital=100_000.0, value=value, weights=weights, orders=orders, portfolio=None)


def _weights(exposure: pd.Series) -> pd.DataFrame:
    half, rest = exposure / 2, (0.98 - exposure) / 2
    return pd.DataFrame({"BTC-USD": half, "IGV": half, "SMH": rest, "BIL": rest, "CASH": 0.02})


def _content() -> RegimePage:
    """Twenty made-up years with the shapes of a real run."""
    rng = np.random.default_rng(7)
    waterline = _waterline(rng)
    sessions = pd.bdate_range("2005-01-03", "2025-11-21")
    called = waterline.regime.copy()
    called.index = pd.DatetimeIndex(waterline.decisions.date) + pd.Timedelta(days=1)
    regime = called.reindex(sessions, method="ffill")
    drift = regime.map({"ABUNDANT": 0.0009, "NEUTRAL": 0.0003, "SCARCE": -0.0006}).to_numpy()[:, None]
    moves = rng.normal(size=(len(sessions), 4)) * [0.021, 0.013, 0.012, 0.0001]
    returns = pd.DataFrame(
        moves + drift * [1.3, 1, 0.4, 0] + [0, 0, 0.0003, 0.0001], sessions, ["BTC-USD", "IGV", "SMH", "BIL"]
    )
    exposure = regime.map(EXPOSURE).astype(float)
    flat = pd.Series(1.0, index=sessions)
    rivals = {
        "constant_mix": flat * exposure.mean(),
        "speculative": flat * 0.98,
        "near_cash_flow": flat * 0.0,
    }
    figures = {"cagr": 0.118, "volatility": 0.171, "sharpe": 0.61, "sortino": 0.9, "max_drawdown": -0.312}
    figures |= {"calmar": 0.38, "turnover": 4.2, "cost_drag": 0.0021, "final_value": 1_031_442.0}
    return RegimePage(
        study="essay",
        title="Essay: the bathtub and the ducks",
        description="Speculative sleeve in abundance, near cash flows in scarcity, weekly decisions.",
        synthetic=True,
        notes=(
            "SMH and BTC-USD were chosen with hindsight.",
            "ACMTP10 is pseudo-PIT: one vintage and a lag rule.",
        ),
        waterline=waterline,
        strategy=_backtest("strategy", _weights(exposure), returns),
        rivals={name: _backtest(name, _weights(e), returns) for name, e in rivals.items()},
        sleeves=SLEEVES,
        regime_by_session=regime,
        true_regime=regime.shift(25, fill_value="NEUTRAL"),
        bill_returns=pd.Series(0.0001, index=sessions),
        evidence={
            "sharpe_difference": {"value": 0.12, "low": -0.10, "high": 0.35},
            "timing_p_value": 0.23,
            "psr": 0.97,
            "dsr": 0.61,
            "trials": 14,
            "effective_trials": 5,
            "dsr_effective": 0.72,
        },
        audit={"passed": True, "checks": 42},
        performance={"strategy": figures} | {name: {**figures, "cagr": 0.09} for name in rivals},
        events=policy_events(),
        provenance={"Data hash": "9f2c" * 16, "Configuration hash": "07ab" * 16},
    )


@pytest.fixture(scope="module")
def content() -> RegimePage:
    return _content()


@pytest.fixture(scope="module")
def html(content: RegimePage) -> str:
    return render_regime_page(content)


def _words(html: str) -> str:
    """The visible text of the page, without its scripts, on one line."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def test_two_renders_are_byte_identical(content: RegimePage, html: str):
    assert render_regime_page(_content()) == html


def test_plotly_is_there_once_and_nothing_is_loaded_from_outside(html: str):
    assert html.count(get_plotlyjs()) == 1
    own = html.replace(get_plotlyjs(), "")
    assert not re.search(r"https?://", own)
    assert not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=\"(?!data:)", own)
    assert "default-src 'none'" in own


def test_plotly_outweighs_everything_else(html: str):
    assert len(html) < 1.5 * len(get_plotlyjs())


def test_regime_bands_are_one_trace_per_regime(content: RegimePage):
    figure = equity_chart(content.strategy, {}, content.regime_by_session, window=("2005-01-03", "2025-11-21"))

    assert [trace.name for trace in figure.data] == ["ABUNDANT", "NEUTRAL", "SCARCE", "strategy"]
    assert len(figure.layout.shapes) == 0


def test_spells_merge_what_is_consecutive():
    sessions = pd.bdate_range("2024-01-01", periods=5)
    regime = pd.Series([None, "SCARCE", "SCARCE", "NEUTRAL", "NEUTRAL"], sessions)

    merged = spells(regime)

    assert list(merged["regime"]) == ["SCARCE", "NEUTRAL"]
    assert list(merged["start"]) == [sessions[1], sessions[3]]
    assert list(merged["end"]) == [sessions[3], sessions[4]]


def test_dated_events_are_marked_and_said_to_be_no_part_of_the_score(content: RegimePage, html: str):
    figure = waterline_chart(content.waterline, None, window=("2013-01-01", "2014-12-31"), events=content.events)
    scatters = [trace for trace in figure.data if trace.type == "scatter"]
    marks = {trace.name: list(trace.text) for trace in scatters if trace.mode == "markers"}
    assert len(marks["tightening"]) == 3  # the talk, the taper, the end of QE3
    assert not marks["easing"]
    assert "never part of the score" in _words(html)
    without = render_regime_page(replace(content, events=None))
    assert "never part of the score" not in _words(without)


def test_block_contributions_add_up_to_the_waterline(content: RegimePage):
    parts = by_block(content.waterline.contributions)

    assert list(parts.columns) == list(BLOCKS)
    np.testing.assert_allclose(parts.sum(axis="columns"), content.waterline.level, atol=1e-12)


def test_an_asset_of_no_sleeve_is_shown_as_other():
    weights = pd.DataFrame({"CASH": [0.1], "IGV": [0.2], "BIL": [0.3], "GLD": [0.4]})

    held = by_sleeve(weights, SLEEVES)

    assert held.iloc[0].to_dict() == {"speculative": 0.2, "near_cash_flow": 0.3, "other": 0.4, "CASH": 0.1}


def test_short_positions_are_drawn_as_lines_not_stacked():
    sessions = pd.bdate_range("2024-01-01", periods=2)
    weights = pd.DataFrame({"IGV": [-0.5, -0.5], "SMH": [0.5, 0.5], "CASH": [1.0, 1.0]}, sessions)

    figure = allocation_chart(weights, SLEEVES, window=("2024-01-01", "2024-01-02"))

    assert all(trace.stackgroup is None for trace in figure.data)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.10, 0.35, "this includes zero, so timing is not shown."),
        (0.02, 0.35, "this excludes zero, in favour of the strategy."),
        (-0.40, -0.02, "this excludes zero, against the strategy: timing cost money."),
    ],
)
def test_the_interval_decides_the_verdict(content: RegimePage, low: float, high: float, verdict: str):
    difference = {"value": 0.12, "low": low, "high": high}
    page = replace(content, evidence={**content.evidence, "sharpe_difference": difference})

    expected = f"Sharpe difference to the constant mix: +0.12, 95 % interval {low:+.2f} to {high:+.2f}: {verdict}"
    assert expected in _words(render_regime_page(page))


def test_a_figure_that_is_absent_is_not_shown_as_zero(content: RegimePage):
    text = _words(render_regime_page(replace(content, performance={"strategy": {"cagr": None}})))

    assert "the strategy made n/a a year with a worst drawdown of n/a." in text


def test_low_power_is_said_aloud(html: str):
    assert "Low power: 25 changes of regime in 21 years" in _words(html)
    assert "smaller than about 0.22 would probably go unseen" in _words(html)


def test_the_deflated_ratio_tells_its_trials(content: RegimePage, html: str):
    expected = "deflated 0.61 over 14 trials (5 effective: 0.72): below 0.95, so luck is not ruled out."
    assert expected in _words(html)
    alone = _words(render_regime_page(replace(content, evidence={**content.evidence, "dsr": 0.97, "trials": 1})))
    assert "Probabilistic Sharpe ratio 0.97; deflated 0.97 over 1 trial." in alone


def test_evidence_that_was_not_computed_is_not_made_up(content: RegimePage):
    text = _words(render_regime_page(replace(content, evidence={"sharpe_difference": None, "psr": np.nan})))

    assert "Sharpe difference to the constant mix: not computed, so timing is not shown." in text
    assert "Timing test: not computed." in text
    assert "Probabilistic Sharpe ratio n/a; deflated n/a." in text
    assert "go unseen" not in text


BASKETS = {"sharpe": 1.02, "median": 0.61, "low": 0.2, "high": 0.97, "p_value": 0.04, "draws": 99, "universe": 16}


def test_names_chosen_with_hindsight_are_weighed_against_random_ones(content: RegimePage):
    page = replace(content, evidence={**content.evidence, "baskets": BASKETS})

    expected = (
        "The names were chosen with hindsight. With 99 baskets of as many names drawn at random from the 16 names in "
        "the data that could have been chosen, the study's own among them, instead of the near-cash-flow sleeve, the "
        "Sharpe ratio is 0.61 in the middle (0.20 to 0.97 for nine tenths of them), against 1.02 with the chosen "
        "ones: p = 0.040."
    )
    text = _words(render_regime_page(page))
    assert expected in text
    assert "that nobody had to pick" not in text


def test_the_proxies_stand_beside_the_random_baskets(content: RegimePage):
    figures = {**content.performance, "proxies": {**content.performance["strategy"], "sharpe": 0.37}}
    page = replace(content, evidence={**content.evidence, "baskets": BASKETS}, performance=figures)

    assert "The same rules on proxies that nobody had to pick: 0.37." in _words(render_regime_page(page))


def test_a_study_without_hindsight_says_nothing_of_baskets(html: str):
    assert "drawn at random" not in _words(html)
    assert "chosen with hindsight. With" not in _words(html)


def test_the_head_says_what_stands_and_why(content: RegimePage, html: str):
    text = _words(html)

    assert "Regime NEUTRAL since 2025-07-03, 21 decisions" in text
    assert f"Waterline {content.waterline.level.iloc[-1]:+.2f}" in text
    assert "As of 2025-11-20 17:00 New York, 22:00 UTC" in text
    assert "Lifting the waterline: credit +0.35, water +0.12, drain +0.12." in text
    assert "Pulling it down: price -0.23, tells -0.14, plumbing -0.08." in text


def test_targets_are_told_when_they_are_known(content: RegimePage):
    page = replace(content, target={"BIL": 0.6, "SMH": 0.38, "IGV": 0.0, "CASH": 0.02})

    text = _words(render_regime_page(page))

    assert "Target: speculative 0 %; near cash flow 98 % (SMH 38 %, BIL 60 %); CASH 2 %." in text


def test_a_missing_indicator_says_why(html: str):
    row = re.search(r"<tr[^>]*>(?:(?!<tr).)*funding gap.*?</tr>", html, flags=re.S)

    assert row is not None
    assert _words(row[0]) == ("drain funding gap n/a - stale: the last filing is 140 days old, 120 are allowed")


def test_banners_stand_only_where_they_belong(content: RegimePage, html: str):
    made_up, failed = "every number on this page is made up", "The causality audit failed"
    real = replace(content, synthetic=False, true_regime=None, audit={"passed": False, "checks": 42})

    text = _words(render_regime_page(real))

    assert made_up in _words(html)
    assert failed not in _words(html)
    assert made_up not in text
    assert failed in text
    assert "Called and true regime" not in text


def test_a_waterline_without_any_regime_is_refused(content: RegimePage):
    never = replace(content.waterline, regime=content.waterline.regime.mask(content.waterline.regime.notna()))

    with pytest.raises(DataError, match="No decision has a regime"):
        render_regime_page(replace(content, waterline=never))


HOSTILE = (
    "</script><script>document.body.dataset.pwned = '1'</script>"
    "<img src=x onerror=\"document.body.dataset.pwned = '2'\">"
)


@needs_chromium
def test_names_from_outside_cannot_run(content: RegimePage, tmp_path: Path):
    hostile = replace(
        content,
        title=HOSTILE,
        study=HOSTILE,
        notes=(HOSTILE,),
        rivals={**content.rivals, HOSTILE: content.rivals["speculative"]},
        performance={**content.performance, HOSTILE: {}},
        provenance={HOSTILE: HOSTILE},
    )
    path = tmp_path / "hostile.html"
    path.write_text(render_regime_page(hostile), encoding="utf-8")

    with page_in_browser(path) as page:
        assert page.evaluate("document.body.dataset.pwned ?? 'safe'") == "safe"
        assert page.evaluate("document.querySelector('h1').textContent") == HOSTILE
        assert page.evaluate("document.querySelectorAll('#equity .scatterlayer .trace').length") == 8
        assert page.complaints() == []


@pytest.fixture(scope="module", params=[1280, 390])
def page(request: pytest.FixtureRequest, html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("page") / "regime.html"
    path.write_text(html, encoding="utf-8")
    with page_in_browser(path, width=request.param) as opened:
        assert opened.evaluate("innerWidth") == request.param
        yield opened


@needs_chromium
class TestInABrowser:
    def test_nothing_complains_and_nothing_is_requested(self, page: Page):
        assert page.complaints() == []

    @pytest.mark.parametrize(
        ("chart", "traces"),
        [("equity", 7), ("waterline", 14), ("strip", 6), ("allocation", 3), ("drawdown", 2)],
    )
    def test_every_chart_is_drawn_with_its_traces(self, page: Page, chart: str, traces: int):
        drawn = page.evaluate(
            f"[...document.querySelectorAll('#{chart} .main-svg .trace')]"
            ".filter(trace => /[LHVZ]/i.test(trace.querySelector('path')?.getAttribute('d') ?? '')).length"
        )
        assert drawn == traces

    def test_the_body_does_not_scroll_sideways(self, page: Page):
        wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

        assert wide <= window

    def test_charts_fill_the_column_and_no_more(self, page: Page):
        for chart in CHARTS:
            plot, column = page.evaluate(
                f"[document.querySelector('#{chart} .main-svg').getBoundingClientRect().width,"
                f" document.querySelector('main').getBoundingClientRect().width]"
            )
            assert plot == pytest.approx(column, abs=1.5), chart

    def test_labels_on_the_axes_do_not_overlap(self, page: Page):
        overlaps = page.evaluate(
            """[...document.querySelectorAll('.chart')].flatMap(chart => {
                 const ticks = chart.querySelectorAll('.xtick text, .ytick text, .y2tick text, .y3tick text');
                 const boxes = [...ticks].map(text => text.getBoundingClientRect());
                 const meet = (a, b) => a.left < b.right && b.left < a.right
                   && a.top < b.bottom - 2 && b.top < a.bottom - 2;
                 return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => meet(a, b))
                   .map(b => [chart.id, a.left, a.top, b.left, b.top]));
               })"""
        )
        labels = "document.querySelectorAll('.chart .xtick text, .chart .y2tick text').length"
        assert overlaps == []
        assert page.evaluate(labels) > 30

    def test_the_legend_stands_below_its_chart(self, page: Page):
        for chart in CHARTS:
            bottom, top = page.evaluate(
                f"[document.querySelector('#{chart} .main-svg').getBoundingClientRect().bottom,"
                f" document.querySelector('#{chart}-legend button').getBoundingClientRect().top]"
            )
            assert top >= bottom, chart

    def test_zooming_one_chart_zooms_all_and_back(self, page: Page):
        ranges = f"{list(CHARTS)!r}.map(id => document.getElementById(id).layout.xaxis.range[0].slice(0, 10))"
        zoom = "Plotly.relayout('drawdown', {'xaxis.range[0]': '%s', 'xaxis.range[1]': '%s'})"
        quiet = "new Promise(done => setTimeout(() => done(1), 1500))"

        page.evaluate(zoom % ("2012-01-01", "2014-01-01") + ".then(() => 1)")
        page.evaluate(quiet)
        zoomed = page.evaluate(ranges)
        page.evaluate(zoom % ("2005-01-03", "2025-11-21") + ".then(() => 1)")
        page.evaluate(quiet)

        assert zoomed == ["2012-01-01"] * len(CHARTS)
        assert page.evaluate(ranges) == ["2005-01-03"] * len(CHARTS)

    def test_a_legend_entry_switches_its_line(self, page: Page):
        press = "document.querySelector('#equity-legend button').click()"
        visible = "document.getElementById('equity').data.filter(t => t.name === 'strategy')[0].visible"

        page.evaluate(press)
        hidden = page.evaluate(visible)
        page.evaluate(press)

        assert hidden is False
        assert page.evaluate(visible) is True


@needs_chromium
def test_the_browser_reports_what_goes_wrong(tmp_path: Path):
    path = tmp_path / "broken.html"
    path.write_text("<script>fetch('https://example.com/').catch(() => 0); console.error('one'); nothing.here</script>")

    with page_in_browser(path, width=390) as page:
        said = " ".join(page.complaints())

    assert "request to https://example.com/" in said
    assert "'one'" in said
    assert "nothing is not defined" in said
