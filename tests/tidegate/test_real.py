"""Twenty years of real data, and facts about them that are known from outside."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tidegate.data.clock import decision_instants
from tidegate.signals.indicators.net_liquidity import net_liquidity
from tidegate.signals.known import Known

SHARED = os.environ.get("TIDEGATE_SHARED")
pytestmark = pytest.mark.skipif(SHARED is None, reason="TIDEGATE_SHARED is not set: no real data here")


@pytest.fixture(scope="module")
def market():
    return tg.load_market(Path(SHARED or "") / "data" / "real")


@pytest.fixture(scope="module")
def decided(market):
    return tg.decide(tg.Study.load("essay"), market)


def test_net_liquidity_had_its_maximum_in_september_2021(market):
    known = Known(market, decision_instants(pd.Timestamp("2003-01-01"), market.sessions[-1]), {})
    level = net_liquidity(known, known.latest("WALCL").period)
    assert level.idxmax().date().isoformat() == "2021-09-16"  # Wednesday the 15th, public on Thursday
    assert known.latest("WALCL").period[level.argmax()] == pd.Timestamp("2021-09-15")
    assert level.max() == pytest.approx(7137, abs=1)


def test_2022_was_scarce_at_some_decision(decided):
    assert (decided.regime.loc["2022"] == "SCARCE").any()


def test_sandisk_has_no_weight_before_its_listing(market, decided):
    assert market.prices["SNDK"].first_valid_index() == pd.Timestamp("2025-02-13")
    eligible_from = market.sessions[market.prices["SNDK"].notna()][62]
    assert (decided.targets["SNDK"].loc[:"2025-02-13"] == 0).all()
    assert (decided.targets["SNDK"].loc[: f"{eligible_from:%Y-%m-%d}"].iloc[:-1] == 0).all()
    assert (decided.shares["near_cash_flow"]["SNDK"].iloc[-1]) > 0


def test_bitcoins_weekend_is_in_mondays_mark(market):
    """Saturday 13 and Sunday 14 March 2021: the bar of Sunday is not a row, Monday's return spans the weekend."""
    prices = market.prices["BTC-USD"]
    bars = market.releases.history("BTC-USD", pd.Timestamp("2025-07-01", tz="UTC"))
    assert pd.Timestamp("2021-03-14") in bars.index
    assert pd.Timestamp("2021-03-14") not in prices.index
    weekend = bars.loc["2021-03-15"] / bars.loc["2021-03-12"] - 1
    assert prices.pct_change(fill_method=None).loc["2021-03-15"] == pytest.approx(weekend)


def test_the_essay_runs_over_twenty_years_and_passes_its_audit(market, tmp_path):
    result = tg.run(tg.Study.load("essay"), market)
    value = result.portfolios["strategy"].value
    assert (value.index[-1] - value.index[0]).days > 20 * 365
    assert result.audit.passed
    assert result.summary()["synthetic"] is False
    assert "WALCL" in result.summary()["data"]["pseudo_pit"]
    assert "NFCI" in dict(result.decisions.waterline.missing).get("credit.financial_conditions", "")
    assert np.isfinite(list(result.performance["strategy"].as_dict().values())).all()
    assert len(list(result.write(tmp_path / "real").iterdir())) == 8


@pytest.mark.parametrize("study", ["proxies", "long_history"])
def test_the_other_studies_decide_on_real_data(market, study):
    decided = tg.decide(tg.Study.load(study), market)
    assert set(decided.regime) == {"ABUNDANT", "NEUTRAL", "SCARCE"}


def test_the_shipped_capex_facts_agree_with_the_filed_ones(market):
    """Two independent collections of the same filings."""
    from tidegate.data.capex import capex_facts

    facts = {
        (series, row.period): row.value
        for series, rows in capex_facts().series.items()
        for row in rows.sort_values("released", ascending=False).itertuples()
    }
    gaps = []
    for series in ("capex:MSFT", "capex:GOOGL", "capex:META"):
        filed = market.releases.history(series, pd.Timestamp("2025-07-01", tz="UTC"))
        gaps += [abs(value / facts[series, period] - 1) for period, value in filed.items() if (series, period) in facts]
    assert len(gaps) > 100
    assert np.quantile(gaps, 0.9) < 0.01
