"""`tidegate data fetch`, `status` and `freeze` as a user calls them, against sources on loopback."""

import json
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tidegate as tg
from tests.data.live.conftest import KEY
from tests.data.live.loopback import FAULTS, Answer, Loopback
from tests.data.live.world_wire import serve_world
from tests.data.store.tables import bars
from tests.tidegate.command import call, start_apart
from tidegate.data.economy import EconomyConfig, make_economy
from tidegate.data.store import Store

UNTIL = pd.Timestamp("2021-12-30 22:00", tz="UTC")
SMALL = ["--set", "sleeves.speculative.assets=['BTC-USD', 'CRM']", "--set", "sleeves.near_cash_flow.assets=['MU']"]


@pytest.fixture(scope="module")
def market():
    return make_economy(EconomyConfig(first_session="2018-01-02", last_session="2021-12-31"))


@pytest.fixture(scope="module")
def web(market):
    with Loopback() as server:
        serve_world(server, market, UNTIL, key=KEY)
        yield server


@pytest.fixture(autouse=True)
def environment(web, tmp_path, monkeypatch):
    web.misbehave_always(None)
    monkeypatch.setenv("TIDEGATE_HOME", str(tmp_path / "home"))
    for name, value in _variables(web).items():
        monkeypatch.setenv(name, value)


def _variables(web):
    return {
        "TIDEGATE_MIRROR": web.address,
        "TIDEGATE_CONTACT": "desk@example.com",
        "TIDEGATE_ATTEMPTS": "2",
        "TIDEGATE_WAIT": "0.001",
        "TIDEGATE_TIMEOUT": "5",
        "FRED_API_KEY": KEY,
    }


def fetching():
    """`tidegate data fetch` in a process of its own."""
    return start_apart("data", "fetch", *SMALL)


@pytest.fixture(scope="module")
def fetched(web, tmp_path_factory):
    """A store that was just fetched by the command."""
    home = tmp_path_factory.mktemp("fetched") / "home"
    web.misbehave_always(None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEGATE_HOME", str(home))
        for name, value in _variables(web).items():
            patch.setenv(name, value)
        process = fetching()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, ""), out
    assert len(Store(home).entries()) == 50, out
    return home


@pytest.fixture
def stored(fetched, tmp_path):
    """A copy of it at home."""
    return shutil.copytree(fetched, tmp_path / "home")


@pytest.fixture
def tidegate(capsys, monkeypatch):
    return lambda *arguments: call(capsys, monkeypatch, *arguments)


def test_fetch_status_freeze_and_run_from_the_snapshot(tidegate, web, tmp_path):
    fetched = tidegate("data", "fetch", *SMALL)
    assert (fetched.status, fetched.err) == (0, "")
    assert "new       MU: 1007 rows" in fetched.out
    again = tidegate("data", "fetch", *SMALL)
    assert again.out.strip().endswith("kept")

    shown = tidegate("data", "status")
    assert shown.status == 1  # the world ended years ago: all is stale
    line = next(each for each in shown.out.splitlines() if "WALCL" in each)
    assert "2021-12-29" in line
    assert "2021-12-30 21:30" in line
    assert "pseudo-PIT" in line
    assert "alfred" in next(each for each in shown.out.splitlines() if each.strip().startswith("GDP"))
    item = next(each for each in json.loads(tidegate("data", "status", "--json").out)["items"] if each["name"] == "MU")
    assert (item["last"], item["source"], item["stale"], len(item["sha256"])) == ("2021-12-30", "yahoo", True, 64)

    frozen = tmp_path / "frozen"
    assert tidegate("data", "freeze", "--out", frozen).status == 0
    for command, words in {"data freeze": "snapshots stay", "run": "holds something else"}.items():
        refused = tidegate(*command.split(), "--out", frozen)
        assert refused.status == 2
        assert words in refused.err
    of_frozen, of_store = (tidegate("data", "status", "--json", *where).out for where in (["--data", frozen], []))
    names = [[each["name"] for each in json.loads(out)["items"]] for out in (of_frozen, of_store)]
    assert names[0] == names[1]

    (tmp_path / "home").rename(tmp_path / "gone")
    web.misbehave_always(FAULTS["500"])
    out = tmp_path / "signal"
    assert tidegate("signal", *SMALL, "--data", frozen, "--out", out).status == 0
    assert json.loads((out / "target.json").read_text())["as_of"].startswith("2021-12-30")
    assert tidegate("data", "check", *SMALL, "--data", frozen).status == 0


def test_json_is_all_that_machines_get(tidegate, stored, tmp_path):
    for arguments, status, names in [
        (["data", "fetch", *SMALL], 0, {"schema", "items"}),
        (["data", "status"], 1, {"schema", "items"}),
        (["data", "freeze", "--out", tmp_path / "frozen"], 0, {"schema", "folder", "items"}),
        (["data", "check", *SMALL, "--data", tmp_path / "frozen"], 0, {"schema", "findings"}),
    ]:
        answer = tidegate(*arguments, "--json")
        assert (answer.status, answer.err) == (status, ""), arguments
        assert json.loads(answer.out).keys() == names


def test_quiet_tells_nothing_but_failures(tidegate, web, tmp_path):
    assert tidegate("data", "fetch", "--quiet", *SMALL) == (0, "", "")
    assert tidegate("data", "status", "--quiet") == (1, "", "")
    assert tidegate("data", "freeze", "--quiet", "--out", tmp_path / "frozen") == (0, "", "")
    web.misbehave_always(FAULTS["500"])
    answer = tidegate("data", "fetch", "--quiet", "--whole", *SMALL)
    assert (answer.status, answer.err) == (0, "")
    assert {line.split()[0] for line in answer.out.splitlines()} == {"failed"}
    assert sum("FRED does not answer" in line for line in answer.out.splitlines()) == 1  # a reason is told once


def test_a_run_is_not_replaced_by_a_snapshot(tidegate, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "manifest.json").write_text("{}")
    Store(tmp_path / "home").put(bars([10, 11]), UNTIL)
    answer = tidegate("data", "freeze", "--out", run)
    assert answer.status == 2
    assert "holds something else" in answer.err
    assert (run / "manifest.json").read_text() == "{}"


def test_a_full_disk_leaves_no_part_of_a_snapshot(tidegate, tmp_path, monkeypatch):
    Store(tmp_path / "home").put(bars([10, 11]), UNTIL)

    def full_disk(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    answer = tidegate("data", "freeze", "--out", tmp_path / "frozen")
    assert answer.status == 2
    assert "No space left on device" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_store_that_cannot_be_written_is_told_at_once(tidegate, web, tmp_path):
    """A file stands where the folder should be: so it goes for whoever is root, too."""
    (tmp_path / "home").write_text("mine")
    asked = len(web.requests)
    answer = tidegate("data", "fetch", *SMALL)
    assert answer.status == 2
    assert "The store cannot be written" in answer.err
    assert answer.err.count("\n") == 1
    assert len(web.requests) - asked < 60
    assert tidegate("data", "status").status == 2
    assert (tmp_path / "home").read_text() == "mine"


def test_two_fetches_at_once_leave_a_whole_store(fetched, tmp_path):
    both = [fetching(), fetching()]
    answers = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert [err for _, err in answers] == ["", ""]
    store = Store(tmp_path / "home")
    assert set(store.entries()) == set(Store(fetched).entries()), answers
    assert {entry.id: len(table) for entry, table in store.tables()}["MU"] == 1007
    assert set(store.folder.rglob("*.parquet")) == {store.folder / entry.file for entry in store.entries().values()}


def test_an_interruption_ends_at_once_with_one_line(web, tmp_path):
    """Ctrl-C while the sources hang, which they would for a minute."""
    web.misbehave_always(Answer(b"late", delay=60.0))
    process = fetching()
    deadline, asked = time.monotonic() + 30, len(web.requests)
    while len(web.requests) == asked and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - begun < 3
    assert (process.returncode, out) == (130, "")
    assert err.startswith("tidegate: interrupted; ")
    assert err.count("\n") == 1
    assert list(Store(tmp_path / "home").tables()) == []


def test_with_nothing_in_reach_and_nothing_stored_the_status_is_three(tidegate, web, tmp_path):
    web.misbehave_always(FAULTS["500"])
    for arguments in (
        ["data", "fetch"],
        ["run", "--data", "live", "--out", tmp_path / "out"],
        ["signal", "--data", "live"],
    ):
        answer = tidegate(*arguments, *SMALL)
        assert answer.status == 3, arguments
        assert answer.err.count("\n") == 1
        assert "Nothing usable is left" in answer.err
        assert KEY not in answer.err + answer.out
    assert not (tmp_path / "out").exists()


def test_with_sources_down_the_stored_data_serves_and_is_flagged(tidegate, web, stored):
    _age(stored, days=2)
    web.misbehave_always(FAULTS["500"])
    answer = tidegate("signal", *SMALL, "--data", "live")
    assert answer.status == 0
    checked = tidegate("data", "check", *SMALL, "--data", "live")
    assert "warning MU: Could not be fetched, so what is stored serves" in checked.out
    fetched = tidegate("data", "fetch", *SMALL)
    assert fetched.status == 0
    assert "failed    MU" in fetched.out


def _age(home, *, days):
    """As if everything had been asked so long ago."""
    path = home / "store.json"
    content = json.loads(path.read_text())
    for entry in content["items"].values():
        entry["asked"] = (pd.Timestamp(entry["asked"]) - pd.Timedelta(days=days)).isoformat()
    path.write_text(json.dumps(content))


def test_a_bad_key_is_told_without_the_key(tidegate, monkeypatch, tmp_path):
    monkeypatch.setenv("FRED_API_KEY", "00000000000000000000000000badkey")
    answer = tidegate("data", "fetch", *SMALL)
    assert answer.status == 3
    assert "FRED_API_KEY" in answer.err
    everything = answer.out + answer.err + "".join(p.read_text() for p in (tmp_path / "home").glob("*.json"))
    assert "badkey" not in everything


def test_the_key_stands_nowhere_in_the_store_or_a_run(tidegate, stored, tmp_path):
    assert tidegate("run", *SMALL, "--data", "live", "--out", tmp_path / "out").status == 0
    for path in (*stored.rglob("*"), *(tmp_path / "out").rglob("*")):
        assert path.is_dir() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["data", "fetch", "--company", "NVDA"], "TICKER=CIK"),
        (["data", "fetch", "--company", "NVDA=abc"], "received 'NVDA=abc'"),
        (["data", "fetch", "--company", f"{'A' * 300}=1045810"], "TICKER=CIK"),
        (["data", "status"], "The store is empty"),
        (["data", "freeze"], "--out is missing"),
        (["data", "status", "--data", "nowhere"], "expected a snapshot"),
        (["run", "--data", "synthetic", "--data", "live"], "'synthetic' alone"),
    ],
)
def test_mistakes_get_one_paragraph_and_status_two(tidegate, arguments, words):
    answer = tidegate(*arguments)
    assert answer.status == 2
    assert words in answer.err


@pytest.mark.parametrize(
    ("name", "value"),
    [("TIDEGATE_TIMEOUT", "soon"), ("TIDEGATE_ATTEMPTS", "0"), ("FRED_API_KEY_FILE", "/no/such/file")],
)
def test_a_wrong_variable_is_named(tidegate, monkeypatch, name, value):
    if name.endswith("FILE"):
        monkeypatch.delenv("FRED_API_KEY")
    monkeypatch.setenv(name, value)
    answer = tidegate("data", "status")
    assert answer.status == 2
    assert name in answer.err


def test_a_further_company_is_fetched_and_kept(tidegate, web, stored):
    from tests.data.live.edgar_wire import serve_edgar, year_to_date

    serve_edgar(web, {1045810: year_to_date([250_000_000.0, 600_000_000.0], year=2020)})
    assert tidegate("data", "fetch", *SMALL, "--company", "NVDA=1045810").status == 0
    assert "series/capex:NVDA" in Store(stored).entries()
    assert "capex:NVDA" in tg.load_market("live", assets=["MU"]).releases.series


def test_a_fetch_that_is_killed_again_and_again_ends_whole(tidegate, fetched, tmp_path):
    """SIGKILL the real command at random instants; each time all that was stored is still there, and it goes on."""
    chance, store, before = np.random.default_rng(3), Store(tmp_path / "home"), {}
    sizes = []
    for _ in range(6):
        process, enough = fetching(), len(before) + chance.integers(1, 15)
        while process.poll() is None and len(store.entries()) < enough:  # however slow the machine
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.05))
        process.kill()
        process.communicate()
        held = {f"{entry.kind}/{entry.id}": len(table) for entry, table in store.tables()}
        assert all(held.get(item, 0) >= rows for item, rows in before.items())
        before = held
        sizes.append(len(held))
    assert sizes[0] < sizes[-1], f"no kill fell into a fetch: {sizes}"
    last = tidegate("data", "fetch", *SMALL)
    assert last.status == 0, last  # as it is when an item failed: then the words name it
    assert set(store.entries()) == set(Store(fetched).entries()), last.out
