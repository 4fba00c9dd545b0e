"""The result: plain data, words, a table, and the power it claims."""

import json
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from tidegate.causality import Audit, Check
from tidegate.causality.plan import chance_to_miss
from tidegate.causality.result import words

AT = pd.Timestamp("2020-03-19 21:00", tz="UTC")
LEAK = Check(
    "indicator:x",
    "future scramble",
    "leak",
    3,
    AT,
    ("price:QQQ", "GDP"),
    "x",
    np.float64(1.5),
    np.float64("nan"),
    "Why.",
)
PASS = Check("source:GDP", "prefix invariance", "pass", 40)
FOLLOWS = Check("weights", "future scramble", "follows", 3, AT)
SMELL = Check("output", "state", "smell", 1, note="Holds something.")


def audit_of(*rows, **more):
    facts = {"subject": "essay", "depth": "default", "decisions": 1000, "cuts": 40, "cuts_of_indicators": 200}
    return Audit(**{**facts, "rows": rows, "scrambles": 21, **more})


def test_only_a_leak_fails():
    assert audit_of(PASS, FOLLOWS, SMELL).passed
    found = audit_of(PASS, LEAK, FOLLOWS, SMELL)
    assert not found.passed
    assert found.leaks == (LEAK,)
    assert found.smells == (SMELL,)
    assert found.checks == 40 + 3 + 3 + 1


def test_nothing_of_it_can_be_set():
    with pytest.raises(FrozenInstanceError):
        audit_of(LEAK).rows = ()
    with pytest.raises(FrozenInstanceError):
        LEAK.verdict = "pass"


def test_the_power_is_that_of_the_cuts():
    found = audit_of(PASS)
    assert found.chance_to_miss(0.01) == chance_to_miss(0.01, cuts=40, decisions=1000)
    told = found.as_dict()["chance_to_miss"]
    assert list(told) == ["0.1", "0.01", "0.001"]
    assert told["0.001"] == pytest.approx(0.999**40)  # one decision of 1000


VALUES = [
    (np.float64(1.5), 1.5),
    (np.int64(3), 3),
    (np.bool_(True), True),
    (np.float64("nan"), None),
    (float("inf"), None),
    (None, None),
    ("boom", "boom"),
    (AT, "2020-03-19T21:00:00+00:00"),
    (pd.NaT, "NaT"),
    (pd.NA, "<NA>"),
    (pd.Timedelta(days=1), "1 days 00:00:00"),
    ((1, 2), "(1, 2)"),
]


@pytest.mark.parametrize(("value", "plain"), VALUES, ids=[repr(value) for value, _ in VALUES])
def test_every_value_becomes_plain(value, plain):
    row = Check("n", "c", "leak", 1, AT, ("s",), "x", value, value).as_dict()
    assert row["expected"] == row["found"] == plain
    assert type(row["expected"]) is type(plain)


def test_as_dict_is_json_without_nan():
    tables = {
        "start": pd.DataFrame(
            {"waterline": [0.5, np.nan], "regime": ["boom", None], "agreement": [1.0, np.nan]},
            index=pd.DatetimeIndex(["2010-01-04", "2015-01-04"], name="data_from"),
        ),
        "lag": pd.DataFrame({"sharpe": [np.inf, 0.5]}, index=pd.Index([0, 1], name="sessions")),
    }
    found = audit_of(PASS, LEAK, FOLLOWS, SMELL, refused=("no",), rounded=2, tables=tables)
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["passed"] is False
    assert (told["checks"], told["cuts"], told["scrambles"], told["refused"], told["rounded"]) == (47, 40, 21, 1, 2)
    assert (told["decisions"], told["depth"], told["subject"]) == (1000, "default", "essay")
    assert [row["verdict"] for row in told["table"]] == ["pass", "leak", "follows", "smell"]
    assert told["table"][1] == {
        "node": "indicator:x",
        "check": "future scramble",
        "verdict": "leak",
        "comparisons": 3,
        "first": "2020-03-19T21:00:00+00:00",
        "series": ["price:QQQ", "GDP"],
        "column": "x",
        "expected": 1.5,
        "found": None,
        "note": "Why.",
    }
    assert told["sensitivity"]["start"][1] == {
        "data_from": "2015-01-04T00:00:00",
        "waterline": None,
        "regime": None,
        "agreement": None,
    }
    assert told["sensitivity"]["lag"] == [{"sessions": 0, "sharpe": None}, {"sessions": 1, "sharpe": 0.5}]


def test_the_table_has_a_row_for_each_check():
    table = audit_of(PASS, LEAK).table()
    assert list(table["node"]) == ["source:GDP", "indicator:x"]
    assert list(table["verdict"]) == ["pass", "leak"]
    assert {"check", "first", "series", "expected", "found"} <= set(table.columns)
    assert audit_of().table().empty


def test_a_leak_in_words():
    assert words(LEAK) == (
        "indicator:x, future scramble; first on 2020-03-19 21:00; through price:QQQ, GDP; 1.5 became None. Why."
    )
    assert words(Check("weights", "append invariance", "leak", 1)) == "weights, append invariance."


def test_many_series_are_counted_rather_than_told():
    told = words(Check("strategy", "future scramble", "leak", 1, AT, tuple("abcdefgh")))
    assert told == "strategy, future scramble; first on 2020-03-19 21:00; through a, b, c, d, e, f and 2 more."
    assert words(Check("strategy", "future scramble", "leak", 1, AT, tuple("abcdefg"))).endswith("a, b, c, d, e, f, g.")


def test_the_summary_of_a_failure_names_the_leaks_then_the_smells():
    lines = audit_of(PASS, SMELL, LEAK, FOLLOWS, refused=("ValueError: no", "again")).summary().splitlines()
    assert lines[0].startswith("Causality audit of essay: FAILED, 1 leak(s). 47 comparisons")
    assert "cut at 40 of 1000 decisions and scrambled 21 times" in lines[0]
    assert "96.1% for 0.1%" in lines[1]
    assert lines[2] == f"LEAK {words(LEAK)}"
    assert lines[3] == f"SMELL {words(SMELL)}"
    assert lines[4].startswith("2 changed worlds gave no answer")
    assert "ValueError: no" in lines[4]


def test_the_summary_of_a_pass():
    told = audit_of(PASS, FOLLOWS).summary()
    assert "essay: passed." in told
    assert "LEAK" not in told
    assert "no answer" not in told


def test_a_notebook_shows_the_table():
    assert "<table" in audit_of(PASS, LEAK)._repr_html_()
