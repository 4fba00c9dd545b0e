"""Whatever stands in a file, it is read or refused with words: never a crash, never a silent half."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidegate.data import load_market
from tidegate.errors import TidegateError

GOOD = "date,adj_close\n2024-01-02,10\n2024-01-03,11\n"
NAMES = ["date", "value", "adj_close", "close", "released", "fiscal_period_end", "filed", "capex_usd"]
DATES = ["2024-01-02", "2024-13-45", "1600-01-01", "1850-01-01", "2150-01-01", "9999-12-31", "2024-01-02T10:00:00Z"]
NUMBERS = ["0", "-1", "1e308", "1e400", "nan", "inf", "."]
CELLS = st.sampled_from([*NAMES, *DATES, *NUMBERS, "", "true", "\N{SNOWMAN}", "'", '"', "2024-01-05 25:00", "12:00"])
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5).map(",".join), max_size=6).map("\n".join)
HEADED = st.builds(
    lambda header, body: f"{header}\n{body}",
    st.sampled_from(["date,value", "date,value,released", "date,adj_close", "date,open,close"])
    | st.just("fiscal_period_end,filed,capex_usd,operating_cash_flow_usd"),
    TABLES,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    for name in ("prices", "fred", "capex"):
        (folder / name).mkdir()
    return folder


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["prices/SPY.csv", "prices/BTC-USD.csv", "fred/DGS10.csv", "fred/ODD.csv", "capex/MSFT.csv"]),
    content=st.binary(max_size=80) | TABLES.map(str.encode) | HEADED.map(str.encode),
)
def test_a_file_is_read_or_refused(folder, name, content):
    for path in folder.rglob("*.csv"):
        path.unlink()
    (folder / "prices" / "IGV.csv").write_text(GOOD)
    (folder / name).write_bytes(content)
    refusal = None
    try:
        market = load_market(folder)
    except TidegateError as error:
        refusal = error
    if refusal is None:
        assert (market.prices.dropna(how="all") > 0).any(axis=None)
    else:
        assert refusal.exit_status == 2
        assert "\n" not in str(refusal)
