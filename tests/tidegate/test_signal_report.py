"""The signal as a page and as JSON: what a reader finds there, and that it fits."""

import dataclasses
import io
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

import tidegate as tg
from tidegate.paper import Target
from tidegate.signal_page import WIDTH, gauge, headline, page
from tidegate.signal_report import as_json, show, signal
from tidegate.signal_words import doubt_lines, flip_lines, natural, reading, signed
from tidegate.signals.config import RegimeConfig
from tidegate.signals.explain import explain
from tidegate.signals.explanation import Explanation
from tidegate.signals.flip import SingleFlip, thresholds

from .command import call

NAN = float("nan")
PARTS = {"water.a": 0.1, "plumbing.b": -0.3, "credit.c": 0.41, "tells.d": 0.3}
CHANGES = {"water.a": 0.0, "plumbing.b": 0.01, "credit.c": -0.05, "tells.d": 0.12}


def explanation(level=0.51, regime="ABUNDANT", waits=0, **changes):
    """One decision by hand; everything about it can be changed."""
    table = pd.DataFrame({"raw": 1.5, "standardised": 1.0, "contribution": PARTS, "change": CHANGES})
    return Explanation(
        **{
            "decision": pd.Timestamp("2026-01-15 22:00", tz="UTC"),
            "regime": regime,
            "since": pd.Timestamp("2025-11-06 22:00", tz="UTC"),
            "decisions_in_force": 11,
            "flipped_from": None,
            "classifier": "schmitt",
            "level": level,
            "fundamental": 0.2,
            "coverage": 1.0,
            "previous": pd.Timestamp("2026-01-08 22:00", tz="UTC"),
            "change": 0.08,
            "indicators": table,
            "blocks": table[["contribution", "change"]].rename(index=lambda name: name.partition(".")[0]),
            "units": dict.fromkeys(PARTS, "pp"),
            "entered": (),
            "left": (),
            "missing": {},
            "dwell_left": waits,
            "thresholds": () if pd.isna(level) else thresholds(level, regime, waits, RegimeConfig()),
            **changes,
        }
    )


def target(**changes):
    return Target(
        **{
            "study": "essay",
            "config_hash": "c",
            "data_hash": "d",
            "synthetic": False,
            "as_of": pd.Timestamp("2026-01-15 22:00", tz="UTC"),
            "last_session": "2026-01-15",
            "regime": "ABUNDANT",
            "waterline": 0.51,
            "weights": {"IGV": 0.75, "CASH": 0.25},
            **changes,
        }
    )


def test_the_headline():
    assert headline(explanation()) == "ABUNDANT since 2025-11-06 (11 decisions), waterline +0.51 (+0.08)"
    first = explanation(NAN, change=NAN, decisions_in_force=1)
    assert headline(first) == "ABUNDANT since 2025-11-06 (1 decision), waterline unknown"


MOVED = "Since 2026-01-08 it rose by 0.08, most of all through tells.d (+0.12)."
LIFTED = "Credit and tells lift it, plumbing holds it back"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, f"{LIFTED}; 0.31 above the level at which ABUNDANT ends. {MOVED}"),
        ({"regime": "NEUTRAL", "level": 0.3}, "; 0.20 below the level at which ABUNDANT begins."),
        ({"regime": "NEUTRAL", "level": -0.3}, "; 0.20 above the level at which SCARCE begins."),
        ({"regime": "SCARCE", "level": -0.6}, "; 0.40 below the level at which SCARCE ends."),
        ({"waits": 1}, "ends. The minimum dwell holds ABUNDANT for 1 more decision."),
        (
            {"level": 0.1, "waits": 2, "pending": "NEUTRAL"},
            "; 0.60 above the level at which SCARCE begins. "
            "It calls for NEUTRAL already, but the minimum dwell holds ABUNDANT for 2 more decisions.",
        ),
        ({"level": 0.1, "pending": "NEUTRAL"}, "already, and the next decision flips unless it moves back."),
        ({"flipped_from": "NEUTRAL"}, "This decision flipped the regime from NEUTRAL."),
        ({"change": -0.2}, "it fell by 0.20, most of all through credit.c (-0.05)."),
        ({"change": 0.001}, "it rose by less than 0.01, most"),
        ({"entered": ("water.a",)}, "(+0.12); some indicators came or went, which shifts weights."),
        ({"thresholds": (), "note": "Cannot be said."}, f"{LIFTED}. {MOVED} Cannot be said."),
    ],
)
def test_the_reading(changes, words):
    assert words in reading(explanation(**changes))


def test_a_block_that_matters_little_is_not_named():
    told = explanation()
    told.blocks.loc["tells", "contribution"] = 0.1
    assert reading(told).startswith("Credit lifts it, plumbing holds it back;")


def test_the_strongest_indicator_of_a_block_pulls_its_way():
    told = explanation()
    told.indicators.index = ["credit.a", "credit.b", "credit.c", "tells.d"]
    told.blocks.loc["credit", "contribution"] = 0.21
    shown = dataclasses.replace(told, units=dict.fromkeys(told.indicators.index, ""))
    assert "credit            +0.21   -0.05   c, 1.50" in page(shown, target(), {})
    told.blocks.loc["credit", "contribution"] = -0.21
    assert "credit            -0.21   -0.05   b, 1.50" in page(shown, target(), {})


def test_a_held_regime_is_read_as_held():
    assert reading(explanation(NAN, note="Too little is measured.")) == "Too little is measured."


def test_the_gauge_by_hand():
    """65 cells from -2 to +2, 16 to a unit: zero in the middle, the level 0.51 eight cells to the right of it."""
    top, axis, *legs = gauge(explanation())
    assert axis == "-2 " + "-" * 24 + "|" + "-" * 7 + "0" + "--" + "|" + "=" * 4 + "O" + "=" * 24 + " +2"
    assert top.index("+0.51") + 2 == axis.index("O")
    assert [leg.split("^")[0].strip() for leg in legs] == ["NEUTRAL below +0.20", "SCARCE below -0.50"]
    assert [axis[leg.index("^")] for leg in legs] == ["|", "|"]


def test_the_gauge_of_the_other_regimes():
    assert [leg.strip() for leg in gauge(explanation(0.3, "NEUTRAL"))[2:]] == [
        "^ ABUNDANT above +0.50",
        "SCARCE below -0.50 ^",
    ]
    axis = gauge(explanation(-0.9, "SCARCE"))[1]
    assert axis.startswith("-2 ================")
    assert axis.endswith("-" * 24 + " +2")
    assert gauge(explanation(-7.3, "SCARCE"))[1].startswith("-8 ")
    assert gauge(explanation(NAN)) == []


def test_without_thresholds_the_gauge_is_a_plain_line():
    axis = gauge(explanation(thresholds=()))[1]
    assert set(axis.split()[1]) == {"-", "0", "O"}


def test_what_would_flip_it():
    near = SingleFlip("water.a", 1.0, -2.2, "NEUTRAL", 0)
    held = SingleFlip("tells.d", 1.0, -2.9, "SCARCE", 2)
    assert flip_lines(explanation(single_flips=(near, held))) == [
        "Would flip the regime alone (standardised values):",
        "  water.a from +1.00 to below -2.20: NEUTRAL",
        "  tells.d from +1.00 to below -2.90: SCARCE once the dwell is over (2 more decisions)",
    ]
    many = flip_lines(explanation(single_flips=(near,) * 5))
    assert len(many) == 4
    assert "the nearest 3 of 5" in many[0]
    assert flip_lines(explanation()) == ["No single indicator could flip the regime alone."]
    assert flip_lines(explanation(note="no thresholds")) == []


def test_what_is_doubtful():
    told = explanation(missing={"price.e": "DFII10 is stale"})
    assert doubt_lines(told, {"WDTGAL": "not in the data; WTREGEN stands in", "DFII10": "stale"}, ["A", "B"]) == [
        "Missing, stale or stood in for:",
        "  price.e: DFII10 is stale",
        "  WDTGAL: not in the data; WTREGEN stands in",
        "  2 series are pseudo-PIT (--json names them)",
    ]
    assert doubt_lines(explanation(), {}, []) == ["No input is missing or stale."]


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0123, "% of GDP", "1.23 % of GDP"),
        (-0.35, "pp", "-0.35 pp"),
        (0.0123, "pp", "0.012 pp"),
        (1.5, "", "1.50"),
        (1234567.0, "", "1.23e+06"),
        (NAN, "pp", "-"),
    ],
)
def test_natural_units(value, unit, shown):
    assert natural(value, unit) == shown


def test_signed_numbers_have_no_minus_zero():
    assert [signed(value) for value in (-0.001, 0.126, NAN)] == ["+0.00", "+0.13", "-"]


def test_the_tables_by_hand():
    lines = page(explanation(), target(), {})
    assert "credit            +0.41   -0.05   c, 1.50 pp" in lines
    assert "waterline         +0.51   +0.08   without tells +0.20" in lines
    assert f"credit   {'c':<24}         1.50 pp     +1.00     +0.41   -0.05" in lines
    assert lines[-1] == "  IGV   75.00%   CASH  25.00%"


def test_a_missing_indicator_has_no_row_but_a_reason():
    told = explanation(missing={"water.a": "WALCL is stale"})
    told.indicators.loc["water.a", ["raw", "standardised"]] = NAN
    lines = page(told, target(), {})
    assert "  water.a: WALCL is stale" in lines
    assert not any(line.startswith("water    a") for line in lines)
    assert any(line.startswith("water ") and line.endswith("   -") for line in lines)  # no strongest one


def test_long_names_reasons_and_baskets_stay_within_the_page():
    name = "tells." + "long_name_" * 4
    long = explanation(missing={"price.x": "because " * 30}, units={**dict.fromkeys(PARTS, "units"), name: "parts"})
    table = long.indicators.rename(index={"tells.d": name})
    told = dataclasses.replace(
        long, indicators=table, single_flips=(SingleFlip(name, 1.0, -2.9, "SCARCE", 2),), entered=(name,)
    )
    basket = {f"TICKER{number}.LONG": 0.04 for number in range(25)}
    lines = page(told, target(weights=basket, study="study" * 20), {"WDTGAL": "stale, " * 20})
    assert max(map(len, lines)) <= WIDTH
    assert any(line.startswith("tells    long_name_long_name_lon ") for line in lines)
    weights = [line for line in lines if "4.00%" in line]
    assert sum(line.count("4.00%") for line in weights) == 25
    assert all(line.startswith("  TICKER") for line in weights)


@pytest.fixture(scope="module")
def told(essay, economy):
    return signal(essay, economy)


def test_the_page_fits_and_is_plain_text_in_every_regime(essay, told):
    reasons, newest = told
    line = reasons.decisions.waterline
    chosen = [
        pd.Timestamp(decision)
        for regime in ("ABUNDANT", "NEUTRAL", "SCARCE")
        for decision in line.regime.index[line.regime == regime][::25]
    ]
    assert len(chosen) > 20
    for decision in chosen:
        each = explain(line, essay.signal, decision)
        lines = [headline(each), *page(each, newest, {})]
        assert max(map(len, lines)) <= WIDTH
        assert all(line.isascii() for line in lines)
        assert len(lines) < 75  # a minute


def test_json_keeps_its_keys_and_adds_the_explanation(told):
    reasons, newest = told
    plain = as_json(reasons, newest)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert list(plain) == [
        *newest.as_dict(),
        *("coverage", "slack", "contributions", "missing", "explanation"),
    ]
    assert plain["schema"] == 1
    inside = plain["explanation"]
    assert inside["regime"] == plain["regime"]
    assert inside["level"] == plain["waterline"]
    assert inside["reading"] == reading(reasons.explanation)
    assert inside["inputs"] == {}
    parts = [each["contribution"] for each in inside["indicators"].values()]
    assert sum(parts) == pytest.approx(plain["waterline"], abs=1e-12)
    assert sum(each["change"] for each in inside["blocks"].values()) == pytest.approx(inside["change"], abs=1e-12)


def test_a_study_that_ended_earlier_is_explained_at_its_own_last_decision(economy):
    past = tg.Study.load("essay", ["clock.end=2022-03-01"])
    reasons, newest = signal(past, economy)
    assert reasons.explanation.decision == newest.as_of == pd.Timestamp("2022-02-24 22:00", tz="UTC")


def printed(told, *, terminal, width):
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, highlight=False)
    show(*told, console)
    return file.getvalue()


def test_colour_only_in_a_terminal(told):
    assert "\x1b[" not in printed(told, terminal=False, width=100)
    assert "\x1b[" in printed(told, terminal=True, width=80)


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_wider_than_the_page(told, width):
    lines = printed(told, terminal=False, width=width).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0] == "Synthetic economy: every number below is made up."


def test_markup_in_a_name_is_printed_as_it_stands(told):
    reasons, newest = told
    odd = dataclasses.replace(newest, study="[red]mine[/red]")
    assert "Study [red]mine[/red]" in printed((reasons, odd), terminal=False, width=100)


def test_the_command_prints_the_page_and_nothing_when_quiet(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    answer = call(capsys, monkeypatch, "signal", "proxies")
    for words in ("since", "^", "waterline", "strongest indicator", "Target weights:", "alone"):
        assert words in answer.out
    assert "\x1b[" not in answer.out
    assert max(map(len, answer.out.splitlines())) <= WIDTH
    assert call(capsys, monkeypatch, "signal", "proxies", "--quiet").out == ""


SHARED = os.environ.get("TIDEGATE_SHARED")


@pytest.mark.skipif(SHARED is None, reason="TIDEGATE_SHARED is not set: no real data here")
def test_real_data_name_what_stands_in_and_what_is_missing():
    market = tg.load_market(Path(SHARED or "") / "data" / "real")
    reasons, newest = signal(tg.Study.load("essay"), market)
    out = printed((reasons, newest), terminal=False, width=80)
    assert "WDTGAL: not in the data; WTREGEN stands in" in out
    assert "credit.financial_conditions: NFCI has no true vintages" in out
    assert "series are pseudo-PIT" in out
    assert "made up" not in out
    assert max(map(len, out.splitlines())) <= WIDTH
    json.dumps(as_json(reasons, newest), allow_nan=False)
