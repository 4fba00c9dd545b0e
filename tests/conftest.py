"""What holds for every test: a home of its own, nothing registered outlives it, nothing that could run is skipped."""

import itertools
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

_HOMES = itertools.count()


@pytest.fixture(scope="session", autouse=True)
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for all homes; the one of what is made for several tests, too. Nothing touches the real one."""
    folder = tmp_path_factory.mktemp("homes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEGATE_HOME", str(folder / "shared"))
        yield folder


@pytest.fixture(autouse=True)
def fresh_home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, and so an empty ledger; the folder is made by who writes first."""
    folder = homes / str(next(_HOMES))
    monkeypatch.setenv("TIDEGATE_HOME", str(folder))
    return folder


@pytest.fixture
def own_registers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indicators and strategies that a test registers are gone after it."""
    from tidegate import user_modules
    from tidegate.signals import all_indicators
    from tidegate.signals import registry as indicators
    from tidegate.strategies import all_strategies
    from tidegate.strategies import registry as strategies

    all_indicators()
    all_strategies()
    for registry in (indicators, strategies):
        monkeypatch.setattr(registry, "_REGISTER", dict(registry._REGISTER))
    monkeypatch.setattr(user_modules, "_RUN", {})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_avoidable_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_avoidable_skip(report)
    return report


def _refuse_avoidable_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    # An expected failure is reported as skipped too, without a place and a reason.
    if report.outcome != "skipped" or not isinstance(report.longrepr, tuple):
        return
    reason = report.longrepr[2]
    shared = "TIDEGATE_SHARED" in reason and "TIDEGATE_SHARED" in os.environ
    browser = "chromium" in reason.lower() and "CI" in os.environ
    if shared or browser:
        report.outcome = "failed"
        report.longrepr = f"Skipped where it must run: {reason}"
