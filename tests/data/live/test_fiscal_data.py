"""The Daily Treasury Statement over the wire: three wordings, pages, nulls, faults."""

import pandas as pd
import pytest

from tests.data.live.fiscal_wire import TGA, cash_row, debt_row, serve_fiscal
from tests.data.live.loopback import FAULTS, Answer, as_json
from tidegate.data.live.treasury.fiscal_data import fetch_treasury
from tidegate.data.schema import SERIES_COLUMNS
from tidegate.errors import DataError, SourceError

DEBT = [
    debt_row("2024-01-16", "Issues", "Bills", "100", desc="Regular Series"),
    debt_row("2024-01-16", "Issues", "Bills", "20", desc="Cash Management Series"),
    debt_row("2024-01-16", "Redemptions", "Bills", "90"),
    debt_row("2024-01-16", "Issues", "Notes", "55"),
    debt_row("2024-01-16", "Redemptions", "Bonds", "5"),
    debt_row("2024-01-17", "Issues", "Bills", "-9", desc="Regular Series"),
]
CASH = [cash_row("2024-01-16", f"{TGA} Closing Balance", "745000", "null")]


@pytest.fixture
def fetch(session, settings):
    def fetched(**options):
        return {one.id: one for one in fetch_treasury(session=session, settings=settings, **options)}

    return fetched


def values(fetched):
    return dict(zip(fetched.table["period"].dt.strftime("%Y-%m-%d"), fetched.table["value"], strict=True))


def test_net_issuance_is_issues_less_redemptions(web, fetch):
    serve_fiscal(web, debt=DEBT, cash=CASH)
    found = fetch()
    assert values(found["issuance:bills"]) == {"2024-01-16": 100 + 20 - 90, "2024-01-17": -9}
    assert values(found["issuance:coupons"]) == {"2024-01-16": 55 - 5}
    assert values(found["treasury:account"]) == {"2024-01-16": 745000}


def test_tables_are_as_the_store_expects_them(web, fetch):
    serve_fiscal(web, debt=DEBT[::-1], cash=CASH)
    for one in fetch().values():
        assert (one.kind, one.source, one.whole, one.notes) == ("series", "fiscaldata", True, ())
        assert tuple(one.table.columns) == SERIES_COLUMNS
        assert [str(dtype) for dtype in one.table.dtypes] == ["datetime64[ns]", "datetime64[ns, UTC]", "float64"]
        assert one.table["released"].isna().all()
        assert one.table["period"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("security", "market", "series"),
    [
        ("Bills", "Marketable", "issuance:bills"),
        ("Cash Management Bills", "Marketable", "issuance:bills"),
        ("Notes", "Marketable", "issuance:coupons"),
        ("Bonds", "Marketable", "issuance:coupons"),
        ("Inflation-Protected Securities", "Marketable", "issuance:coupons"),
        ("Inflation Notes", "Marketable", "issuance:coupons"),
        ("Floating Rate Notes", "Marketable", "issuance:coupons"),
        ("Inflation-Protected Securities Increment", "Marketable", None),
        ("Federal Financing Bank", "Marketable", None),
        ("Government Account Series", "Nonmarketable", None),
        ("Savings Bonds", "Nonmarketable", None),
    ],
)
def test_each_type_of_security_has_its_series(web, fetch, security, market, series):
    serve_fiscal(web, debt=[debt_row("2024-01-16", "Issues", security, "7", market=market)], cash=CASH)
    found = fetch()
    held = {name for name in ("issuance:bills", "issuance:coupons") if values(found[name]) == {"2024-01-16": 7}}
    assert held == ({series} if series else set())
    assert found["issuance:bills"].notes == ()


@pytest.mark.parametrize(
    "strange",
    [
        debt_row("2024-01-16", "Issues", "Perpetuals", "7"),
        debt_row("2024-01-16", "Issues", "null", "7"),
        debt_row("2024-01-16", "Swaps", "Notes", "7"),
        debt_row("2024-01-16", "Issues", "Notes", "7", market="Semi-marketable"),
    ],
)
def test_an_unknown_line_is_left_out_and_named(web, fetch, strange):
    serve_fiscal(web, debt=[*DEBT, strange], cash=CASH)
    found = fetch()["issuance:coupons"]
    assert values(found) == {"2024-01-16": 50}
    named = f"{strange['security_market']}, {strange['security_type']}, {strange['transaction_type']}"
    assert len(found.notes) == 1
    assert f"'{named}', from 2024-01-16 on" in found.notes[0]


def test_three_wordings_of_the_closing_balance(web, fetch):
    serve_fiscal(
        web,
        debt=DEBT,
        cash=[
            cash_row("2021-09-30", "Federal Reserve Account", "1", "215160"),
            cash_row("2021-09-30", "Short-Term Cash Investments (Table V)", "3", "4"),
            cash_row("2021-10-01", TGA, "215160", "173745"),
            cash_row("2022-04-18", f"{TGA} Opening Balance", "7", "null"),
            cash_row("2022-04-18", "Total TGA Deposits (Table II)", "8", "null"),
            cash_row("2022-04-18", f"{TGA} Closing Balance", "900000", "null"),
        ],
    )
    found = fetch()["treasury:account"]
    assert values(found) == {"2021-09-30": 215160, "2021-10-01": 173745, "2022-04-18": 900000}
    assert found.notes == ()


def test_a_fourth_wording_is_noticed(web, fetch):
    serve_fiscal(web, debt=DEBT, cash=[*CASH, cash_row("2027-01-04", "Account of the Treasury, evening", "1", "2")])
    found = fetch()["treasury:account"]
    assert values(found) == {"2024-01-16": 745000}
    assert "no closing balance of the Treasury's account on 1 days from 2027-01-04" in found.notes[0]


def test_null_is_missing_and_never_zero(web, fetch):
    serve_fiscal(
        web,
        debt=[debt_row("2024-01-16", "Issues", "Bills", "null"), debt_row("2024-01-17", "Issues", "Bills", "3")],
        cash=[cash_row("2024-01-16", f"{TGA} Closing Balance", "null", "null"), *CASH[:0]],
    )
    found = fetch()
    assert values(found["issuance:bills"]) == {"2024-01-17": 3}
    assert values(found["treasury:account"]) == {}


@pytest.mark.parametrize("page_size", [1, 2, 4, 6, 7])
def test_pages_are_put_together_whatever_their_size(web, fetch, page_size):
    serve_fiscal(web, debt=DEBT, cash=CASH)
    found = fetch(page_size=page_size)
    assert values(found["issuance:bills"]) == {"2024-01-16": 30, "2024-01-17": -9}
    assert values(found["issuance:coupons"]) == {"2024-01-16": 50}
    asked = [request.query["page[number]"] for request in web.requests if "public_debt" in request.path]
    assert asked == [str(number) for number in range(1, -(-6 // page_size) + 1)]


def test_since_asks_for_what_is_new_and_says_so(web, fetch):
    serve_fiscal(web, debt=DEBT, cash=CASH)
    found = fetch(since=pd.Timestamp("2024-01-17"))
    assert values(found["issuance:bills"]) == {"2024-01-17": -9}
    assert not any(one.whole for one in found.values())
    assert {request.query["filter"] for request in web.requests} == {"record_date:gte:2024-01-17"}


def test_nothing_new_is_an_empty_table_and_no_history_is_an_error(web, fetch):
    serve_fiscal(web, debt=DEBT, cash=CASH)
    found = fetch(since=pd.Timestamp("2030-01-01"))
    assert [len(one.table) for one in found.values()] == [0, 0, 0]
    assert str(found["treasury:account"].table["released"].dtype) == "datetime64[ns, UTC]"
    serve_fiscal(web, debt=DEBT, cash=[])
    with pytest.raises(SourceError, match="no rows of operating_cash_balance"):
        fetch()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_survived(web, fetch, fault):
    serve_fiscal(web, debt=DEBT, cash=CASH)
    web.misbehave(FAULTS[fault])
    assert values(fetch()["issuance:bills"]) == {"2024-01-16": 30, "2024-01-17": -9}


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"timeout"}))
def test_a_fault_that_stays_is_told(web, fetch, fault):
    serve_fiscal(web, debt=DEBT, cash=CASH)
    web.misbehave_always(FAULTS[fault])
    with pytest.raises(
        SourceError, match=r"api.fiscaldata.treasury.gov/.*public_debt_transactions gave no usable"
    ) as e:
        fetch()
    assert e.value.exit_status == 3


def test_a_refusal_is_told(web, fetch):
    serve_fiscal(web, debt=DEBT, cash=CASH)
    with pytest.raises(SourceError, match=r"FiscalData refused public_debt_transactions; received 'HTTP 400'"):
        fetch(page_size=20_000)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"data": {}, "meta": {"total-pages": 1}}, "not of the shape that is known; received 'data"),
        ({"data": []}, "not of the shape that is known; received 'meta"),
        ([], "not of the shape that is known; received 'the whole"),
        ({"data": [{"record_date": "2024-01-16"}], "meta": {"total-pages": 1}}, "lacks columns"),
        ({"data": [{**DEBT[0], "transaction_today_amt": "x1"}], "meta": {"total-pages": 1}}, "something else than"),
        ({"data": [{**DEBT[0], "record_date": "16/01/2024"}], "meta": {"total-pages": 1}}, "something else than"),
    ],
)
def test_another_shape_is_told(web, fetch, body, words):
    web.answer("api.fiscaldata.treasury.gov", as_json(body))
    with pytest.raises(DataError, match=words) as caught:
        fetch()
    assert "public_debt_transactions" in str(caught.value)
    assert not isinstance(caught.value, SourceError)


def test_half_of_an_answer_is_no_answer(web, fetch):
    web.answer("api.fiscaldata.treasury.gov", Answer(b'{"data":[{"record_date":"2024-01-16"'))
    with pytest.raises(SourceError, match="a body that cannot be read"):
        fetch()
