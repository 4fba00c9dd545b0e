"""Gates on quarterly filings."""

import pandas as pd
import pytest

from tests.data.quality.bars import series
from tidegate.data.capex import capex_facts
from tidegate.data.layers import Layer
from tidegate.data.quality import check_layer

QUARTERS = pd.date_range("2019-03-31", periods=16, freq="QE")


def found(name, rows):
    return [(each.severity, each.dates, each.message) for each in check_layer(Layer("", series={name: rows}))]


def filings(values, periods=QUARTERS):
    return series(values, periods, released=pd.DatetimeIndex(periods) + pd.Timedelta(days=28))


def test_whole_years_pass_whenever_the_fiscal_quarter_ends():
    assert found("ocf:MSFT", filings([2e10] * 16)) == []
    assert (
        found(
            "capex:ORCL", filings([2e9] * 4, pd.to_datetime(["2023-11-30", "2024-02-29", "2024-05-31", "2024-08-31"]))
        )
        == []
    )


@pytest.mark.parametrize(("gone", "count"), [([5], 1), ([5, 6, 7], 3)])
def test_missing_quarters_are_counted(gone, count):
    [(severity, dates, message)] = found("ocf:MSFT", filings([2e10] * (16 - count), QUARTERS.delete(gone)))
    assert severity == "warning"
    assert dates == f"2020-03-31 to {QUARTERS[gone[-1] + 1]:%Y-%m-%d}"
    assert message == f"No figure for {count} quarter(s)."


@pytest.mark.parametrize("factor", [1e-3, 1e3, 1e-9])
@pytest.mark.parametrize("rows", [[7], [14, 15]])
def test_quarters_in_another_unit(factor, rows):
    values = [2e10] * 16
    for row in rows:
        values[row] *= factor
    [(severity, dates, message)] = found("capex:MSFT", filings(values))
    assert severity == "error"
    assert dates == " to ".join(f"{QUARTERS[row]:%Y-%m-%d}" for row in rows)
    assert message.startswith(f"{len(rows)} figure(s) differ several hundredfold")


def test_a_quarter_with_hardly_any_cash_flow_is_true():
    assert found("ocf:ORCL", filings([5e9] * 8 + [3.3e7] + [-5e9] + [5e9] * 6)) == []


def test_leases_come_in_lumps():
    assert found("leases:ORCL", filings([1e6] * 8 + [9e9] + [1e6] * 7)) == []


def amazon(periods_of_net, periods_of_gross, *, filed=None):
    """Amazon's shipped figures, one basis after the other, dated with their own or other release instants."""
    facts = capex_facts().series
    net, gross = facts["capex:AMZN@net"].set_index("period"), facts["capex:AMZN"].set_index("period")
    rows = pd.concat([net.loc[periods_of_net], gross.loc[periods_of_gross]]).reset_index()
    if filed is not None:
        rows["released"] = rows["released"].where(rows["period"] != filed[0], pd.Timestamp(filed[1], tz="UTC"))
    return rows


def test_a_line_that_changes_its_definition():
    rows = amazon(slice("2015-03-31", "2017-12-31"), slice("2018-03-31", "2019-12-31"))
    [(severity, dates, message)] = found("capex:AMZN", rows)
    assert (severity, dates) == ("warning", "2018-03-31")
    assert message == (
        "The definition changes: the figures agree with the shipped lines "
        "capex:AMZN@net 2015-03-31 to 2017-12-31; capex:AMZN 2018-03-31 to 2019-12-31."
    )


def test_and_knows_a_restatement_that_was_not_out():
    rows = amazon(
        slice("2015-03-31", "2017-09-30"), slice("2017-12-31", "2019-12-31"), filed=("2017-12-31", "2018-02-02")
    )
    assert [each[:2] for each in found("capex:AMZN", rows)] == [("warning", "2017-12-31"), ("warning", "2017-12-31")]
    [_, (_, _, message)] = found("capex:AMZN", rows)
    assert message.startswith("1 figure(s) are those of a restatement of 2018-10-29, dated as if")


@pytest.mark.parametrize(
    ("net", "gross"), [(slice("2015", "2017"), slice("1990", "1991")), (slice("1990", "1991"), slice("2016", "2020"))]
)
def test_one_definition_throughout_passes(net, gross):
    assert found("capex:AMZN", amazon(net, gross)) == []


def test_the_shipped_facts_pass():
    assert check_layer(capex_facts()) == ()
