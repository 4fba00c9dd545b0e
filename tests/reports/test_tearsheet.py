import logging
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from tidegate.backtests.performance import Performance
from tidegate.errors import DataError
from tidegate.reports.tearsheet import Tearsheet, render_tearsheet
from tidegate.reports.tearsheet_figures import yearly_figure
from tidegate.reports.tearsheet_tables import yearly_returns

CAPITAL = 1e6


def slow_performance(returns, bills):
    """Every headline figure as a loop over plain floats."""
    first, last = returns.index[0], returns.index[-1]
    gains, count = returns.tolist(), len(returns)
    excess = [gain - bill for gain, bill in zip(gains, bills.tolist(), strict=True)]
    value = peak = CAPITAL
    deepest = 0.0
    for gain in gains:
        value *= 1 + gain
        peak = max(peak, value)
        deepest = min(deepest, value / peak - 1)
    mean, mean_excess = sum(gains) / count, sum(excess) / count
    spread = math.sqrt(sum((gain - mean) ** 2 for gain in gains) / (count - 1))
    excess_spread = math.sqrt(sum((gain - mean_excess) ** 2 for gain in excess) / (count - 1))
    below = math.sqrt(sum(min(gain, 0) ** 2 for gain in excess) / count)
    cagr = (value / CAPITAL) ** (365.25 / ((last - first).days + 1)) - 1
    year = math.sqrt(252)
    return Performance(
        cagr=cagr,
        volatility=spread * year,
        sharpe=mean_excess / excess_spread * year if excess_spread > 1e-12 else math.nan,
        sortino=mean_excess / below * year if below > 1e-12 else math.nan,
        max_drawdown=deepest,
        calmar=cagr / -deepest if deepest < 0 else math.nan,
        turnover=1.2345,
        cost_drag=0.0021,
        final_value=value,
    )


def sheet_of(returns, benchmark, bills=None, **more):
    bills = pd.Series(0.0, index=returns.index) if bills is None else bills
    figures = {
        "title": "Study",
        "performance": slow_performance(returns, bills),
        "benchmark_performance": slow_performance(benchmark, bills),
    }
    return Tearsheet(returns=returns, benchmark=benchmark, bill_returns=bills, **(figures | more))


def random_sheet(sessions=3200, *, start="2010-03-01", seed=3, **more):
    random = np.random.default_rng(seed)
    index = pd.bdate_range(start, periods=sessions)
    market = random.normal(4e-4, 0.011, sessions)
    returns = pd.Series(0.8 * market + random.normal(3e-4, 0.006, sessions), index=index)
    returns.iloc[0] = -0.05
    bills = pd.Series(random.uniform(0, 2e-4, sessions), index=index)
    return sheet_of(returns, pd.Series(market, index=index), bills, **more)


class Reader(HTMLParser):
    """Collects tags, tables by heading, and the text of each section."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.tables, self.drawn, self.words = [], {}, {}, []
        self._heading, self._inside = "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "path", "use", "rect", "g", "svg", "defs", "clippath"):
            self._inside.append(tag)
        if tag == "tr":
            self.tables.setdefault(self._heading, []).append([])
        if tag in ("td", "th"):
            self.tables[self._heading][-1].append("")

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        where = self._inside[-1] if self._inside else ""
        if where == "style" or not data.strip():
            return
        self.words.append(data.strip())
        if where == "h2":
            self._heading = data
        elif where in ("td", "th"):
            self.tables[self._heading][-1][-1] += data
        elif where == "text":
            self.drawn.setdefault(self._heading, []).append(data.strip())

    def column(self, heading, place=1):
        return {row[0]: row[place] for row in self.tables[heading][1:]}


@pytest.fixture(scope="module")
def sheet():
    return random_sheet(synthetic=True, notes=("Chosen with <b>hindsight</b> & luck.",))


@pytest.fixture(scope="module")
def page(sheet):
    return render_tearsheet(sheet)


@pytest.fixture(scope="module")
def read(page):
    return Reader(page)


@pytest.mark.parametrize("place", [1, 2])
def test_the_headline_is_the_oracle_to_the_printed_digit(sheet, read, place):
    figures = slow_performance([sheet.returns, sheet.benchmark][place - 1], sheet.bill_returns)
    assert read.column("Headline figures", place) == {
        "CAGR": f"{100 * figures.cagr:.2f}%",
        "Volatility": f"{100 * figures.volatility:.2f}%",
        "Sharpe ratio over bills": f"{figures.sharpe:.2f}",
        "Sortino ratio over bills": f"{figures.sortino:.2f}",
        "Maximum drawdown": f"{100 * figures.max_drawdown:.2f}%",
        "Calmar ratio": f"{figures.calmar:.2f}",
        "Turnover a year, one way": "123.45%",
        "Cost drag a year": "0.21%",
        "Final value": f"{figures.final_value:,.0f} USD",
    }


def test_calendar_years_are_compounded_by_hand(sheet, read):
    for year, printed in read.column("Calendar years").items():
        growth = 1.0
        for session, gain in sheet.returns.items():
            growth *= 1 + gain if session.year == int(year) else 1.0
        assert printed == f"{100 * (growth - 1):.2f}%"
    assert [row[0] for row in read.tables["Calendar years"][1:]] == [str(year) for year in range(2010, 2023)]


def test_further_figures_are_what_they_say(sheet, read):
    printed = read.column("Further figures")
    returns, benchmark = sheet.returns.to_numpy(), sheet.benchmark.to_numpy()
    moments = returns.mean(), returns.std(ddof=1)
    assert printed["Daily Value-at-Risk 95 % (normal)"] == f"{100 * (moments[0] - 1.6448536 * moments[1]):.2f}%"
    assert printed["Worst day"] == f"{100 * min(returns):.2f}%"
    assert printed["Days up, of the days that moved"] == f"{100 * (returns > 0).mean():.2f}%"
    beta = np.cov(returns, benchmark)[0, 1] / benchmark.var(ddof=1)
    assert printed["Beta to Constant mix"] == f"{beta:.2f}"


def test_no_dubious_figure_is_on_the_page(read):
    text = " ".join(read.words).lower()
    for word in (
        "smart",
        "treynor",
        "prob.",
        "omega",
        "kelly",
        "ruin",
        "cvar",
        "shortfall",
        "monte carlo",
        "serenity",
        "volatility matched",
        "cumulative sum",
        "spy",
    ):
        assert word not in text, word


def test_the_page_needs_nothing_from_elsewhere(page, read):
    assert "http" not in page
    assert "//" not in page.replace("*//", "")
    assert not [tag for tag, _ in read.tags if tag in ("link", "script", "img", "iframe", "a")]
    for tag, attributes in read.tags:
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#"), (tag, attributes)
    assert "QuantStats" in page


def test_the_synthetic_label_stands_on_top_and_only_there(page, read, sheet):
    assert read.words[1].startswith("SYNTHETIC DATA")
    assert "SYNTHETIC" not in render_tearsheet(random_sheet(20))
    assert "Chosen with &lt;b&gt;hindsight&lt;/b&gt; &amp; luck." in page


def test_two_renders_are_the_same_bytes(sheet, page):
    with mpl.rc_context({"font.size": 31, "lines.linewidth": 9, "timezone": "Asia/Tokyo"}):
        assert render_tearsheet(sheet) == page


def test_another_process_in_another_place_makes_the_same_bytes(tmp_path):
    program = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('told', sys.argv[1])\n"
        "told = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(told)\n"
        "assert 'quantstats' not in sys.modules\n"
        "before = dict(told.mpl.rcParams)\n"
        "told.render_tearsheet(told.random_sheet(5))\n"
        "assert dict(told.mpl.rcParams) == before, 'the first import restyled matplotlib'\n"
        "sys.stdout.buffer.write(told.render_tearsheet(told.random_sheet(600)).encode())\n"
    )
    there = {
        **os.environ,
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "77",
        "LC_ALL": "C",
        "MPLBACKEND": "pdf",
    }
    ran = subprocess.run(
        [sys.executable, "-c", program, __file__], env=there, cwd=tmp_path, capture_output=True, check=True
    )
    assert ran.stdout.decode() == render_tearsheet(random_sheet(600))
    assert ran.stderr == b""
    assert list(tmp_path.iterdir()) == []


def test_the_callers_matplotlib_and_log_stay_quiet(caplog):
    plt.switch_backend("svg")
    before = dict(mpl.rcParams)
    with caplog.at_level(logging.WARNING):
        render_tearsheet(random_sheet(300))
    assert dict(mpl.rcParams) == before
    assert plt.get_backend() == "svg"
    assert plt.get_fignums() == []
    assert caplog.records == []
    plt.switch_backend("agg")


def test_year_bars_stand_on_their_labels_over_ten_years(sheet):
    yearly = yearly_returns(sheet.both)
    axes = yearly_figure(yearly).axes[0]
    years = [int(label.get_text()) for label in axes.get_xticklabels()]
    assert years == list(range(2010, 2023))
    low, high = axes.get_xlim()
    for place, year in zip(axes.get_xticks(), years, strict=True):
        ours, theirs = (bars[years.index(year)] for bars in axes.containers)
        assert ours.get_x() + ours.get_width() == pytest.approx(place, abs=0.02)
        assert theirs.get_x() == pytest.approx(place, abs=0.02)
        assert ours.get_height() == pytest.approx(yearly.loc[year, "Strategy"])
        assert low < ours.get_x() < theirs.get_x() + theirs.get_width() < high
    plt.close("all")


@pytest.mark.parametrize("place", [1, 2])
def test_leading_zero_returns_stay_in_the_history(place):
    both = [random_sheet(900, seed=seed, start="2019-01-01").returns for seed in (3, 4)]
    both[place - 1].iloc[:300] = 0.0
    read = Reader(render_tearsheet(sheet_of(*both)))
    assert "2019-01-01 to" in " ".join(read.words)
    assert read.column("Calendar years", place)["2019"] == "0.00%"
    assert read.column("Further figures", place)["Skewness, daily"] == f"{both[place - 1].skew():.2f}"
    assert "2019" in read.drawn["Monthly returns of Strategy (%)"]
    assert "2019" in read.drawn["Returns by calendar year"]


def test_months_without_sessions_stay_blank():
    read = Reader(render_tearsheet(random_sheet(15, start="2021-03-01")))
    cells = [text for text in read.drawn["Monthly returns of Strategy (%)"] if "." in text]
    assert len(cells) == 1


def test_the_rolling_sharpe_is_over_bills():
    random = np.random.default_rng(5)
    index = pd.bdate_range("2015-01-01", periods=600)
    returns = pd.Series(0.002 + random.normal(0, 5e-4, 600), index=index)  # raw +60 a year, over bills -60
    other = pd.Series(0.002 + random.normal(0, 5e-4, 600), index=index)
    read = Reader(render_tearsheet(sheet_of(returns, other, pd.Series(0.004, index=index))))
    drawn = read.drawn["Sharpe ratio over bills, 6 months, dashed: its mean"]
    ticks = [float(text.replace("\N{MINUS SIGN}", "-")) for text in drawn if text.endswith(".00")]
    assert min(ticks) < -50
    assert max(ticks) <= 0


def test_bills_are_taken_off_the_rolling_sharpe_once():
    """Above and below bills by the same in turn: zero in every window, where 5 % more would be -0.6."""
    index = pd.bdate_range("2015-01-01", periods=600)
    bills, swing = pd.Series(4e-4, index=index), pd.Series(np.resize([5e-3, -5e-3], 600), index=index)
    read = Reader(render_tearsheet(sheet_of(bills + swing, bills - swing, bills)))
    drawn = read.drawn["Sharpe ratio over bills, 6 months, dashed: its mean"]
    ticks = [text.replace("\N{MINUS SIGN}", "-") for text in drawn if re.fullmatch(r"\D?\d\.\d+", text)]
    assert ticks
    assert all(abs(float(tick)) < 0.1 for tick in ticks)


def test_a_flat_window_draws_no_absurd_sharpe():
    returns = random_sheet(700).returns
    returns.iloc[200:400] = 0.0001
    flat = sheet_of(returns, random_sheet(700, seed=9).returns)
    assert not any(heading.startswith("Sharpe") for heading in Reader(render_tearsheet(flat)).drawn)


def test_a_loss_on_the_first_bar_is_a_drawdown_that_never_recovers():
    index = pd.bdate_range("2021-01-04", periods=40)
    returns = pd.Series([-0.2] + [0.001] * 39, index=index)
    page = render_tearsheet(sheet_of(returns, returns / 2))
    read = Reader(page)
    assert read.column("Headline figures")["Maximum drawdown"] == "-20.00%"
    assert read.tables["Deepest drawdowns of Strategy"][1:] == [
        ["2021-01-04", "2021-01-04", "not yet", "53", "-20.00%"]
    ]
    ticks = read.drawn["Drawdown of Strategy, dashed: its mean"]
    assert "\N{MINUS SIGN}20.0%" in ticks


def test_a_recovered_drawdown_names_its_days():
    index = pd.bdate_range("2021-01-04", periods=6)
    returns = pd.Series([0.1, -0.1, -0.1, 0.3, 0.0, 0.0], index=index)
    rows = Reader(render_tearsheet(sheet_of(returns, returns / 2))).tables["Deepest drawdowns of Strategy"]
    assert rows[1:] == [["2021-01-05", "2021-01-06", "2021-01-07", "2", "-19.00%"]]


def test_constant_and_unrelated_returns_print_nothing_absurd():
    index = pd.bdate_range("2015-01-01", periods=400)
    steady = pd.Series(np.diff(1.0001 ** np.arange(401)) / 1.0001 ** np.arange(400), index=index)
    assert 0 < steady.std() < 1e-14
    noise = random_sheet(400, start="2015-01-01").returns
    read = Reader(render_tearsheet(sheet_of(steady, noise)))
    assert read.column("Headline figures")["Sharpe ratio over bills"] == "n/a"
    assert read.column("Further figures")["Beta to Constant mix"] == "n/a"
    assert all(len(cell) < 25 for rows in read.tables.values() for row in rows[1:] for cell in row[1:])


@pytest.mark.parametrize("sessions", [2, 15, 130, 300])
@pytest.mark.parametrize("scale", [1.0, 0.0])
def test_short_and_flat_histories_render(sessions, scale):
    moving = random_sheet(sessions)
    quiet = sheet_of(moving.returns * scale, moving.benchmark * scale)
    page = render_tearsheet(quiet)
    read = Reader(page)
    text = " ".join(word for rows in read.tables.values() for row in rows for word in row).lower()
    assert not {"nan", "inf", "nan%", "inf%", "-0.00%"} & set(text.split())
    young = sessions < 260
    assert (read.column("Headline figures")["CAGR"] == "n/a") is young
    assert ("shorter than a year" in page) is young


def test_a_benchmark_that_ends_early_or_has_other_days_is_refused():
    good = random_sheet(30)
    for benchmark in (
        good.benchmark.iloc[:-1],
        good.benchmark.iloc[1:],
        good.benchmark.shift(1, freq="D"),
        good.benchmark.drop(good.benchmark.index[7]),
    ):
        with pytest.raises(DataError, match="other sessions"):
            replace(good, benchmark=benchmark)


def test_broken_returns_are_refused():
    good = random_sheet(30)
    prices = (100 * (1 + good.returns).cumprod()).rename(None)
    hole = good.returns.copy()
    hole.iloc[4] = np.nan
    aware = good.returns.tz_localize("America/New_York")
    twice = pd.concat([good.returns, good.returns.iloc[-1:]])
    for change, words in (
        ({"returns": prices}, "look like prices"),
        ({"benchmark": prices}, "look like prices"),
        ({"returns": hole}, "2010-03-05"),
        ({"returns": aware, "benchmark": aware}, "naive"),
        ({"returns": twice, "benchmark": twice}, "increasing"),
        ({"returns": good.returns.reset_index(drop=True)}, "naive"),
        ({"bill_returns": good.bill_returns.iloc[1:]}, "Bill returns are missing"),
        ({"benchmark_name": "Strategy"}, "one name"),
        ({"performance": good.benchmark_performance}, "disagree"),
    ):
        with pytest.raises(DataError, match=words):
            replace(good, **change)


def test_inputs_are_left_as_they_were():
    made = random_sheet(300)
    before = [made.returns.copy(), made.benchmark.copy(), made.bill_returns.copy()]
    render_tearsheet(made)
    for kept, now in zip(before, [made.returns, made.benchmark, made.bill_returns], strict=True):
        pd.testing.assert_series_equal(kept, now)
