"""A user's own strategies: loaded, listed, chosen; every mistake is told in words."""

import io
import json
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from rich.console import Console

import tidegate as tg
from tests.strategies.views import prices_of, view_of
from tidegate.commands import strategy_list
from tidegate.strategies import all_strategies, chosen_strategy, registry, strategy
from tidegate.user_modules import load_modules

pytestmark = pytest.mark.usefixtures("own_registers")

MINE = '''
import pandas as pd

from tidegate.strategies import strategy


@strategy(source="My notebook")
def halves(view):
    """Half and half.

    Requires nothing. Sets one half for each sleeve.

    Information set: nothing.
    """
    half = pd.Series(0.5, index=view.decisions)
    return view.exposures(speculative=half, near_cash_flow=half)
'''
PRICES = prices_of(MU=[10, 11, 12], BIL=[1, 1, 1])


@pytest.fixture
def written(tmp_path):
    def write(code=MINE, name="mine.py"):
        (tmp_path / name).write_text(code, encoding="utf-8")
        return str(tmp_path / name)

    return write


def exposures(path, kind="halves", **config):
    load_modules([path])
    view = view_of(PRICES, kind=kind, modules=[path], **config)
    return chosen_strategy(view.config).exposures(view)


def returning(expression):
    return MINE.replace("return view.exposures(speculative=half, near_cash_flow=half)", f"return {expression}")


def test_a_users_file_is_loaded_listed_and_chosen(written):
    path = written()
    np.testing.assert_array_equal(exposures(path), [[0.5, 0.5]] * 3)
    names = [entry.name for entry in all_strategies((path,))]
    assert names == ["spread", "tilt", "toggle", "trend", "halves"]  # ours first
    mine = all_strategies((path,))[-1]
    assert not mine.shipped
    assert mine.origin == path
    assert mine.what == "Half and half."
    assert mine.contract == "Requires nothing. Sets one half for each sleeve."
    assert mine.information_set == "nothing."
    assert mine.source == "My notebook"


def test_a_study_that_names_no_file_does_not_see_it(written):
    exposures(written())
    assert "halves" not in [entry.name for entry in all_strategies()]
    with pytest.raises(tg.ConfigError, match="unknown strategy; received 'halves'; expected one of spread, tilt"):
        chosen_strategy(view_of(PRICES, kind="halves").config)


def test_the_list_names_it_in_words_and_as_data(written, capsys):
    study = tg.Study.load("proxies", [f"strategy.modules=['{written()}']"])
    page = io.StringIO()
    strategy_list.show(study, Console(file=page, width=200), as_json=False)
    assert "halves  Half and half." in page.getvalue()
    assert "toggle  Speculative while ABUNDANT" in page.getvalue()
    strategy_list.show(study, Console(file=page), as_json=True)
    listed = json.loads(capsys.readouterr().out)
    assert (listed["halves"]["shipped"], listed["spread"]["shorts"], listed["toggle"]["shorts"]) == (False, True, False)


def test_a_study_runs_it(written, market):
    settings = ["clock.start=2012-06-01", f"strategy.modules=['{written()}']", "strategy.kind=halves"]
    study = tg.Study.load("proxies", settings)
    assert (tg.decide(study, market).exposures == 0.5).all(axis=None)


def test_an_installed_package_brings_strategies(monkeypatch):
    """As an entry point does: a module that registers when it is loaded."""

    def load(self):
        @strategy(source="A package")
        def packaged(view):
            """Nothing.

            Requires nothing. Sets nothing.

            Information set: nothing.
            """
            return view.exposures(0.0, 0.0)

    monkeypatch.setattr(EntryPoint, "load", load)
    points = [EntryPoint("packaged", "packaged", registry.GROUP)]
    registry._load_installed.cache_clear()
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "tidegate.strategies" else [])
    assert [entry.name for entry in all_strategies()][-1] == "packaged"


def test_an_installed_package_that_fails_is_named(monkeypatch):
    """As it stands on the path: no bug of ours, and nothing that a study could help."""
    points = [EntryPoint("broken", "no_such_module", registry.GROUP)]
    registry._load_installed.cache_clear()
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    words = r"point broken of tidegate\.strategies fails; received 'no_such_module: ModuleNotFoundError: .*uninstall"
    with pytest.raises(tg.ConfigError, match=words):
        all_strategies()
    registry._load_installed.cache_clear()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("togle", r"strategy\.kind names an unknown strategy; received 'togle'; .*Did you mean toggle\?"),
        ("trends", r"Did you mean trend\?"),
        ("zzz", r"expected one of spread, tilt, toggle, trend\. Name your own file in strategy\.modules\."),
    ],
)
def test_an_unknown_kind_names_what_is_near(kind, words):
    with pytest.raises(tg.ConfigError, match=words):
        chosen_strategy(view_of(PRICES, kind=kind).config)


@pytest.mark.parametrize(
    ("missing", "instead"), [("Requires nothing. ", ""), ("Sets one half", "One half"), ("Information set:", "Knows")]
)
def test_a_docstring_that_does_not_say_what_it_needs_is_refused(written, missing, instead):
    with pytest.raises(tg.ConfigError, match="Strategy halves does not say what it requires, sets and may know"):
        load_modules([written(MINE.replace(missing, instead))])


def test_a_rule_without_a_docstring_is_refused():
    with pytest.raises(tg.ConfigError, match="Strategy bare does not say"):

        @strategy(source="")
        def bare(view):
            return view


MISTAKES = {
    "pd.Series([1.0])['nowhere']": r"Strategy halves fails; received 'KeyError: ",
    "1 / 0": "Strategy halves fails; received 'ZeroDivisionError: division by zero'",
    "None": "does not give exposures; received 'NoneType'; expected a DataFrame of numbers on view.decisions",
    "half": "does not give exposures; received 'Series'",
    "view.exposures(half, half).iloc[1:]": "does not give exposures; received 'DataFrame'",
    "view.exposures(half, half).reset_index(drop=True)": "does not give exposures",
    "view.exposures(half, half)[['near_cash_flow', 'speculative']]": "with the columns speculative, near_cash_flow",
    "view.exposures(half, half).assign(gold=0.0)": "with the columns speculative, near_cash_flow",
    "view.exposures(half, half).astype(str)": "a DataFrame of numbers",
    "view.exposures(half * float('nan'), half)": r"halves at 2024-01-02 22:00.*received 'speculative nan, near_cash_",
    "view.exposures(half * float('inf'), half)": "speculative inf.*expected finite",
    "view.exposures(half * float('inf'), -half * float('inf'))": "speculative inf, near_cash_flow -inf.*expected",
    "view.exposures(half.iloc[:2], half)": r"halves at 2024-01-04 22:00.*speculative nan",
    "view.exposures(-half / 5, half)": "received 'speculative -0.1, .*expected finite, non-negative, values",
    "view.exposures(half * 1.2, half)": "received 'speculative 0.6, .*sum to at most 1, absolute ones to 1",
}


@pytest.mark.parametrize("expression", MISTAKES)
def test_what_a_rule_may_not_give(written, expression):
    with pytest.raises(tg.ConfigError, match=MISTAKES[expression]) as refused:
        exposures(written(returning(expression)))
    assert "\n" not in str(refused.value)


def test_shorts_and_gross_are_allowed_where_they_are_declared(written):
    short = returning("view.exposures(-half, 2 * half)").replace('notebook"', 'notebook", shorts=True')
    path = written(short)
    np.testing.assert_array_equal(exposures(path, max_gross=1.5), [[-0.5, 1.0]] * 3)
    with pytest.raises(tg.ConfigError, match=r"expected finite, values that sum to at most 1, absolute ones to 1\.4"):
        exposures(path, max_gross=1.4)


def test_nobody_lends_money(written):
    with pytest.raises(tg.ConfigError, match="values that sum to at most 1"):
        exposures(written(returning("view.exposures(2 * half, half)")), max_gross=2.0)


def test_less_than_everything_may_be_held(written):
    np.testing.assert_array_equal(exposures(written(returning("view.exposures(half, 0 * half)"))), [[0.5, 0.0]] * 3)


def test_two_strategies_of_one_name(written):
    one, two = written(), written(name="other.py")
    load_modules([one, two])
    with pytest.raises(tg.ConfigError, match="Two strategies have the name halves"):
        chosen_strategy(view_of(PRICES, kind="halves", modules=[one, two]).config)


def test_the_name_of_one_of_ours_is_taken(written):
    path = written(MINE.replace("def halves", "def toggle"))
    load_modules([path])
    with pytest.raises(tg.ConfigError, match="Two strategies have the name toggle"):
        chosen_strategy(view_of(PRICES, modules=[path]).config)
    assert chosen_strategy(view_of(PRICES).config).shipped


def test_an_edited_file_counts_as_it_stands(written):
    exposures(written())
    path = written(MINE.replace("def halves", "def thirds"))
    load_modules([path])
    assert [entry.name for entry in all_strategies((path,)) if not entry.shipped] == ["thirds"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(tg.ConfigError, match=r"received '.*none\.py'; expected the path of a Python file"):
        load_modules([str(tmp_path / "none.py")])


def test_a_failure_of_ours_is_not_dressed_up():
    """A bug of the package is a traceback and not the user's mistake."""
    view = view_of(PRICES, kind="trend", sleeves={"near_cash_flow": ["BIL"]})
    with pytest.raises(KeyError):
        chosen_strategy(view.config).exposures(view)
