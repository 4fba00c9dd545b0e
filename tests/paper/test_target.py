import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.paper import Target, with_cash


@given(raw=st.lists(st.floats(0, 1), min_size=1, max_size=14), gross=st.floats(0, 1))
def test_weights_and_cash_sum_to_one(raw, gross):
    total = sum(raw)
    weights = {f"A{k}": (value / total if total > 0 else 0.0) * gross for k, value in enumerate(raw)}
    target = with_cash(weights)
    assert sum(target.values()) == pytest.approx(1.0, abs=1e-9)
    assert min(target.values()) >= 0
    assert list(target)[-1] == "CASH"


def test_file_formats():
    target = Target(
        study="essay",
        config_hash="c",
        data_hash="d",
        synthetic=True,
        as_of=pd.Timestamp("2025-06-26 21:00", tz="UTC"),
        last_session="2025-06-26",
        regime="SCARCE",
        waterline=-0.7,
        weights=with_cash({"MU": 0.25, "BIL": 0.5, "STX": 0.0}),
    )
    assert target.as_csv() == "asset,weight\nMU,0.25\nBIL,0.5\nCASH,0.25\n"
    assert target.as_dict()["as_of"] == "2025-06-26T21:00:00+00:00"
    assert target.as_dict()["weights"] == {"MU": 0.25, "BIL": 0.5, "CASH": 0.25}
