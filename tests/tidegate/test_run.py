"""A run: its contract, its files, its invariants."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.commands.run_report import _sentences
from tidegate.pages import notes_of

from ..browser import needs_chromium, page_in_browser

FILES = {
    "tearsheet.html",
    "regime.html",
    "summary.json",
    "returns.parquet",
    "weights.parquet",
    "orders.parquet",
    "waterline.parquet",
    "manifest.json",
}
MEASURES = {"cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar", "turnover", "cost_drag", "final_value"}
RIVALS = ["strategy", "constant_mix", "speculative", "near_cash_flow", "sixty_forty", "trend", "volatility_managed"]
RIVALS += ["net_liquidity_only", "credit_only", "price_only", "proxies"]


def test_exactly_the_contracted_files(folder):
    assert {path.name for path in folder.iterdir()} == FILES
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


def test_summary_is_as_contracted(folder):
    summary = json.loads((folder / "summary.json").read_text())
    assert set(summary) == {
        "schema",
        "study",
        "config_hash",
        "synthetic",
        "data",
        "regime",
        "performance",
        "evidence",
        "audit",
        "hindsight",
    }
    assert (summary["schema"], summary["study"], summary["synthetic"]) == (1, "essay", True)
    assert set(summary["data"]) == {"source", "hash", "first_session", "last_session", "pseudo_pit"}
    assert set(summary["regime"]) == {"current", "as_of", "flips", "share"}
    assert sum(summary["regime"]["share"].values()) == pytest.approx(1.0)
    assert list(summary["performance"]) == RIVALS
    assert all(set(figures) == MEASURES for figures in summary["performance"].values())
    contracted = {"sharpe_difference", "timing_p_value", "psr", "dsr", "trials"}
    assert set(summary["evidence"]) == contracted | {"effective_trials", "dsr_effective"}
    assert set(summary["evidence"]["sharpe_difference"]) == {"value", "low", "high"}
    assert set(summary["hindsight"]) == {"baskets"}
    baskets = summary["hindsight"]["baskets"]
    assert set(baskets) == {"sharpe", "median", "low", "high", "p_value", "draws", "universe"}
    assert baskets["sharpe"] == pytest.approx(summary["performance"]["strategy"]["sharpe"], rel=1e-9)
    assert summary["audit"]["passed"] is True
    assert (summary["audit"]["cuts"], summary["audit"]["scrambles"]) == (2, 1)
    assert summary["audit"]["checks"] == sum(row["comparisons"] for row in summary["audit"]["table"])
    assert {"node", "check", "verdict", "first", "series", "expected", "found"} <= set(summary["audit"]["table"][0])
    assert [row for row in summary["audit"]["table"] if row["verdict"] != "pass"] == []


def test_a_rival_that_the_data_do_not_reach_for_is_named(result):
    assert not [note for note in notes_of(result) if "Rivals" in note]
    fewer = {name: each for name, each in result.portfolios.items() if name not in ("sixty_forty", "proxies")}
    told = notes_of(replace(result, portfolios=fewer))[-1]
    assert told == "Rivals for which the data do not reach from the first decision on: sixty forty, proxies."


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.1, 0.3, "-0.10 to +0.30: timing is not shown."),
        (0.1, 0.3, "+0.10 to +0.30: the interval excludes zero, in favour of the strategy."),
        (-0.3, -0.1, "-0.30 to -0.10: the interval excludes zero, against the strategy: timing cost money."),
    ],
)
def test_the_terminal_says_what_the_interval_means(result, low, high, words):
    gap = replace(result.evidence.sharpe_difference, low=low, high=high)
    told = _sentences(replace(result, evidence=replace(result.evidence, sharpe_difference=gap)))
    assert told[0].endswith(words)


def test_waterline_is_as_contracted(folder):
    table = pd.read_parquet(folder / "waterline.parquet")
    assert str(table.index.tz) == "UTC"
    head = ["waterline", "fundamental", "regime", "coverage", "slack"]
    assert table.columns[:5].tolist() == head
    assert all(column.startswith(("block:", "indicator:")) for column in table.columns[5:])
    assert sum(column.startswith("block:") for column in table.columns) == 6
    assert table["coverage"].between(0, 1).all()
    assert table["slack"].dropna().between(0, 1).all()


def test_files_agree_with_the_result(folder, result):
    strategy = result.portfolios["strategy"]
    pd.testing.assert_series_equal(
        pd.read_parquet(folder / "returns.parquet")["strategy"], strategy.returns, check_freq=False
    )
    weights = pd.read_parquet(folder / "weights.parquet")
    assert (weights.sum(axis="columns") - 1).abs().max() < 1e-9
    assert len(pd.read_parquet(folder / "orders.parquet")) == len(strategy.orders)


def test_every_fill_is_later_than_its_decision(result):
    fills = result.portfolios["strategy"].orders["session"].drop_duplicates()
    decisions = result.decisions.targets.index.tz_convert("America/New_York").tz_localize(None)
    latest = decisions[np.searchsorted(decisions, fills + pd.Timedelta(hours=16)) - 1]
    assert (latest < fills + pd.Timedelta(hours=16)).all()
    assert (fills.dt.normalize().to_numpy() > latest.normalize().to_numpy()).all()


def test_contributions_sum_to_the_waterline(result):
    line = result.decisions.waterline
    known = line.level.notna()
    np.testing.assert_allclose(line.contributions[known].sum(axis="columns"), line.level[known], atol=1e-12)
    assert line.contributions[~known].isna().all(axis=None)


def test_the_waterline_is_in_its_own_standard_deviations(result):
    """Redone by hand at the last decision: block means, their mean, over the deviation of all means so far."""
    line = result.decisions.waterline
    names = line.indicators.columns.str.split(".").str[0]
    composite = pd.DataFrame(
        {block: line.indicators.loc[:, names == block].mean(axis="columns") for block in set(names)}
    ).mean(axis="columns")
    enough = line.coverage >= 0.6
    expected = composite.iloc[-1] / composite[enough].std()
    assert line.level.iloc[-1] == pytest.approx(expected, rel=1e-10)


def test_the_thesis_is_found_where_it_holds_and_not_in_the_null_world(result):
    assert result.evidence.sharpe_difference.low > 0
    assert result.evidence.timing_p_value <= 0.05
    study = tg.Study.load("essay", ["economy.effect=0", "economy.seed=11"])
    null = tg.run(study, tg.load_market("synthetic", economy=study.economy)).evidence
    assert null.sharpe_difference.low < 0 < null.sharpe_difference.high
    assert null.timing_p_value > 0.05


def test_a_study_ends_when_its_clock_says(economy):
    study = tg.Study.load(
        "essay", ["clock.start=2015-01-01", "clock.end=2016-12-31", "evidence.shifts=19", "evidence.bootstrap=100"]
    )
    value = tg.run(study, economy).portfolios["strategy"].value
    assert value.index[0] == pd.Timestamp("2015-01-02")
    assert value.index[-1] == pd.Timestamp("2016-12-30")


SHORT = ["economy.first_session=2012-01-03", "economy.last_session=2016-12-30"]
SHORT += ["evidence.shifts=19", "evidence.bootstrap=100", "evidence.baskets=19"]


@pytest.fixture(scope="module")
def short_world():
    return tg.load_market("synthetic", economy=tg.Study.load("essay", SHORT).economy)


def test_a_study_without_hindsight_has_no_baskets(short_world):
    summary = tg.run(tg.Study.load("proxies", SHORT), short_world).summary()
    assert "hindsight" not in summary
    young = "net_liquidity_only"  # nothing to scale it with in five years
    assert list(summary["performance"]) == [name for name in RIVALS[:-1] if name != young]


@pytest.mark.parametrize("haircut", [0.0, -0.3])
def test_a_name_that_is_delisted_in_mid_sample_leaves_at_its_last_price(short_world, haircut):
    """Holes on fill sessions are errors here, and still a name may go: it is sold once, at what is left of it."""
    prices = short_world.prices.copy()
    last = pd.Timestamp("2015-06-17")
    prices.loc[prices.index > last, "SMH"] = np.nan
    study = tg.Study.load("proxies", [*SHORT, f"execution.delisting_return={haircut}"])
    assert study.execution.missing_fill == "error"
    portfolios = tg.run(study, replace(short_world, prices=prices)).portfolios
    for name in ("near_cash_flow", "constant_mix"):
        assert portfolios[name].weights.at[last, "SMH"] > 0
        orders = portfolios[name].orders.query("asset == 'SMH' and session > @last")
        assert orders["side"].tolist() == ["sell"]
        assert orders["price"].tolist() == pytest.approx([prices.at[last, "SMH"] * (1 + haircut)])
        assert (portfolios[name].weights.loc[orders["session"].iloc[0] :, "SMH"] == 0).all()


def test_every_portfolio_lives_through_the_same_sessions(result):
    for name, portfolio in result.portfolios.items():
        assert portfolio.value.index.equals(result.bills.index), name


def test_daily_decisions(economy):
    study = tg.Study.load("proxies", ["clock.decision='daily'", "clock.start=2018-01-01"])
    decisions = tg.decide(study, economy)
    assert len(decisions.targets) > 1700
    assert (decisions.targets.sum(axis="columns") - 1).abs().max() < 1e-9


def test_a_result_explains_itself(result):
    names = {str(trace.name).replace("_", " ") for trace in result.plot().data}
    assert names >= {"strategy", "constant mix", "speculative", "near cash flow"}
    assert "strategy" in result._repr_html_()
    assert result.portfolio.total_return() == pytest.approx(result.performance["strategy"].final_value / 1e6 - 1)


def test_a_second_run_replaces_the_first_and_nothing_else(result, folder):
    before = (folder / "summary.json").read_bytes()
    result.write(folder)
    assert (folder / "summary.json").read_bytes() == before
    (folder.parent / "foreign").mkdir(exist_ok=True)
    (folder.parent / "foreign" / "thesis.docx").write_text("mine")
    with pytest.raises(tg.ConfigError, match="holds something else"):
        result.write(folder.parent / "foreign")
    assert (folder.parent / "foreign" / "thesis.docx").read_text() == "mine"


def test_a_failed_write_leaves_the_old_run_whole(result, folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(tg.ConfigError, match="No space left on device"):
        result.write(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["tearsheet.html", "regime.html"])
def test_pages_in_a_browser(folder, name, width):
    with page_in_browser(folder / name, width=width) as page:
        assert page.complaints() == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        text = page.evaluate("document.body.innerText")
        assert "synthetic economy" in text.lower()
        assert "nan" not in text.lower().split()
