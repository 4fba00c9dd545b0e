"""Twenty years of real data: every finding on them is true, and faults planted into them are found."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tidegate.data import load_market
from tidegate.data.quality import check_market

SHARED = os.environ.get("TIDEGATE_SHARED")
pytestmark = pytest.mark.skipif(SHARED is None, reason="TIDEGATE_SHARED is not set: no real data here")
REAL = Path(SHARED or "") / "data" / "real"

# What the collection's own notes say of it: holes, a definition that changes, two files that stop.
TRUE = {
    ("capex:AMZN", "2017-03-31 to 2017-09-30", "No figure for 1 quarter(s)"),
    ("capex:AMZN", "2017-09-30", "The definition changes"),
    ("capex:AMZN", "2017-09-30 to 2017-12-31", "2 figure(s) are those of a restatement of 2018-10-29"),
    ("ocf:MSFT", "2013-06-30 to 2016-12-31", "No figure for 13 quarter(s)"),
    ("ocf:ORCL", "2013-05-31 to 2017-08-31", "No figure for 16 quarter(s)"),
    ("DAAA", "2024-12-31", "Ends 181 days"),
    ("DBAA", "2024-12-31", "Ends 181 days"),
}


@pytest.fixture(scope="module")
def findings():
    market = load_market([REAL])
    return check_market(market, market.assets)


def test_the_real_folder_has_these_faults_and_no_other(findings):
    bad = [each for each in findings if each.severity != "note"]
    pseudo_pit = [each for each in bad if each.message.startswith("Pseudo-PIT")]
    assert [each.severity for each in bad] == ["warning"] * len(bad)
    assert [each.subject.split(", ")[:4] for each in pseudo_pit] == [["GDP", "M2SL", "NFCI", "TOTBKCR"]]
    seen = {(each.subject, each.dates, each.message) for each in bad if each not in pseudo_pit}
    unexpected = [
        each for each in seen if not any(each[:2] == true[:2] and each[2].startswith(true[2]) for true in TRUE)
    ]
    assert unexpected == []
    assert len(seen) == len(TRUE)


def test_and_these_things_to_know(findings):
    notes = {(each.subject, each.dates): each.message for each in findings if each.severity == "note"}
    assert notes["SNDK", "from 2025-02-13"] == "Short history: 94 sessions."
    assert "holes of up to 1203 days, left out" in notes["RRPONTSYD", "2003-02-07 to 2013-08-20"]
    missing = {subject for (subject, _), message in notes.items() if message.startswith("Not in the data")}
    assert missing == {
        *("WDTGAL", "WRBWFRBL", "TLAACBW027SBOG", "IOER", "THREEFYTP10"),
        *("leases:*", "issuance:coupons", "issuance:bills", "treasury:account"),
    }


@pytest.fixture
def planted(tmp_path):
    """A function that copies a file, changes its table, and gives the findings on it beside an untouched fund."""

    def check(name, change):
        for each in ("prices/SPY.csv", "fred/DGS10.csv", name):
            table = pd.read_csv(REAL / each, index_col="date", parse_dates=True)
            table = change(table.astype(float)) if each == name else table
            (tmp_path / each).parent.mkdir(exist_ok=True)
            table.to_csv(tmp_path / each, date_format="%Y-%m-%d")
        market = load_market([tmp_path])
        found = [each for each in check_market(market, market.assets) if each.severity != "note"]
        return [(each.severity, each.subject, each.dates, each.message) for each in found]

    return check


def scaled(table, column, factor, *, since=None, until=None):
    table.loc[since:until, column] = table.loc[since:until, column] * factor
    return table


def test_nothing_planted_nothing_found(planted):
    assert planted("prices/MU.csv", lambda table: table) == []


def test_the_last_three_months_in_billions(planted):
    [finding] = planted("fred/WTREGEN.csv", lambda table: scaled(table, "value", 1e-3, since="2025-04-01"))
    assert finding[:3] == ("error", "WTREGEN", "2025-04-02")
    assert "another unit" in finding[3]


def test_a_slip_in_a_yield(planted):
    [finding] = planted(
        "fred/DGS2.csv", lambda table: scaled(table, "value", 10, since="2024-03-05", until="2024-03-05")
    )
    assert finding[:3] == ("warning", "DGS2", "2024-03-05")


@pytest.mark.parametrize(("shift", "dates"), [(-1, "1993-01-31 to 2025-06-29"), (1, "1993-01-30 to 2025-06-28")])
def test_dates_shifted_by_a_day(planted, shift, dates):
    [finding, *_] = planted("prices/SPY.csv", lambda table: table.set_axis(table.index + pd.Timedelta(days=shift)))
    assert finding[:2] == ("error", "SPY")
    assert "the dates are shifted" in finding[3]
    assert finding[2] == dates


def test_one_doubled_price(planted):
    [finding] = planted(
        "prices/MU.csv", lambda table: scaled(table, "adj_close", 2, since="2015-06-10", until="2015-06-10")
    )
    assert finding[:3] == ("warning", "MU", "2015-06-10")
    assert "was back a day later" in finding[3]


def test_a_frozen_price(planted):
    def freeze(table):
        start = table.index.get_loc(pd.Timestamp("2021-03-01"))
        table.iloc[start : start + 20, table.columns.get_loc("adj_close")] = table["adj_close"].iloc[start]
        return table.drop(columns=["open", "high", "low", "close"])

    assert planted("prices/NVDA.csv", freeze) == [
        ("warning", "NVDA", "2021-03-01 to 2021-03-26", "The price stands still for 20 sessions.")
    ]


@pytest.mark.parametrize(
    ("ticker", "ratio", "day"), [("NVDA", 10, "2024-06-10"), ("NVDA", 4, "2021-07-20"), ("MU", 2, "2000-05-02")]
)
def test_a_split_that_is_not_adjusted_for(planted, ticker, ratio, day):
    eve = pd.Timestamp(day) - pd.Timedelta(days=1)
    columns = ["open", "high", "low", "close", "adj_close"]
    [finding] = planted(f"prices/{ticker}.csv", lambda table: scaled(table, columns, ratio, until=eve))
    assert finding[:3] == ("warning", ticker, day)
    assert "a split" in finding[3]


def test_raw_closes_of_another_scale(planted):
    columns = ["open", "high", "low", "close"]
    [finding] = planted("prices/CRM.csv", lambda table: scaled(table, columns, 1.3, since="2022-05-02"))
    assert finding[:3] == ("error", "CRM", "2022-05-02")


def test_thirty_missing_sessions(planted):
    gone = slice("2019-03-01", "2019-04-11")
    [finding] = planted("prices/TLT.csv", lambda table: table.drop(table.loc[gone].index))
    assert finding[:3] == ("warning", "TLT", "2019-03-01 to 2019-04-11")
    assert finding[3] == "30 session(s) without a price, up to 30 in a row."


def test_the_company_that_was_sandisk_before(planted):
    old = pd.DataFrame(
        {"adj_close": 50.0 + np.arange(20) % 2}, index=pd.bdate_range("2014-06-02", periods=20, name="date")
    )
    [finding, hole] = planted("prices/SNDK.csv", lambda table: pd.concat([old, table]))
    assert finding[:3] == ("error", "SNDK", "2014-06-02 to 2014-06-27")
    assert hole[:2] == ("warning", "SNDK")


def test_a_bill_fund_without_its_interest(planted, tmp_path):
    (tmp_path / "fred").mkdir()
    (tmp_path / "fred/DTB3.csv").write_bytes((REAL / "fred/DTB3.csv").read_bytes())
    [finding] = planted(
        "prices/BIL.csv", lambda table: table.assign(adj_close=91.5 + 0.01 * (np.arange(len(table)) % 2))
    )
    assert finding[:3] == ("warning", "BIL", "2023, 2024")
