"""The plugin as its users have it: a project of their own, with a causal test and a leaky one."""

import subprocess
import sys

CONFTEST = """
import pytest
from tidegate.data.economy import make_economy
from tidegate.data.economy.config import EconomyConfig

@pytest.fixture(scope="session")
def tidegate_market():  # a smaller one, to be quick
    return make_economy(EconomyConfig(first_session="2012-01-03", last_session="2013-12-31"))
"""
TESTS = '''
import numpy as np
import pandas as pd
from tidegate.signals import indicator

def momentum(market):
    return market.prices["IGV"].pct_change(20)

def oracle(market):
    return market.prices["IGV"].pct_change(20).shift(-1)

@indicator("price", source="ours", series=("T10Y2Y",))
def slope(known):
    """The slope.

    Information set: what was released by the decision.
    """
    return known.change("T10Y2Y")

def test_momentum(assert_causal):
    assert assert_causal(momentum, jobs=1).passed

def test_slope(assert_causal):
    assert assert_causal(slope, depth="quick").subject == "price.slope"

def test_frame(assert_causal):
    days = pd.date_range("2024-01-01", periods=200)
    frame = pd.DataFrame({"x": np.random.default_rng(1).normal(size=200)}, index=days)
    assert_causal(lambda data: data["x"].expanding().mean(), frame, jobs=0)

def test_oracle(assert_causal):
    assert_causal(oracle, jobs=1)
'''


def test_the_fixture_passes_honest_code_and_fails_a_leak_by_name(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_mine.py").write_text(TESTS)
    options = ["-q", "-W", "error", "-p", "no:cacheprovider", "--rootdir"]  # a user's own tests may be as strict
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path), str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "LEAK output, prefix invariance; first on" in done.stdout
    assert "through price:IGV" in done.stdout
