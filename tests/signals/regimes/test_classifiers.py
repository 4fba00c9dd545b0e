"""What holds for every registered classifier: one interface, nothing looks ahead."""

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tests.worlds import market_of, random_prices
from tidegate.data.clock import decision_instants
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.signals.config import SignalConfig
from tidegate.signals.known import Known
from tidegate.signals.regimes.jump import best_path, fit_centres
from tidegate.signals.regimes.refits import named, refits
from tidegate.signals.regimes.registry import Classifier, all_classifiers, chosen_classifier

FITTED = {"min_weeks": 60, "refit_weeks": 45}
CONFIG = SignalConfig(jump=FITTED, markov=FITTED, moving_average={"weeks": 10})
DECISIONS = decision_instants(pd.Timestamp("2012-01-05"), pd.Timestamp("2016-06-30"), every="weekly")
PRICES = random_prices("2012-01-03", "2016-06-30", ["IGV", "ADBE", "BIL"], seed=3, listed={"ADBE": 300})
UNKNOWN = [0, 1, 2, 90, 91, 150]
CUTS = (len(DECISIONS) - 2, 170, 110)  # the latter two are the first rows of a plateau


def window(decisions=DECISIONS, prices=PRICES):
    sleeves = {"speculative": ("IGV", "ADBE"), "near_cash_flow": ("BIL",)}
    return Known(market_of(prices), decisions, sleeves, CONFIG)


def wandering_level():
    """A level around three plateaus of ten weeks, unknown here and there."""
    rng = np.random.default_rng(5)
    plateaus = np.resize(np.repeat([0.1, 1.3, 0.1, -1.2], 10), len(DECISIONS))
    level = pd.Series(plateaus + rng.normal(0, 0.35, len(plateaus)), DECISIONS)
    level.iloc[UNKNOWN] = np.nan
    return level


LEVEL = wandering_level()


def cut_off(row):
    return LEVEL.iloc[: row + 1], window(DECISIONS[: row + 1])


def scrambled(row):
    rng = np.random.default_rng(row)
    level, prices = LEVEL.copy(), PRICES.copy()
    level.iloc[row + 1 :] = rng.normal(0, 20, len(level) - row - 1)
    later = prices.index > DECISIONS[row].tz_convert("America/New_York").tz_localize(None).normalize()
    prices.loc[later] *= rng.lognormal(0, 1, (later.sum(), prices.shape[1]))
    return level, window(prices=prices)


def unknown_from_there(row):
    return LEVEL.where(LEVEL.index <= DECISIONS[row]), window()


@pytest.mark.parametrize("change", [cut_off, scrambled, unknown_from_there])
@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_the_past_does_not_depend_on_the_future(entry, change):
    full = entry.fit_predict_online(LEVEL, window())
    for row in CUTS:
        other = entry.fit_predict_online(*change(row))
        pd.testing.assert_series_equal(full.iloc[: row + 1], other.iloc[: row + 1], check_exact=True, check_freq=False)


@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_the_scramble_does_change_the_future(entry):
    full, other = (entry.fit_predict_online(*given) for given in ((LEVEL, window()), scrambled(CUTS[1])))
    assert not full.equals(other)


@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_calling_week_by_week_gives_the_same_regimes(entry):
    full = entry.fit_predict_online(LEVEL, window())
    for row in (108, 109, 110, 150):  # over a refit and an unknown level
        assert entry.fit_predict_online(*cut_off(row)).iloc[-1] == full.iloc[row]


@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_an_unknown_level_holds_and_an_early_one_calls_nothing(entry):
    called = entry.fit_predict_online(LEVEL, window())
    assert called.index.equals(DECISIONS)
    assert called.dtype == "str"
    first = called.notna().to_numpy().argmax()
    assert first >= 3
    assert set(called.iloc[first:]) == {"ABUNDANT", "NEUTRAL", "SCARCE"}
    for row in [row for row in UNKNOWN if row > first]:
        assert called.iloc[row] == called.iloc[row - 1]


@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_without_any_level_there_is_no_regime(entry):
    assert entry.fit_predict_online(LEVEL * np.nan, window()).isna().all()


@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_a_level_that_never_moves_is_no_accident(entry):
    called = entry.fit_predict_online(LEVEL * 0.0, window())
    assert called.dropna().isin(["ABUNDANT", "NEUTRAL", "SCARCE"]).all()


def whole_sample(level, known):
    """What a careless user would do: one fit on everything, the path that is best in hindsight."""
    values, penalty = level.dropna().to_numpy(), np.array([2.0])
    return named(best_path(values, fit_centres(values, penalty), penalty).states[:, 0], level)


def test_a_fit_on_the_whole_sample_would_be_seen():
    entry = Classifier("jump", whole_sample, SignalConfig, "a planted leak")
    full = entry.fit_predict_online(LEVEL, window())
    moved = [not full.iloc[: row + 1].equals(entry.fit_predict_online(*scrambled(row)).iloc[: row + 1]) for row in CUTS]
    assert any(moved)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(9, []), (10, [(10, 10)]), (13, [(10, 13)]), (14, [(10, 13), (14, 14)]), (19, [(10, 13), (14, 17), (18, 19)])],
)
def test_refits_are_counted_from_the_first_known_level(count, expected):
    assert [tuple(refit) for refit in refits(count, first=10, every=4)] == expected


def test_the_register():
    entries = all_classifiers()
    assert [entry.name for entry in entries] == ["jump", "markov", "moving_average", "schmitt"]
    for entry in entries:
        assert entry.what
        assert entry.information_set.endswith(".")
        assert entry.source
        assert all(field.description for field in entry.config.model_fields.values())
        assert chosen_classifier(SignalConfig(classifier=entry.name)) is entry
    assert chosen_classifier(SignalConfig()).name == "schmitt"


def test_an_unknown_classifier_is_refused_in_words():
    with pytest.raises(tg.ConfigError, match=r"signal\.classifier.*'viterbi'.*'schmitt'"):
        tg.Study.load("essay", ["signal.classifier=viterbi"])


@pytest.mark.parametrize("penalties", ["[]", "[2, 1]", "[1, 1]", "[0, 1]", "[1, inf]"])
def test_impossible_penalties_are_refused(penalties):
    with pytest.raises(tg.ConfigError, match=r"signal\.jump"):
        tg.Study.load("essay", [f"signal.jump.penalties={penalties}"])


QUICK = [
    "signal.history_start=2008-01-01",
    "signal.jump.min_weeks=60",
    "signal.markov.min_weeks=80",
    "signal.markov.refit_weeks=104",
]


@pytest.fixture(scope="module")
def short_economy():
    return make_economy(EconomyConfig(first_session="2013-01-02", last_session="2014-12-31"))


@pytest.mark.parametrize("entry", all_classifiers(), ids=lambda entry: entry.name)
def test_a_study_with_any_classifier_passes_the_audit(short_economy, entry):
    study = tg.Study.load("proxies", [f"signal.classifier={entry.name}", *QUICK])
    decided = tg.decide(study, short_economy)
    line = decided.waterline
    known = Known(short_economy, line.decisions, study.sleeves.assets(), study.signal)
    assert line.regime.equals(entry.fit_predict_online(line.level, known))
    assert len(set(decided.regime)) > 1
    found = tg.audit(study, short_economy, decided, depth="quick")
    assert found.leaks == ()
    assert found.cuts == 2


def test_a_regime_holds_where_the_level_or_the_call_is_missing():
    level = pd.Series([np.nan, 1.0, 2.0, np.nan, 3.0, 4.0], DECISIONS[:6])
    calls = pd.Series([None, "SCARCE", None, "ABUNDANT", None, "NEUTRAL"], DECISIONS[:6], dtype="str")
    entry = Classifier("schmitt", lambda level, known: calls, SignalConfig, "by hand")
    called = entry.fit_predict_online(level, window())
    assert called.fillna("").tolist() == ["", "SCARCE", "SCARCE", "SCARCE", "SCARCE", "NEUTRAL"]
