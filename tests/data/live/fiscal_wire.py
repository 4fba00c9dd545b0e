"""FiscalData's JSON: rows of text in pages, filtered, sorted and cut to the fields that were asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import groupby

from tests.data.live.loopback import Answer, Loopback, as_json

PLACE = "api.fiscaldata.treasury.gov/services/api/fiscal_service/v1/accounting/dts/"
TGA = "Treasury General Account (TGA)"

Row = dict[str, str]


def debt_row(day: str, kind: str, security: str, amount: str, *, market: str = "Marketable", desc: str = "null") -> Row:
    return {
        "record_date": day,
        "transaction_type": kind,
        "security_market": market,
        "security_type": security,
        "security_type_desc": desc,
        "transaction_today_amt": amount,
        "transaction_mtd_amt": "1",
        "table_nbr": "IIIA",
    }


def cash_row(day: str, account: str, opening: str, closing: str) -> Row:
    return {
        "record_date": day,
        "account_type": account,
        "close_today_bal": closing,
        "open_today_bal": opening,
        "open_month_bal": "1",
        "table_nbr": "I",
    }


def serve_fiscal(web: Loopback, *, debt: Sequence[Row] = (), cash: Sequence[Row] = ()) -> None:
    """Answer for both tables; lines of a day are numbered in the order given."""
    for table, rows in {"public_debt_transactions": debt, "operating_cash_balance": cash}.items():
        numbered = [{**row, "src_line_nbr": str(number)} for number, row in enumerate(rows, start=1)]
        web.answer(PLACE + table, lambda query, rows=numbered: _answer(rows, query))


def _answer(rows: list[Row], query: dict[str, str]) -> Answer:
    number, size = int(query["page[number]"]), int(query["page[size]"])
    if size > 10_000:
        return as_json({"error": "Invalid Query Param", "message": "page size"}, status=400)
    first = query.get("filter", "record_date:gte:0000").split(":")[2]
    found = _sorted([row for row in rows if row["record_date"] >= first], query["sort"].split(","), seed=number)
    page = found[(number - 1) * size : number * size]
    data = [{name: row[name] for name in query["fields"].split(",")} for row in page]
    pages = -(-len(found) // size)
    meta = {"count": len(page), "labels": {}, "dataTypes": {}, "total-count": len(found), "total-pages": pages}
    return as_json({"data": data, "meta": meta, "links": {"self": f"&page%5Bnumber%5D={number}", "next": None}})


def _sorted(rows: list[Row], by: list[str], *, seed: int) -> list[Row]:
    """Sorted as a database sorts: rows that are equal by `by` come in another order at every request."""

    def key(row: Row) -> list[str]:
        return [row[name].rjust(12) for name in by]

    dealt = random.Random(seed)  # noqa: S311  (no secret)
    groups = [list(group) for _, group in groupby(sorted(rows, key=key), key)]
    return [row for group in groups for row in dealt.sample(group, len(group))]
