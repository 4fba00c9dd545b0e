"""Grids as people write them, and what they draw."""

import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tidegate as tg
from tidegate.study import Study
from tidegate.sweeps.grid import Grid, Range
from tidegate.sweeps.plan import Plan

STUDY = Study.load("proxies")
SAMPLES = ("random", "latin_hypercube", "sobol")


def read(text):
    return Grid.of(tomllib.loads(text))


def members(text):
    plan = Plan(STUDY, read(text))
    return [plan.overrides(member) for member in range(plan.size)]


@pytest.mark.parametrize(
    "text",
    [
        '[parameters]\n"costs.crypto.fee_bps" = [5, 10]\n"signal.regime.min_dwell" = [1]',
        "[parameters]\ncosts.crypto.fee_bps = [5, 10]\nsignal.regime.min_dwell = [1]",
        "[parameters.costs.crypto]\nfee_bps = [5, 10]\n[parameters.signal.regime]\nmin_dwell = [1]",
        '[parameters]\n"costs.crypto.fee_bps" = [5, 10]\nsignal.regime.min_dwell = {from = 1, to = 2, steps = 1000}',
    ],
    ids=["quoted", "dotted", "tables", "mixed"],
)
def test_a_key_may_be_written_as_toml_lets_one(text):
    grid = read(text)
    assert list(grid.parameters) == ["costs.crypto.fee_bps", "signal.regime.min_dwell"]
    assert grid.parameters["costs.crypto.fee_bps"] == [5, 10]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("[3, 1, 2]", [3, 1, 2]),
        ("{from = 1, to = 4}", [1, 2, 3, 4]),
        ("{from = 1, to = 10, steps = 4}", [1, 4, 7, 10]),
        ("{from = 1, to = 3, steps = 9}", [1, 2, 3]),
        ("{from = 0.0, to = 1.0, steps = 5}", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("{from = 1, to = 1000, steps = 4, log = true}", [1, 10, 100, 1000]),
        ("{from = 0.01, to = 1.0, steps = 3, log = true}", [0.01, 0.1, 1.0]),
        ("{from = -0.5, to = 0, steps = 3}", [-0.5, -0.25, 0.0]),
    ],
)
def test_a_range_takes_even_steps_with_both_ends(written, values):
    found = [each["x"] for each in members(f"[parameters]\nx = {written}")]
    assert found == pytest.approx(values, rel=1e-15)
    assert list(map(type, found)) == list(map(type, values))


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("{from = -1.1, to = -0.3, steps = 9}", [-1.1, -1.0, -0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.3]),
        ("{from = -0.3, to = 0.3, steps = 7}", [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]),
        ("{from = 0.001, to = 1.0, steps = 4, log = true}", [0.001, 0.01, 0.1, 1.0]),
        ("{from = 0.1234567890123456, to = 0.3, steps = 2}", [0.1234567890123456, 0.3]),
    ],
)
def test_steps_are_the_numbers_that_people_would_write(written, values):
    """To the bit: 0.6000000000000001 would be another study, and another trial, than 0.6."""
    found = [each["x"] for each in members(f"[parameters]\nx = {written}")]
    assert list(map(repr, found)) == list(map(repr, values))


def test_linked_parameters_vary_together():
    text = """
        [parameters]
        "costs.crypto.fee_bps" = [5, 10]
        [linked.basket]
        "sleeves.speculative.assets" = [["BTC-USD"], ["IGV"]]
        sleeves.near_cash_flow.assets = [["SMH"], ["BIL"]]
    """
    keys = ("costs.crypto.fee_bps", "sleeves.speculative.assets", "sleeves.near_cash_flow.assets")
    expected = [(5, ["BTC-USD"], ["SMH"]), (10, ["BTC-USD"], ["SMH"]), (5, ["IGV"], ["BIL"]), (10, ["IGV"], ["BIL"])]
    assert members(text) == [dict(zip(keys, each, strict=True)) for each in expected]


def test_a_date_becomes_text():
    assert members("[parameters]\nclock.end = [2015-06-01, 2016-06-01]") == [
        {"clock.end": "2015-06-01"},
        {"clock.end": "2016-06-01"},
    ]


bounds = st.tuples(st.integers(-1000, 1000), st.integers(1, 1000)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(ends=bounds, share=st.floats(0, 1, exclude_max=True), whole=st.booleans(), log=st.booleans())
@settings(max_examples=300, deadline=None)
def test_what_is_drawn_lies_within_the_ends_and_is_whole_where_they_are(ends, share, whole, log):
    low, high = ends
    log = log and low > 0
    first, last = (low, high) if whole else (low / 7, high / 7)
    drawn = Range.model_validate({"from": first, "to": last, "log": log}).at(share)
    assert first <= drawn <= last or drawn == pytest.approx(first) or drawn == pytest.approx(last)
    assert isinstance(drawn, int) == whole


@given(sample=st.sampled_from(SAMPLES), count=st.integers(1, 40), seed=st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_a_sample_is_the_same_for_a_seed_and_another_for_another(sample, count, seed):
    def drawn(seed):
        grid = Grid.of(
            {"sample": sample, "count": count, "seed": seed, "parameters": {"x": {"from": 0.0, "to": 1.0}, "y": [1, 2]}}
        )
        plan = Plan(STUDY, grid)
        return [plan.overrides(member) for member in range(plan.size)]

    assert len(drawn(seed)) == count
    assert drawn(seed) == drawn(seed)
    assert [each["x"] for each in drawn(seed)] != [each["x"] for each in drawn(seed + 1)]


@pytest.mark.parametrize("sample", ["latin_hypercube", "sobol"])
def test_stratified_samples_hit_every_stratum_of_every_parameter_once(sample):
    text = f'sample = "{sample}"\ncount = 64\nseed = 3\n[parameters]\n' + "\n".join(
        f"p{k} = {{from = 0.0, to = 1.0}}" for k in range(4)
    )
    drawn = np.array([list(each.values()) for each in members(text)])
    strata = np.floor(drawn * 64).astype(int)
    for column in strata.T:
        assert sorted(column) == list(range(64))


def test_a_random_sample_is_not_stratified():
    """What the test above would say of plain random numbers."""
    text = 'sample = "random"\ncount = 64\n[parameters]\nx = {from = 0.0, to = 1.0}'
    assert len({int(each["x"] * 64) for each in members(text)}) < 64


def test_whole_numbers_are_drawn_equally_often():
    text = 'sample = "sobol"\ncount = 4096\n[parameters]\nx = {from = 1, to = 4}\ny = ["a", "b"]'
    drawn = members(text)
    assert np.bincount([each["x"] for each in drawn])[1:].tolist() == [1024] * 4
    assert sum(each["y"] == "a" for each in drawn) == 2048


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no parameter"),
        ("[parameters]", "names no parameter"),
        ("[parameters]\nsignal.regime.min_dwell = []", "signal.regime.min_dwell has no values"),
        ("[parameters]\nsignal.regime.min_dwell = 4", r"signal.regime.min_dwell = 4 is no list: write \[4\]"),
        ("[parameters]\nx = [1, 2, 1]", "x has a value twice"),
        ('[parameters]\n"x.y" = [1]\nx.y = [2]', "x.y stands twice"),
        ("[parametres]\nx = [1]", "Did you mean parameters"),
        ('sampel = "sobol"\n[parameters]\nx = [1]', "Did you mean sample"),
        ('sample = "sobol"\n[parameters]\nx = [1]', "'count' is missing"),
        ("count = 5\n[parameters]\nx = [1]", "'count' is for the samples"),
        ('sample = "halton"\ncount = 5\n[parameters]\nx = [1]', "'grid', 'random', 'latin_hypercube' or 'sobol'"),
        ("[parameters]\nx = {from = 0.0, to = 1.0}", "needs 'steps'"),
        ("[parameters]\nx = {from = 1, to = 1}", "'to' must be larger than 'from'"),
        ("[parameters]\nx = {from = 0, to = 1, log = true}", "'log' needs a 'from' above zero"),
        ("[parameters]\nx = {from = 1}", "lacks the key parameters.x.range.to"),
        ("[parameters]\nx = {from = 1, to = 2, step = 3}", "unknown key parameters.x.range.step"),
        ("[parameters]\nx = {from = 'a', to = 2}", "parameters.x.range.from"),
        ("[parameters]\nx = {from = 1, to = inf}", "parameters.x.range.to"),
        ("[linked.a]\nx = [1, 2]\ny = [1]", "linked.a needs lists of the same length"),
        ("[linked.a]\nx = []", "linked.a needs lists of the same length"),
        ("[linked]\na = [1]", "linked.a"),
        ("parameters = 3", "parameters"),
    ],
)
def test_a_mistake_in_the_grid_is_told(text, words):
    with pytest.raises(tg.ConfigError, match=words) as told:
        read(text)
    assert "\n" not in str(told.value)
    assert "key study" not in str(told.value)


@pytest.mark.parametrize("content", [b"[parameters\n", b"\xff\xfe", None])
def test_a_file_that_is_no_grid_is_named(tmp_path, content):
    path = tmp_path / "g.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(tg.ConfigError, match=r"g\.toml"):
        Grid.load(path)
