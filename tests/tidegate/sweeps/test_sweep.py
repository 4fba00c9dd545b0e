"""A sweep as it is called: what is written, what is recorded, what is refused, and the check that can fail."""

import json

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.ledger import Ledger
from tidegate.study import Study
from tidegate.sweeps import Grid, Told, sweep
from tidegate.sweeps.folder import missing

from ..command import call
from ..every_parameter import changed
from .small import ECONOMY, SMALL, THRESHOLDS, alone

FILES = {"results.parquet", "summary.json", "sweep.json"}


def swept(study, market, parameters, out, **further):
    options = {name: further.pop(name) for name in ("told", "workers", "ledger") if name in further}
    return sweep(study, Grid.of({"parameters": parameters, **further}), market, out=out, **options)


def names(folder):
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_sweep_writes_a_row_and_records_a_trial_for_each_member(study, market, tmp_path):
    grid = {
        "signal.regime.scarce_enter": [-0.5, -0.1],
        "signal.regime.scarce_leave": [-0.2],
        "costs.etf.fee_bps": [1.0, 9.0],
    }
    found = swept(study, market, grid, tmp_path / "out")
    table = found.table
    assert {*FILES, "sweep.html"} - names(tmp_path / "out") <= {"sweep.html"}
    assert table["member"].tolist() == [0, 1, 2, 3]
    assert table["signal.regime.scarce_enter"].tolist() == [-0.5, -0.5, -0.1, -0.1]
    assert table["costs.etf.fee_bps"].tolist() == [1.0, 9.0, 1.0, 9.0]
    assert [bool(each) for each in table["refused"]] == [False, False, True, True]
    assert "thresholds must rise" in table["refused"][2]
    assert table.loc[[2, 3], "sharpe"].isna().all()
    assert len(found.ran) == 2
    single = alone(changed(study, {"costs.etf.fee_bps": 9.0}), market)
    assert table.loc[1, list(single.figures)].to_dict() == pytest.approx(single.figures, rel=1e-10, nan_ok=True)
    recorded = Ledger.at_home().trials(kind="sweep")
    assert sorted(recorded["config_hash"]) == sorted(table["config_hash"][:2])
    assert set(recorded["times"]) == {1}
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert (summary["members"], summary["refused"], summary["distinct"]) == (4, 2, 2)


def test_a_trial_restores_the_study_it_was(study, market, tmp_path):
    swept(study, market, {"clock.end": ["2016-06-01"], "sleeves.speculative.assets": [["BTC-USD"]]}, tmp_path / "out")
    book = Ledger.at_home()
    (trial,) = book.trials()["config_hash"]
    (id_,) = book.trials().index
    assert Study.model_validate(book.find(id_).trial.whole_study()).config_hash == trial


@pytest.mark.parametrize(
    ("parameters", "linked"),
    [
        ({"clock.decision": ["weekly", "daily"], "execution.lag": [1, 3]}, {}),
        ({"clock.end": ["2015-06-01", "2016-12-30"], "clock.start": ["2013-06-03", "2014-01-02"]}, {}),
        (
            {"strategy.kind": ["toggle", "spread"]},
            {
                "basket": {
                    "sleeves.speculative.assets": [["BTC-USD", "IGV"], ["IGV"], ["BTC-USD", "CRM", "IGV"]],
                    "sleeves.speculative.weighting": ["fixed"] * 3,
                    "sleeves.speculative.weights": [
                        {"BTC-USD": 1.0, "IGV": 2.0},
                        {"IGV": 1.0},
                        {"BTC-USD": 1.0, "CRM": 1.0, "IGV": 3.0},
                    ],
                }
            },
        ),
    ],
    ids=["clocks", "spans", "baskets"],
)
def test_members_may_differ_in_anything(study, market, parameters, linked, tmp_path):
    found = swept(study, market, parameters, tmp_path / "out", linked=linked, ledger=None)
    assert (found.table["refused"] == "").all()
    assert found.table["config_hash"].is_unique
    for member, row in found.table.set_index("member").iterrows():
        single = alone(found.plan.member(member), market)
        assert row[list(single.figures)].to_dict() == pytest.approx(single.figures, rel=1e-10, nan_ok=True)


@pytest.mark.parametrize("sample", ["random", "latin_hypercube", "sobol"])
def test_a_sample_is_swept(study, market, sample, tmp_path):
    ranges = {"signal.regime.scarce_enter": {"from": -1.0, "to": -0.3}, "execution.lag": {"from": 1, "to": 5}}
    found = swept(study, market, ranges, tmp_path / "out", sample=sample, count=6, ledger=None)
    assert len(found.ran) == 6
    assert found.table["execution.lag"].between(1, 5).all()
    assert found.table["execution.lag"].dtype == np.int64


class Counts(Told):
    """What was told; and once `many` members are stored, something happens."""

    def __init__(self, many=None, then=None):
        self.heard, self._many, self._then = [], many, then

    def progress(self, done, total):
        self.heard.append((done, total))
        if self._many is not None and done >= self._many:
            self._then()


def test_progress_counts_up_to_all(study, market, tmp_path):
    told = Counts()
    swept(study, market, {"signal.regime.min_dwell": {"from": 1, "to": 300}}, tmp_path / "out", told=told, ledger=None)
    assert told.heard == [(0, 300), (250, 300), (300, 300)]


@pytest.mark.parametrize("figure", ["sharpe", "turnover", "final_value", "max_drawdown"])
def test_one_false_figure_of_the_best_fails_the_sweep(study, market, tmp_path, figure):
    out = tmp_path / "out"

    def tamper():
        (part,) = (out / "parts").glob("*.parquet")
        table = pd.read_parquet(part)
        best = table["sharpe"].idxmax()
        table.loc[best, figure] += 3e-10 * max(1.0, table.loc[best, figure])
        table.to_parquet(part, index=False)

    with pytest.raises(tg.TidegateError, match=rf"member \d+ run alone has another {figure}") as told:
        swept(study, market, THRESHOLDS, out, told=Counts(6, tamper))
    assert told.value.exit_status == 1
    assert names(out) == {"results.parquet", "sweep.json"}
    with pytest.raises(tg.TidegateError, match="another"):  # nor does it heal when it is called again
        swept(study, market, THRESHOLDS, out)


def test_a_sweep_that_is_done_is_not_done_again(study, market, tmp_path):
    out = tmp_path / "out"
    first = swept(study, market, THRESHOLDS, out)
    before = {name: (out / name).read_bytes() for name in FILES & names(out)}
    again = swept(study, market, THRESHOLDS, out)
    assert {name: (out / name).read_bytes() for name in FILES & names(out)} == before
    assert again.summary() == first.summary()
    assert set(Ledger.at_home().trials()["times"]) == {1}


@pytest.mark.parametrize("what", ["study", "grid", "data", "seed"])
def test_another_plan_leaves_the_old_results_alone(study, market, tmp_path, what):
    out = tmp_path / "out"
    swept(study, market, THRESHOLDS, out, ledger=None)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    other = tg.load_market("synthetic", economy=study.economy.model_copy(update={"seed": 8}))
    grid = {"grid": {**THRESHOLDS, "execution.lag": [2]}}.get(what, THRESHOLDS)
    further = {"seed": 1} if what == "seed" else {}
    with pytest.raises(tg.ConfigError, match="--out holds a sweep of another plan"):
        swept(
            changed(study, {"execution.lag": 2}) if what == "study" else study,
            other if what == "data" else market,
            grid,
            out,
            **further,
        )
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_edited_file_of_the_users_is_another_plan(market, tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text(RULE)
    own = Study.load("proxies", [*SMALL, f'strategy.modules=["{mine}"]', "strategy.kind=mine"])
    swept(own, market, {"execution.lag": [1, 2]}, tmp_path / "out")
    mine.write_text(RULE.replace("0.25", "0.75"))
    with pytest.raises(tg.ConfigError, match="another plan"):
        swept(own, market, {"execution.lag": [1, 2]}, tmp_path / "out")
    again = swept(own, market, {"execution.lag": [1, 2]}, tmp_path / "new")
    assert again.table["sharpe"][0] == pytest.approx(alone(own, market).figures["sharpe"], rel=1e-10)


RULE = '''
import pandas as pd
from tidegate.strategies import strategy

@strategy(source="mine")
def mine(view):
    """Always the same.

    Requires nothing. Sets one share.

    Information set: nothing.
    """
    share = pd.Series(0.25, index=view.decisions)
    return view.exposures(share, 1.0 - share)
'''


def test_an_edit_in_mid_sweep_comes_too_late(market, tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text(RULE)
    own = Study.load("proxies", [*SMALL, f'strategy.modules=["{mine}"]', "strategy.kind=mine"])
    undisturbed = swept(own, market, {"execution.lag": [1, 2]}, tmp_path / "one", ledger=None).table
    told = Counts(0, lambda: mine.write_text(RULE.replace("0.25", "0.75")))
    disturbed = swept(own, market, {"execution.lag": [1, 2]}, tmp_path / "two", ledger=None, told=told).table
    pd.testing.assert_frame_equal(disturbed, undisturbed, check_exact=True)


def test_two_at_work_in_one_folder_are_told(study, market, tmp_path):
    refused = []

    def second():
        with pytest.raises(tg.ConfigError, match="Another process is at work") as told:
            swept(study, market, THRESHOLDS, tmp_path / "out")
        refused.append(told)

    swept(study, market, THRESHOLDS, tmp_path / "out", told=Counts(0, second))
    assert refused


def test_results_that_somebody_has_broken_are_told(study, market, tmp_path):
    swept(study, market, THRESHOLDS, tmp_path / "out")
    (tmp_path / "out/results.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(tg.DataError, match="Delete the folder"):
        swept(study, market, THRESHOLDS, tmp_path / "out")


@pytest.mark.parametrize(
    ("done", "size", "runs"),
    [
        ([], 5, [(0, 2), (2, 4), (4, 5)]),
        ([range(2, 4)], 5, [(0, 2), (4, 5)]),
        ([range(1, 2), range(3, 4)], 8, [(0, 1), (2, 3), (4, 6), (6, 8)]),
        ([range(5)], 5, []),
    ],
)
def test_what_is_missing_is_asked_for_in_runs(done, size, runs):
    assert [(each.start, each.stop) for each in missing(done, size, batch=2)] == runs


MISTAKES = {
    "misspelt": ("[parameters]\nsignal.regime.min_dwel = [1]", (), "Did you mean signal.regime.min_dwell"),
    "empty": ("", (), "names no parameter"),
    "ten million": (
        "[parameters]\nstrategy.neutral_share = {from=0.0,to=1.0,steps=10000}\nexecution.lag = {from=1,to=1000}",
        (),
        "10,000,000 members",
    ),
    "all refused": (
        "[parameters]\nsignal.regime.scarce_enter = [0.1, 0.15]",
        (),
        "No member of the grid can be run",
    ),
    "no such ticker": (
        "[parameters]\nexecution.lag = [1, 2]",
        ("--set", 'sleeves.speculative.assets=["IGVV"]'),
        "Did you mean IGV",
    ),
    "no such file": (
        "[parameters]\nexecution.lag = [1]",
        ("--set", 'strategy.modules=["/nowhere.py"]'),
        "the path of a Python file",
    ),
    "lag beyond": ("[parameters]\nexecution.lag = [1, 21]", (), "less than or equal to 20"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_paragraph_and_nothing_is_written(capsys, monkeypatch, tmp_path, fresh_home, mistake):
    text, further, words = MISTAKES[mistake]
    (tmp_path / "g.toml").write_text(text)
    grid, out = tmp_path / "g.toml", tmp_path / "deep" / "out"
    answer = call(capsys, monkeypatch, "sweep", "proxies", "--grid", grid, "--out", out, *ECONOMY, *further)
    assert answer.status == 2
    assert words in answer.err
    assert answer.err.startswith("tidegate: ")
    assert answer.err.count("\n") == 1
    if mistake != "all refused":
        assert not (tmp_path / "deep").exists()
        assert not fresh_home.exists()
    assert Ledger.at_home().trials().empty


@pytest.mark.parametrize("place", ["file", "something else", "below a file"])
def test_a_place_that_cannot_be_written_is_told_and_left(capsys, monkeypatch, tmp_path, place):
    (tmp_path / "g.toml").write_text("[parameters]\nexecution.lag = [1, 2]")
    out = tmp_path / "out"
    if place == "something else":
        out.mkdir()
        (out / "letters.txt").write_text("dear")
    else:
        out.write_text("dear")
    asked = out / "deeper" if place == "below a file" else out
    answer = call(capsys, monkeypatch, "sweep", "proxies", "--grid", tmp_path / "g.toml", "--out", asked, *ECONOMY)
    assert answer.status == 2
    assert "--out" in answer.err
    assert answer.err.count("\n") == 1
    assert (out / "letters.txt" if out.is_dir() else out).read_text() == "dear"


def test_the_command_tells_where_the_study_stands(capsys, monkeypatch, tmp_path):
    (tmp_path / "g.toml").write_text("[parameters]\nexecution.lag = [1, 2, 3]")
    grid, out = tmp_path / "g.toml", tmp_path / "out"
    answer = call(capsys, monkeypatch, "sweep", "proxies", "--grid", grid, "--out", out, *ECONOMY)
    assert answer.status == 0
    assert "3 members over execution.lag, 3 distinct." in answer.out
    assert "None is proposed: the best of 3 tries is luck as well, and no estimate." in answer.out
    answer = call(capsys, monkeypatch, "sweep", "proxies", "--grid", grid, "--out", out, "--json", *ECONOMY)
    assert json.loads(answer.out) == json.loads((out / "summary.json").read_text())
