"""Same study, same data: the same bytes, whatever the time zone, the locale and the hash seed."""

import json

from tidegate.ledger import Ledger

from .command import call_apart

SHORT = ("--set", "economy.first_session=2014-01-02", "--set", "evidence.bootstrap=200", "--set", "evidence.shifts=49")


def test_two_runs_are_byte_identical(tmp_path):
    worlds = [
        {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "2"},
    ]
    written = []
    for k, world in enumerate(worlds):
        answer = call_apart("run", "--out", f"out{k}", "--json", *SHORT, cwd=tmp_path, **world)
        assert answer.status == 0, answer.err
        assert answer.out == (tmp_path / f"out{k}" / "summary.json").read_text()
        assert answer.err == ""  # no progress bar where there is no terminal
        written.append({path.name: path.read_bytes() for path in (tmp_path / f"out{k}").iterdir()})
    assert len(written[0]) == 8
    different = [name for name in written[0] if written[0][name] != written[1][name]]
    assert different == []
    assert json.loads(written[1]["summary.json"])["evidence"]["trials"] == 1  # the same study, tried again
    assert Ledger.at_home().trials()["times"].tolist() == [2]
