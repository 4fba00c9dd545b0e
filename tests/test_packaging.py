"""The built wheel against the tree: everything of the package is in it, nothing else is, and it runs on its own."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = sorted({place.split("/")[0] for place in PROJECT["tool"]["setuptools"]["package-dir"].values()})
LINKS = sorted(set(FOLDERS) - {"tidegate"})


def tree() -> set[str]:
    """Names that the wheel must hold: every file of the package folders, under ``tidegate/``."""
    files = {
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not _is_made_or_linked(path)
    }
    return {name if name.startswith("tidegate/") else f"tidegate/{name}" for name in files}


def _is_made_or_linked(path: Path) -> bool:
    inside = path.relative_to(ROOT)
    return "__pycache__" in inside.parts or any((ROOT / parent).is_symlink() for parent in [inside, *inside.parents])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays clean."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, source / folder, symlinks=True, ignore=ignored)
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds nothing but the wheel's content: of a pure wheel, that is its installation."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert sorted(tree() - names) == []
    assert sorted(names - tree()) == []


def test_the_tree_has_what_a_wheel_easily_loses() -> None:
    suffixes = {Path(name).suffix for name in tree()}
    assert {".py", ".csv", ".toml", ".j2"} <= suffixes
    assert "tidegate/py.typed" in tree()


def test_metadata(installed: Path) -> None:
    (found,) = distributions(path=[str(installed)])
    assert found.metadata["Name"] == "tidegate"
    assert found.metadata["License-Expression"] == "MIT"
    assert found.metadata["Requires-Python"] == ">=3.11"
    assert {(entry.group, entry.name, entry.value) for entry in found.entry_points} == {
        ("console_scripts", "tidegate", "tidegate.cli:main"),
        ("pytest11", "tidegate", "tidegate.pytest_plugin"),
    }


def test_the_installed_wheel_runs_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = """
import importlib, pathlib, sys
for name in sys.argv[2:]:
    place = importlib.import_module(name).__file__
    assert pathlib.Path(place).is_relative_to(sys.argv[1]), (name, place)
from tidegate.data.assets import asset_class
from tidegate.data.dictionary import spec_of
from tidegate.study import Study, shipped_studies
assert asset_class("BTC-USD") == "crypto" and spec_of("WALCL").unit == "USD mn"
print(*(Study.load(name).name for name in shipped_studies()))
"""
    names = ["tidegate", *(f"tidegate.{folder}" for folder in LINKS)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(installed), *names],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(installed)},
    )
    assert done.returncode == 0, done.stderr
    assert {"essay", "proxies", "long_history"} <= set(done.stdout.split())


@pytest.mark.parametrize("folder", LINKS)
def test_the_links_for_type_checkers_are_relative(folder: str) -> None:
    assert (ROOT / "tidegate" / folder).readlink() == Path("..") / folder


def test_the_lock_names_no_host_and_pins_every_line_by_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(entries) > len(PROJECT["project"]["dependencies"])
    assert [line for line in entries if "==" not in line or not line.endswith("\\")] == []
