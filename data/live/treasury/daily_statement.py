"""What the Daily Treasury Statement says of net issuance and of the Treasury's account, out of FiscalData's rows."""

from __future__ import annotations

import pandas as pd

# Line of the statement with the account's closing balance, and the column that holds it: from 2022-04-18 on the
# closing balance is a line of its own whose figure stands in the column of the opening balance.
_CLOSING = {
    "Federal Reserve Account": "close_today_bal",
    "Treasury General Account (TGA)": "close_today_bal",
    "Treasury General Account (TGA) Closing Balance": "open_today_bal",
}

# What a marketable security type is, by the first of these words in it. Increments are accrued and no cash; the Federal
# Financing Bank is a part of the government that the statement lists among the marketable.
_FAMILIES = {
    "increment": "",
    "federal financing bank": "",
    "bill": "bills",
    "cash management": "bills",
    "note": "coupons",
    "bond": "coupons",
    "inflation": "coupons",
    "floating": "coupons",
}
_SIGN = {"Issues": 1.0, "Redemptions": -1.0}


def net_issuance(debt: pd.DataFrame) -> tuple[dict[str, pd.Series[float]], tuple[str, ...]]:
    """Issues less redemptions by day.

    Parameters
    ----------
    debt : DataFrame
        ``record_date``, ``transaction_type``, ``security_market``, ``security_type``, ``transaction_today_amt``
        (USD mn; NaN where a line carries no amount, such as a heading).

    Returns
    -------
    dict of Series
        ``bills`` and ``coupons`` (USD mn by day).
    tuple of str
        A note on every line that is left out because nobody knows what it is.
    """
    lines = debt[(debt["security_market"] != "Nonmarketable") & debt["transaction_today_amt"].notna()]
    family = lines["security_type"].map(_family)
    signed = lines["transaction_today_amt"] * lines["transaction_type"].map(_SIGN).astype("float64")
    strange = family.isna() | signed.isna() | (lines["security_market"] != "Marketable")
    known, day = signed[~strange], lines["record_date"]
    words = lines.loc[strange, ["security_market", "security_type", "transaction_type"]].astype("str").fillna("null")
    names = words["security_market"] + ", " + words["security_type"] + ", " + words["transaction_type"]
    notes = [
        f"FiscalData's line '{name}', from {first:%Y-%m-%d} on, is not known and in no series."
        for name, first in day[strange].groupby(names).min().items()
    ]
    return {name: known[family == name].groupby(day).sum() for name in ("bills", "coupons")}, tuple(notes)


def _family(security: object) -> str | None:
    """bills, coupons, nothing that counts (empty), or None for a type that is not known."""
    text = str(security).lower()
    return next((family for word, family in _FAMILIES.items() if word in text), None)


def closing_balance(cash: pd.DataFrame) -> tuple[pd.Series[float], tuple[str, ...]]:
    """The balance of the Treasury's account at the end of each day.

    Parameters
    ----------
    cash : DataFrame
        ``record_date``, ``account_type``, ``open_today_bal``, ``close_today_bal`` (USD mn, NaN where missing).

    Returns
    -------
    Series
        USD mn by day; days without a figure are left out.
    tuple of str
        A note on days that have lines, but none that is known for the closing balance.
    """
    column = cash["account_type"].map(_CLOSING)
    balance = cash["open_today_bal"].where(column == "open_today_bal", cash["close_today_bal"])
    known, day = balance[column.notna()], cash["record_date"]
    unknown = sorted(set(day) - set(day[known.index]))
    note = "FiscalData names no closing balance of the Treasury's account on {} days from {:%Y-%m-%d} on."
    return known.groupby(day).last().dropna(), (note.format(len(unknown), unknown[0]),) if unknown else ()
