"""The page that a sweep writes, and the figure it gives: what is read out of plan, table and market."""

import re
from html import unescape

import pytest

from tidegate.sweeps import Grid, Told, sweep
from tidegate.sweeps.page import parameters_of, worded
from tidegate.sweeps.plan import plan_sweep
from tidegate.sweeps.words import sentences

from ...browser import needs_chromium, page_in_browser

GRID = {
    "parameters": {
        "signal.regime.min_dwell": [1, 4, 8],
        "strategy.wrap": [[], ["vol_target"]],
        "signal.regime.scarce_enter": [-0.8, -0.5, -0.1],  # the last is above where SCARCE is left
    },
    "linked": {"costs": {"costs.crypto.fee_bps": [20, 50], "costs.equity.fee_bps": [5.0, 10.0]}},
}
SUMMARY = {
    "members": 64,
    "parameters": ["a.b", "c.d"],
    "distinct": 60,
    "refused": 2,
    "sharpe": {"q05": 0.1, "median": 0.5, "q95": None},
    "preset": {"sharpe": 0.625, "above": 0.755},
    "checked": {"members": [1, 2, 3], "largest_difference": 4.6e-15},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("sweeps") / "page"


@pytest.fixture(scope="module")
def result(study, market, out):
    return sweep(study, Grid.of(GRID), market, out=out, ledger=None)


@pytest.fixture(scope="module")
def html(result, out):
    return (out / "sweep.html").read_text(encoding="utf-8")


def text_of(html):
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html.replace("<wbr>", ""), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def test_the_page_quotes_the_summary(result, html):
    text, told = text_of(html), result.summary()
    assert told["refused"] == 12
    for sentence in sentences(told):
        assert sentence.replace("`", "") in text
    assert "12 of 36: 12: The member, key signal.regime: thresholds must rise" in text


def test_the_page_says_where_it_comes_from(result, html, market, study):
    text = text_of(html)
    assert market.digest in text
    assert study.config_hash in text
    assert "36, every combination" in text
    assert "made up" in text
    assert "signal.regime.min_dwell 1, 4, 8 4" in text
    assert "strategy.wrap none, vol_target none" in text
    assert "costs.crypto.fee_bps linked: costs 20, 50 20" in text


def test_the_ledger_is_told_only_where_it_was_asked(study, market, html, tmp_path):
    assert "is a trial in the ledger" not in text_of(html)
    sweep(study, Grid.of({"parameters": {"signal.regime.min_dwell": [1]}}), market, out=tmp_path / "one")
    assert "is a trial in the ledger" in text_of((tmp_path / "one/sweep.html").read_text(encoding="utf-8"))


def test_the_same_sweep_twice_gives_the_same_page(study, market, result, html, out):
    sweep(study, Grid.of(GRID), market, out=out, ledger=None)
    assert (out / "sweep.html").read_text(encoding="utf-8") == html


class Interrupting(Told):
    """Somebody who presses Ctrl-C once the first members are stored."""

    def progress(self, done, total):
        if done:
            raise KeyboardInterrupt


def test_a_sweep_that_is_not_complete_has_no_page(study, market, tmp_path):
    grid = Grid.of({"parameters": {"signal.regime.min_dwell": [1]}})
    with pytest.raises(KeyboardInterrupt):
        sweep(study, grid, market, out=tmp_path, ledger=None, told=Interrupting())
    assert list(tmp_path.glob("parts/*"))
    assert not (tmp_path / "sweep.html").exists()
    sweep(study, grid, market, out=tmp_path, ledger=None)
    assert (tmp_path / "sweep.html").is_file()


def test_the_figure_has_a_panel_for_each_parameter(result):
    figure = result.plot()
    assert [note.text for note in figure.layout.annotations] == list(result.plan.keys)


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_stands_in_a_browser(result, out, width):
    with page_in_browser(out / "sweep.html", width=width) as page:
        assert page.complaints() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelectorAll('.chart .main-svg').length") > 6


def test_parameters_in_the_words_of_the_grid(study):
    raw = {
        "sample": "sobol",
        "count": 8,
        "parameters": {
            "costs.crypto.fee_bps": {"from": 1.0, "to": 100.0, "log": True},
            "signal.regime.min_dwell": {"from": 1, "to": 12},
            "signal.capex.form": ["B", "A"],
        },
    }
    fee, dwell, form = parameters_of(plan_sweep(study, Grid.of(raw)))
    assert (fee.values, fee.preset, fee.log, fee.words) == ("1 to 100 (by ratio)", 20.0, True, ())
    assert (dwell.values, dwell.preset, dwell.own) == ("1 to 12 (whole numbers, by difference)", 4, "4")
    assert (form.values, form.preset, form.words) == ("B, A", "A", ("B", "A"))


def test_many_values_are_told_by_their_ends(study):
    raw = {"parameters": {"signal.regime.min_dwell": {"from": 1, "to": 20}}}
    (dwell,) = parameters_of(plan_sweep(study, Grid.of(raw)))
    assert dwell.values == "20 values: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ... 20"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["BTC-USD", "CRM"], "BTC-USD, CRM"),
        ([], "none"),
        (None, "not set"),
        (True, "true"),
        (0.1 + 0.2, "0.3"),
        ("schmitt", "schmitt"),
        ('["a"]', "a"),  # as a table holds it
    ],
)
def test_values_as_people_read_them(value, words):
    assert worded(value) == words


def test_the_words_by_hand():
    assert sentences(SUMMARY) == [
        "64 members over a.b, c.d, 60 distinct; 2 cannot be run.",
        "Sharpe ratio after costs: 0.10 to undefined for nine in ten, 0.50 in the middle.",
        "The study itself has 0.62: better than 76% of its neighbours.",
        "None is proposed: the best of 60 tries is luck as well, and no estimate. `tidegate walkforward` says what "
        "choosing in time would have earned.",
        "3 members run again one by one through vectorbt agree to 5e-15.",
    ]


def test_one_member_is_not_compared_with_itself():
    alone = {**SUMMARY, "members": 1, "distinct": 1, "refused": 0, "checked": {"members": [0], "largest_difference": 0}}
    assert sentences(alone) == [
        "1 member over a.b, c.d, 1 distinct.",
        "Its Sharpe ratio after costs is 0.50.",
        "1 member run again one by one through vectorbt agree to 0e+00.",
    ]
